import { DataFrame } from '../../dataframe/index.ts'
import type { Row } from '../../engine/engine.ts'
import { PipelineError } from '../../errors/index.ts'
import type { Relation } from '../../plan/relation.ts'
import { parseQuery } from '../../sql/index.ts'
import type { StructType } from '../../types/data-type.ts'
import type { Workspace } from '../workspace.ts'
import { rowEncoderFor, shown, valueNamed } from './encode-value.ts'
import { defaultedFields, markedSchema, withDefaults } from './left-out-values.ts'
import { rowSchema } from './row-schema.ts'
import type { CellValue, InputRow } from './table-row.ts'

/**
 * Rows of the program, a DataFrame, or the text of a query such as ``SELECT * FROM json.`/data/orders` ``. Rows are `InputRow`s;
 * the type says `object` because an interface or a class of the program has no index signature. What they hold is checked
 * when they are written.
 */
export type RowSource = Iterable<object> | AsyncIterable<object> | DataFrame | string

/** Rows that are encoded together. */
const CHUNK_ROWS = 10_000

/**
 * Does `work` with the rows of a source as a bound query. Columns of the program's rows have the types of `table`, and its
 * defaults where a row leaves out what others give. Throws INVALID_ROW, INVALID_ROW_VALUE and ROW_COLUMN_TOO_LATE.
 */
export async function withSource<Result>(
  source: RowSource,
  table: StructType,
  workspace: Workspace,
  work: (rows: Relation) => Promise<Result>,
): Promise<Result> {
  const relation = relationOf(source)
  if (relation !== undefined) return work(await workspace.bind(relation))
  const { schema, defaulted, chunks } = await encoded(checkedSource(source), table)
  const held = await (await workspace.engine.get()).holdRows(markedSchema(schema, defaulted), chunks)
  try {
    return await work(withDefaults(held.scan, schema, defaulted, await workspace.rowEngine()))
  } finally {
    await held.release()
  }
}

function relationOf(source: RowSource): Relation | undefined {
  if (typeof source === 'string') return parseQuery(source)
  return source instanceof DataFrame ? source.relation : undefined
}

type Rows = Iterable<InputRow> | AsyncIterable<InputRow>

function checkedSource(source: unknown): Rows {
  const isRows = typeof source === 'object' && source !== null
  if (isRows && (Symbol.iterator in source || Symbol.asyncIterator in source)) return source as Rows
  throw new PipelineError('INVALID_ROWS', { value: shown(source as CellValue) })
}

/** The columns are those of all rows of an array; of another iterable, which is read once, those of its first chunk. */
async function encoded(source: Rows, table: StructType) {
  const chunks = chunked(source)
  const first = await chunks.next()
  const head = first.done ? [] : first.value
  const rows = Array.isArray(source) ? (source as readonly InputRow[]) : head
  for (const [i, row] of rows.entries()) checkRow(row, i + 1)
  const schema = rowSchema(rows, table)
  const defaulted = defaultedFields(schema, table)
  const encode = rowEncoderFor(schema)
  const known = new Set(schema.fields.map((each) => each.name.toLowerCase()))
  async function* all(): AsyncGenerator<readonly Row[]> {
    let number = 0
    for (let next = first; !next.done; next = await chunks.next()) {
      yield next.value.map((row) => {
        number += 1
        if (number > rows.length) checkLateRow(row, number, known, rows.length)
        return [...encode(row, number), ...defaulted.map(({ name }) => valueNamed(row, name) === undefined)]
      })
    }
  }
  return { schema, defaulted, chunks: all() }
}

function checkRow(row: unknown, number: number): void {
  if (typeof row === 'object' && row !== null && !Array.isArray(row)) return
  throw new PipelineError('INVALID_ROW', { row: String(number), value: shown(row as CellValue) })
}

/** What the columns were not taken from must not bring others: their values would be lost. */
function checkLateRow(row: InputRow, number: number, known: ReadonlySet<string>, count: number): void {
  checkRow(row, number)
  const late = Object.keys(row).find((name) => !known.has(name.toLowerCase()))
  if (late === undefined) return
  throw new PipelineError('ROW_COLUMN_TOO_LATE', { row: String(number), column: late, count: String(count) })
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
