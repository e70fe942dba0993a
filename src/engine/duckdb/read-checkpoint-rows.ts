import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBVector,
} from '@duckdb/node-api'
import type { AddFile, PartitionValues } from '../../delta/log/actions.ts'
import type { CheckpointChunk } from '../../delta/port.ts'
import { parseExact } from '../../types/exact-json.ts'
import { parsedStatisticsSql } from './parsed-statistics.ts'
import { quoteIdentifier, quoteList } from './quote.ts'

/**
 * The rows of checkpoint files. Files of the table, which may be hundreds of thousands, come column by column, without a
 * detour over JSON, and those with the same partition values share them; the few other actions as JSON text.
 */
export async function* readCheckpointRows(
  connection: DuckDBConnection,
  paths: readonly string[],
): AsyncIterable<CheckpointChunk> {
  const source = `read_parquet(${quoteList(paths)}, union_by_name = true, hive_partitioning = false)`
  const empty = await connection.run(`SELECT * FROM ${source} LIMIT 0`)
  const columns = empty.columnNames()
  const add = columns.includes('add') ? empty.columnType(columns.indexOf('add')) : undefined
  const others = columns.filter((each) => each !== 'add').map((each) => `r.${quoteIdentifier(each)}`)
  if (others.length > 0) {
    const filter = add === undefined ? '' : 'WHERE r.add.path IS NULL'
    const query = `SELECT CAST(to_json(a) AS VARCHAR) FROM (SELECT ${others.join(', ')} FROM ${source} AS r ${filter}) AS a`
    for await (const chunk of chunksOf(connection, query))
      yield { rows: chunk.getColumnValues(0) as string[] }
  }
  if (add?.typeId !== DuckDBTypeId.STRUCT) return
  const int96 = add.entryNames.includes('stats_parsed') && (await hasInt96(connection, paths))
  const query = `SELECT ${addColumns(add.entryNames, add.entryTypes, int96).join(', ')} FROM ${source} AS r WHERE r.add.path IS NOT NULL`
  const partitions = new Map<string, PartitionValues>()
  for await (const chunk of chunksOf(connection, query)) yield { adds: addsOf(chunk, partitions) }
}

async function* chunksOf(connection: DuckDBConnection, query: string): AsyncIterable<DuckDBDataChunk> {
  const result = await connection.stream(query)
  for (;;) {
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) return
    yield chunk
  }
}

const PLAIN = ['path', 'partitionValues', 'size', 'modificationTime', 'dataChange', 'stats']

/** Path, partition values, size, time, dataChange, statistics; then JSON of what else a file has, mostly nothing. */
function addColumns(names: readonly string[], types: readonly DuckDBType[], int96: boolean): string[] {
  const field = (name: string, otherwise = 'NULL') =>
    names.includes(name) ? `r.add.${quoteIdentifier(name)}` : otherwise
  const texts = [field('stats', 'CAST(NULL AS VARCHAR)')]
  const parsed = types[names.indexOf('stats_parsed')]
  if (parsed !== undefined) texts.push(parsedStatisticsSql('r.add.stats_parsed', parsed, int96))
  const rest = names.filter((each) => !PLAIN.includes(each) && !each.endsWith('_parsed'))
  const members = rest.map((each) => `${quoteIdentifier(each)} := ${field(each)}`)
  const more = `CAST(json_merge_patch('{}', to_json(struct_pack(${members.join(', ')}))) AS VARCHAR)`
  const isPlain = rest.map((each) => `${field(each)} IS NULL`).join(' AND ')
  return [
    field('path'),
    `CAST(to_json(${field('partitionValues')}) AS VARCHAR)`,
    // Doubles hold every size and time exactly, and cost less to read than 64-bit integers.
    `CAST(${field('size')} AS DOUBLE)`,
    `CAST(${field('modificationTime')} AS DOUBLE)`,
    field('dataChange', 'false'),
    `coalesce(${texts.join(', ')})`,
    rest.length === 0 ? 'CAST(NULL AS VARCHAR)' : `CASE WHEN ${isPlain} THEN NULL ELSE ${more} END`,
  ]
}

function addsOf(chunk: DuckDBDataChunk, partitions: Map<string, PartitionValues>): AddFile[] {
  const vectors = Array.from({ length: chunk.columnCount }, (_, index) => chunk.getColumnVector(index))
  const [paths, values, sizes, times, changes, statistics, rest] = vectors as Columns
  return Array.from({ length: chunk.rowCount }, (_, row) => {
    const stats = statistics.getItem(row) as string | null
    const more = rest.getItem(row) as string | null
    return {
      path: paths.getItem(row) as string,
      partitionValues: partitionValuesOf(values.getItem(row) as string | null, partitions),
      size: sizes.getItem(row) as number,
      modificationTime: times.getItem(row) as number,
      dataChange: changes.getItem(row) as boolean,
      ...(stats !== null && { stats }),
      ...(more !== null && (parseExact(more) as object)),
    }
  })
}

type Columns = [
  DuckDBVector,
  DuckDBVector,
  DuckDBVector,
  DuckDBVector,
  DuckDBVector,
  DuckDBVector,
  DuckDBVector,
]

function partitionValuesOf(text: string | null, known: Map<string, PartitionValues>): PartitionValues {
  const key = text ?? '{}'
  let values = known.get(key)
  if (values === undefined) {
    values = JSON.parse(key) as PartitionValues
    known.set(key, values)
  }
  return values
}

async function hasInt96(connection: DuckDBConnection, paths: readonly string[]): Promise<boolean> {
  const found = await connection.runAndReadAll(
    `SELECT count(*) FROM parquet_schema(${quoteList(paths)}) WHERE type = 'INT96'`,
  )
  return found.getRows()[0]![0] !== 0n
}
