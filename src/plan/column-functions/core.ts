import {
  CaseColumn,
  Column,
  type ColumnOrLiteral,
  type ColumnOrName,
  call,
  columnNamed,
  columnOf,
  expressionOf,
  type LastPart,
} from '../column.ts'
import { type LiteralValue, literalOf } from '../literal.ts'

/** The column of that name: `amount`, `o.amount`, `event.hour`, `*`. A part with a dot in it stands in backticks. */
export function col<Name extends string>(name: Name): Column<LastPart<Name>> {
  return columnNamed(name)
}

/**
 * A constant: whole numbers are INT or BIGINT, others DOUBLE, a bigint BIGINT, a Date TIMESTAMP. Most functions and
 * methods take constants as they are; `lit` is for where a text would be a column's name.
 */
export function lit(value: LiteralValue | Column): Column {
  return value instanceof Column ? value : new Column(literalOf(value))
}

/** `CASE WHEN condition THEN value ... END`: more branches by `.when`, the rest by `.otherwise` (NULL without it). */
export function when(condition: Column, value: ColumnOrLiteral): CaseColumn {
  const branch = { condition: condition.expression, value: expressionOf(value) }
  return new CaseColumn({ kind: 'CaseWhen', branches: [branch] })
}

/** Any function of Spark SQL by its name: `callFunction('soundex', col('name'))`. */
export function callFunction(name: string, ...columns: readonly ColumnOrLiteral[]): Column {
  return call(name.toLowerCase(), ...columns)
}

/** `count(column)`: how many are not NULL; `count('*')` counts rows. */
export function count(column: ColumnOrName): Column {
  return call('count', columnOf(column))
}

/** `count(DISTINCT column, ...)`: how many different values, or combinations of several without NULL. */
export function countDistinct(...columns: readonly [ColumnOrName, ...ColumnOrName[]]): Column {
  return distinct('count', columns)
}

/** `sum(DISTINCT value)`: the sum of the different values */
export function sumDistinct(value: ColumnOrName): Column {
  return distinct('sum', [value])
}

/** `log(base, number)`: the logarithm to a base, or the natural one of a single argument */
export function log(base: ColumnOrName | number, number?: ColumnOrName): Column {
  const first = typeof base === 'number' ? lit(base) : columnOf(base)
  return call('log', first, number && columnOf(number))
}

/** `named_struct(name, value, ...)`: a struct of these fields */
export function namedStruct(fields: Readonly<Record<string, ColumnOrName>>): Column {
  return call('named_struct', ...Object.entries(fields).flatMap(([name, value]) => [name, columnOf(value)]))
}

/** `column ASC`: in ascending order, nulls first */
export function asc(column: ColumnOrName): Column {
  return columnOf(column).asc()
}

/** `column DESC`: in descending order, nulls last */
export function desc(column: ColumnOrName): Column {
  return columnOf(column).desc()
}

function distinct(name: string, columns: readonly ColumnOrName[]): Column {
  const operands = columns.map((each) => columnOf(each).expression)
  return new Column({ kind: 'UnresolvedFunction', name, arguments: operands, distinct: true })
}
