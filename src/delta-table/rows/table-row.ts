import type { Row, Value } from '../../engine/engine.ts'
import type { StructType } from '../../types/data-type.ts'

/**
 * A value that a program gives for a cell. By the column's type: boolean; number or bigint for whole numbers; number for FLOAT
 * and DOUBLE; number, bigint or text (`'12.50'`) for DECIMAL; string; `'2026-01-31'` or Date (its UTC day) for DATE;
 * Date or text (`'2026-01-31 10:00:00.123456'`, UTC without a zone) for TIMESTAMP; text or Date for TIMESTAMP_NTZ;
 * Uint8Array for BINARY; arrays; Map, or an object where keys are texts, for MAP; objects for STRUCT.
 */
export type CellValue =
  | null
  | undefined
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | readonly CellValue[]
  | ReadonlyMap<CellValue, CellValue>
  | { readonly [field: string]: CellValue }

/** A row that a program gives: a value a column; what is left out gets the column's default, its generated value or NULL. */
export type InputRow = { readonly [column: string]: CellValue }

/**
 * A row that is read: a value a column. BIGINT is bigint, DECIMAL its exact text, DATE `'2026-01-31'`, TIMESTAMP
 * `'2026-01-31 10:00:00.000000'` (UTC), BINARY Uint8Array, MAP a Map, STRUCT an object.
 */
export type OutputRow = { readonly [column: string]: Value }

/** A row of the engine as an object. */
export function rowObject(row: Row, schema: StructType): OutputRow {
  return Object.fromEntries(schema.fields.map(({ name }, i) => [name, row[i]!]))
}
