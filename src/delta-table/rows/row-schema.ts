import { generationExpressionOf, identityOf } from '../../delta/index.ts'
import {
  array,
  BINARY,
  BOOLEAN,
  type DataType,
  DOUBLE,
  field,
  fieldNamed,
  LONG,
  map,
  STRING,
  type StructType,
  struct,
  TIMESTAMP,
  VOID,
} from '../../types/data-type.ts'
import { isRecord } from './encode-value.ts'
import type { CellValue, InputRow } from './table-row.ts'

/**
 * The columns that rows give, in the order in which they appear: with the table's types where it has the column, else with
 * those that their values have: BOOLEAN, BIGINT, DOUBLE, STRING, TIMESTAMP for Date, BINARY, ARRAY, MAP, STRUCT.
 */
export function rowSchema(rows: readonly InputRow[], table: StructType): StructType {
  const columns = new Map<string, string>()
  for (const row of rows) {
    for (const name of Object.keys(row))
      if (!columns.has(name.toLowerCase())) columns.set(name.toLowerCase(), name)
  }
  if (columns.size === 0) return emptyRows(table)
  return struct(
    [...columns.values()].map((name) => {
      const known = fieldNamed(table, name)
      if (known !== undefined) return field(known.name, known.dataType)
      return field(name, typeOf(rows.map((row) => row[name])))
    }),
  )
}

/** Rows that give nothing stand for all columns for which a value may be given. */
function emptyRows({ fields }: StructType): StructType {
  const free = fields.filter(
    (each) => generationExpressionOf(each) === undefined && identityOf(each) === undefined,
  )
  return struct(free.map(({ name, dataType }) => field(name, dataType)))
}

/** The type that holds all of the values; STRING where there are none. */
function typeOf(values: readonly CellValue[]): DataType {
  const types = values.map(typeOfValue).filter((each) => each !== VOID)
  if (types.length === 0) return STRING
  if (types.every((each) => each === LONG || each === DOUBLE)) return types.includes(DOUBLE) ? DOUBLE : LONG
  const [first] = types
  if (first!.kind === 'array') {
    return array(typeOf(values.flatMap((each) => (Array.isArray(each) ? (each as CellValue[]) : []))))
  }
  if (first!.kind === 'struct') return rowSchema(values.filter(isRecord), struct([]))
  if (first!.kind === 'map') {
    const entries = values.flatMap((each) => (each instanceof Map ? [...each] : []))
    return map(typeOf(entries.map(([key]) => key)), typeOf(entries.map(([, item]) => item)))
  }
  return first!
}

/** Nested types stand for themselves: `typeOf` looks into all of their values together. */
function typeOfValue(value: CellValue): DataType {
  switch (typeof value) {
    case 'boolean':
      return BOOLEAN
    case 'bigint':
      return LONG
    case 'number':
      return Number.isSafeInteger(value) ? LONG : DOUBLE
    case 'string':
      return STRING
    case 'undefined':
      return VOID
  }
  if (value === null) return VOID
  if (value instanceof Date) return TIMESTAMP
  if (value instanceof Uint8Array) return BINARY
  if (Array.isArray(value)) return array(VOID)
  return value instanceof Map ? map(STRING, VOID) : struct([])
}
