import type { RowStream } from '../../delta-table/row-stream.ts'
import { field, STRING, struct } from '../../types/data-type.ts'
import { cellFormatter } from './format-cell.ts'

/** A single wide row turned on its side: a row for each of its columns. */
export async function asPairs({ schema, chunks }: RowStream): Promise<RowStream> {
  const pairs: [string, string | null][] = []
  for await (const chunk of chunks) {
    for (const row of chunk) {
      for (const [i, { name, dataType }] of schema.fields.entries()) {
        pairs.push([name, cellFormatter(dataType)(row[i]!) ?? null])
      }
    }
  }
  return { schema: struct([field('name', STRING), field('value', STRING)]), chunks: [pairs] }
}
