import type { RowStream } from '../../delta-table/row-stream.ts'
import type { Row } from '../../engine/engine.ts'
import { struct } from '../../types/data-type.ts'

/** The same rows with some of their columns. */
export function onlyColumns({ schema, chunks }: RowStream, names: readonly string[]): RowStream {
  const indexes = names.map((name) => schema.fields.findIndex((field) => field.name === name))
  return { schema: struct(indexes.map((i) => schema.fields[i]!)), chunks: selected(chunks, indexes) }
}

async function* selected(chunks: RowStream['chunks'], indexes: readonly number[]): AsyncGenerator<Row[]> {
  for await (const chunk of chunks) yield chunk.map((row) => indexes.map((i) => row[i]!))
}
