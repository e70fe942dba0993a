import { DataFrame } from '../../dataframe/index.ts'
import type { Row } from '../../engine/engine.ts'
import type { Relation } from '../../plan/relation.ts'
import { parseQuery } from '../../sql/index.ts'
import type { StructType } from '../../types/data-type.ts'
import type { Workspace } from '../workspace.ts'
import { rowEncoderFor } from './encode-value.ts'
import { rowSchema } from './row-schema.ts'
import type { InputRow } from './table-row.ts'

/** Rows of the program, a DataFrame, or the text of a query such as ``SELECT * FROM json.`/data/orders` ``. */
export type RowSource = Iterable<InputRow> | AsyncIterable<InputRow> | DataFrame | string

/** Rows that are encoded together. */
const CHUNK_ROWS = 10_000

/** Does `work` with the rows of a source as a bound query; `table` gives columns of the program's rows their types. */
export async function withSource<Result>(
  source: RowSource,
  table: StructType,
  workspace: Workspace,
  work: (rows: Relation) => Promise<Result>,
): Promise<Result> {
  const relation = relationOf(source)
  if (relation !== undefined) return work(await workspace.bind(relation))
  const { schema, chunks } = await encoded(source as Iterable<InputRow> | AsyncIterable<InputRow>, table)
  const held = await (await workspace.engine.get()).holdRows(schema, chunks)
  try {
    return await work(held.scan)
  } finally {
    await held.release()
  }
}

function relationOf(source: RowSource): Relation | undefined {
  if (typeof source === 'string') return parseQuery(source)
  return source instanceof DataFrame ? source.relation : undefined
}

/** The columns are those of all rows of an array; of another iterable, which is read once, those of its first chunk. */
async function encoded(source: Iterable<InputRow> | AsyncIterable<InputRow>, table: StructType) {
  const chunks = chunked(source)
  const first = await chunks.next()
  const rows = Array.isArray(source) ? (source as readonly InputRow[]) : first.done ? [] : first.value
  const schema = rows.length === 0 ? table : rowSchema(rows, table)
  const encode = rowEncoderFor(schema)
  async function* all(): AsyncGenerator<readonly Row[]> {
    let number = 0
    for (let next = first; !next.done; next = await chunks.next()) {
      yield next.value.map((row) => encode(row, ++number))
    }
  }
  return { schema, chunks: all() }
}

async function* chunked(
  source: Iterable<InputRow> | AsyncIterable<InputRow>,
): AsyncGenerator<readonly InputRow[], undefined> {
  let chunk: InputRow[] = []
  for await (const row of source) {
    if (chunk.push(row) < CHUNK_ROWS) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
  return undefined
}
