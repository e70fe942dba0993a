import { Column } from './plan/column.ts'
import { parseSelectItem } from './sql/index.ts'

/**
 * What `millrace/functions` exports: columns, and Spark SQL's functions in camelCase. Where a function takes a column, a
 * string is a column's name; where it takes a constant (a pattern, a number of digits), a string is text.
 */
export {
  CaseColumn,
  Column,
  type ColumnOrLiteral,
  type ColumnOrName,
} from './plan/column.ts'
export * from './plan/column-functions/aggregate.ts'
export * from './plan/column-functions/array.ts'
export * from './plan/column-functions/conditional.ts'
export * from './plan/column-functions/core.ts'
export * from './plan/column-functions/datetime.ts'
export * from './plan/column-functions/encoding.ts'
export * from './plan/column-functions/higher-order.ts'
export * from './plan/column-functions/json.ts'
export * from './plan/column-functions/math.ts'
export * from './plan/column-functions/regexp.ts'
export * from './plan/column-functions/string.ts'
export * from './plan/column-functions/window.ts'
export { Window, WindowSpec } from './plan/window-spec.ts'

/** An expression in Spark SQL: `expr("amount * 1.19 AS gross")`. Throws PARSE_SYNTAX_ERROR with the place in the text. */
export function expr(text: string): Column {
  return new Column(parseSelectItem(text))
}
