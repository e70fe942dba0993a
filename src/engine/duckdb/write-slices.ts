import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBValue } from '@duckdb/node-api'
import type { WrittenFile } from '../engine.ts'
import { copiedFile } from './copied-file.ts'
import { quoteIdentifier, quoteString } from './quote.ts'
import { copyRows, type ParquetCopy } from './write.ts'

/** Rows that are written to learn how large a row is. */
const SAMPLE = 10_000

/**
 * Writes rows in order: held in a table and numbered within their partition, then a range of numbers a file. DuckDB's own
 * split writes files side by side, each with rows from all over.
 */
export async function writeSlices(copy: ParquetCopy): Promise<WrittenFile[]> {
  const { connection, columns, keyColumns, keys, from, folder } = copy
  const table = `write_${randomUUID().replaceAll('-', '')}`
  const names = keys.map((each) => quoteIdentifier(each.name))
  const by = names.length === 0 ? '' : `PARTITION BY ${keyColumns.map(withoutAlias).join(', ')}`
  const order =
    copy.orderBy.length === 0
      ? ''
      : ` ORDER BY ${copy.orderBy.map((each) => `q.${quoteIdentifier(each)}`).join(', ')}`
  const position = `row_number() OVER (${by}${order}) AS ${quoteIdentifier(copy.position)}`
  await connection.run(
    `CREATE TEMP TABLE ${table} AS SELECT ${[columns, ...keyColumns, position].join(', ')} FROM ${from}`,
  )
  try {
    const selected = [...names, 'count(*) AS n'].join(', ')
    const groups = await connection.runAndReadAll(`SELECT ${selected} FROM ${table} GROUP BY ALL`)
    const files: WrittenFile[] = []
    mkdirSync(join(folder, 'data'), { recursive: true })
    for (const group of groups.getRowObjects()) {
      if (group.n !== 0n) files.push(...(await writeGroup(copy, table, group)))
    }
    return files
  } finally {
    await connection.run(`DROP TABLE ${table}`)
  }
}

function withoutAlias(column: string): string {
  return column.slice(0, column.lastIndexOf(' AS '))
}

async function writeGroup(
  copy: ParquetCopy,
  table: string,
  group: Record<string, DuckDBValue>,
): Promise<WrittenFile[]> {
  const texts = new Map(
    copy.keys.map(({ name }) => [name, group[name] === null ? null : String(group[name])]),
  )
  const same = [...texts].map(
    ([name, text]) =>
      `${quoteIdentifier(name)} IS NOT DISTINCT FROM ${text === null ? 'NULL' : quoteString(text)}`,
  )
  const extra = [copy.position, ...copy.keys.map((each) => each.name)].map(quoteIdentifier)
  const columns = `* EXCLUDE (${extra.join(', ')})`
  const slice = (from: bigint, to: bigint) => {
    const chosen = [...same, `${extra[0]} BETWEEN ${from} AND ${to}`].join(' AND ')
    return `SELECT ${columns} FROM ${table} WHERE ${chosen} ORDER BY ${extra[0]}`
  }
  const total = group.n as bigint
  const count = await fileCount(copy, slice(1n, BigInt(SAMPLE)), total)
  const files: WrittenFile[] = []
  for (let index = 0n; index < count; index++) {
    const query = slice((total * index) / count + 1n, (total * (index + 1n)) / count)
    const path = join(copy.folder, 'data', `part-${randomUUID()}.parquet`)
    const [row] = await copyRows(copy.connection, query, path, copy.options)
    files.push(copiedFile(row!, copy.schema, copy.keys, texts))
  }
  return files
}

/** Into how many files so many rows go, judged by the size of the first of them. */
async function fileCount(copy: ParquetCopy, sample: string, total: bigint): Promise<bigint> {
  if (total <= SAMPLE) return 1n
  const path = join(copy.folder, `sample-${randomUUID()}.parquet`)
  await copyRows(copy.connection, sample, path, copy.options)
  const rowSize = statSync(path).size / SAMPLE
  rmSync(path)
  return BigInt(Math.max(1, Math.round((Number(total) * rowSize) / copy.fileSize)))
}
