import { defaultOf, defaultValue, type RowEngine } from '../../delta/index.ts'
import { alias, attribute, caseWhen, project } from '../../plan/build.ts'
import type { Relation } from '../../plan/relation.ts'
import {
  BOOLEAN,
  field,
  fieldNamed,
  type StructField,
  type StructType,
  struct,
} from '../../types/data-type.ts'

const MARK = '_millrace_left_out_'

/** Columns that rows give and for which the table has a default: a row of its own may leave them out all the same. */
export function defaultedFields(rows: StructType, table: StructType): StructField[] {
  return table.fields.filter(
    (each) => defaultOf(each) !== undefined && fieldNamed(rows, each.name) !== undefined,
  )
}

/** The columns of the rows, and for each of `defaulted` a BOOLEAN behind them: whether the row leaves it out. */
export function markedSchema(rows: StructType, defaulted: readonly StructField[]): StructType {
  return struct([...rows.fields, ...defaulted.map(({ name }) => field(MARK + name, BOOLEAN))])
}

/** Rows of `markedSchema` as rows of `rows`: with the default where a value was left out. */
export function withDefaults(
  marked: Relation,
  rows: StructType,
  defaulted: readonly StructField[],
  engine: RowEngine,
): Relation {
  if (defaulted.length === 0) return marked
  return project(
    marked,
    rows.fields.map(({ name }) => {
      const own = defaulted.find((each) => each.name === name)
      if (own === undefined) return attribute(name)
      return alias(caseWhen([[attribute(MARK + name), defaultValue(own, engine)]], attribute(name)), name)
    }),
  )
}
