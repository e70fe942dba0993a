import { field, LONG, struct } from '../types/data-type.ts'
import type { RowStream } from './row-stream.ts'

/** One row of BIGINT columns, as commands tell what they did. */
export function counts(numbers: Readonly<Record<string, number | bigint>>): RowStream {
  return {
    schema: struct(Object.keys(numbers).map((name) => field(name, LONG))),
    chunks: [[Object.values(numbers).map(BigInt)]],
  }
}
