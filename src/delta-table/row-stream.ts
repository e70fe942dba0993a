import type { Row } from '../engine/engine.ts'
import { type StructType, struct } from '../types/data-type.ts'

/** Rows in chunks, with their types. */
export interface RowStream {
  readonly schema: StructType
  readonly chunks: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>
}

/** What a statement gives that answers nothing. */
export const NO_ROWS: RowStream = { schema: struct([]), chunks: [] }
