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
import { type Member, objectTextSql, structTextSql } from './json-text-sql.ts'
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

/** Stands in no JSON text, where it must be escaped. */
const SEPARATOR = '\x1f'

/**
 * The texts of a file in one, as each costs a call to read: partition values, statistics, what else it has (mostly nothing)
 * and, as nobody knows what it may hold, its path last. Then its size, time and dataChange.
 */
function addColumns(names: readonly string[], types: readonly DuckDBType[], int96: boolean): string[] {
  const field = (name: string, otherwise = 'NULL') =>
    names.includes(name) ? `r.add.${quoteIdentifier(name)}` : otherwise
  const statistics = names.includes('stats') ? [field('stats')] : []
  const parsed = types[names.indexOf('stats_parsed')]
  if (parsed !== undefined) statistics.push(structTextSql('r.add.stats_parsed', parsed, int96))
  const rest = names.flatMap((name, index): Member[] =>
    PLAIN.includes(name) || name.endsWith('_parsed') ? [] : [[name, field(name), types[index]!]],
  )
  const texts = [
    `coalesce(CAST(to_json(${field('partitionValues')}) AS VARCHAR), '{}')`,
    `coalesce(${[...statistics, "''"].join(', ')})`,
    restSql(rest),
    field('path'),
  ]
  return [
    texts.join(` || chr(${SEPARATOR.charCodeAt(0)}) || `),
    // Doubles hold every size and time exactly, and cost less to read than 64-bit integers.
    `CAST(${field('size')} AS DOUBLE)`,
    `CAST(${field('modificationTime')} AS DOUBLE)`,
    field('dataChange', 'false'),
  ]
}

/** Fields as JSON without those that are null; empty where all are. */
function restSql(fields: readonly Member[]): string {
  if (fields.length === 0) return "''"
  const areNull = fields.map(([, value]) => `${value} IS NULL`)
  return `CASE WHEN ${areNull.join(' AND ')} THEN '' ELSE ${objectTextSql(fields, false)} END`
}

function addsOf(chunk: DuckDBDataChunk, partitions: Map<string, PartitionValues>): AddFile[] {
  const [texts, sizes, times, changes] = [0, 1, 2, 3].map((each) => chunk.getColumnVector(each)) as Columns
  return Array.from({ length: chunk.rowCount }, (_, row) => {
    const text = texts.getItem(row) as string
    const first = text.indexOf(SEPARATOR)
    const second = text.indexOf(SEPARATOR, first + 1)
    const third = text.indexOf(SEPARATOR, second + 1)
    return {
      path: text.slice(third + 1),
      partitionValues: partitionValuesOf(text.slice(0, first), partitions),
      size: sizes.getItem(row) as number,
      modificationTime: times.getItem(row) as number,
      dataChange: changes.getItem(row) as boolean,
      ...(second > first + 1 && { stats: text.slice(first + 1, second) }),
      ...(third > second + 1 && (parseExact(text.slice(second + 1, third)) as object)),
    }
  })
}

type Columns = [DuckDBVector, DuckDBVector, DuckDBVector, DuckDBVector]

function partitionValuesOf(key: string, known: Map<string, PartitionValues>): PartitionValues {
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
