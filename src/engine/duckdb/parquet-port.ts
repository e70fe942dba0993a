import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { type DuckDBConnection, type DuckDBType, DuckDBTypeId } from '@duckdb/node-api'
import type { CheckpointColumns, DeltaPort } from '../../delta/port.ts'
import { duckdbType } from '../../sql/duckdb/types.ts'
import { stringifyExact } from '../../types/exact-json.ts'
import { CHECKPOINT_COLUMNS, type ColumnTree, copyOf, noteFields, structSql } from './checkpoint-columns.ts'
import { parsedStatisticsSql } from './parsed-statistics.ts'
import { quoteIdentifier, quoteList, quoteString } from './quote.ts'
import { checkSeal, EMPTY_SEAL, SEAL_KEY, sealFile } from './sealed-file.ts'

/**
 * Reads and writes the checkpoints of Delta tables. `connect` opens a connection, which is closed after each call, and is
 * not called before a table has a checkpoint to read or write.
 */
export function parquetPort(connect: () => Promise<DuckDBConnection>): DeltaPort {
  return {
    async *readActions(paths) {
      for (const path of paths) checkSeal(path)
      const connection = await connect()
      try {
        const result = await connection.stream(await actionsSql(connection, paths))
        for (;;) {
          const chunk = await result.fetchChunk()
          if (chunk === null || chunk.rowCount === 0) break
          yield chunk.getColumnValues(0) as string[]
        }
      } finally {
        connection.closeSync()
      }
    },

    async writeCheckpoint(path, actions, columns = {}) {
      const lines = `${path}.ndjson`
      const connection = await connect()
      try {
        const tree = columnsOf(columns)
        const { count, longest } = writeLines(lines, actions, tree)
        const types = Object.entries(tree).map(
          ([kind, fields]) => `${quoteIdentifier(kind)}: ${quoteString(structSql(fields as ColumnTree))}`,
        )
        const source = `read_json(${quoteString(lines)}, format = 'newline_delimited',
          columns = {${types.join(', ')}}, maximum_object_size = ${Math.max(16_777_216, 2 * longest)})`
        await connection.run("SET TimeZone = 'UTC'")
        await connection.run(
          `COPY (SELECT * FROM ${source}) TO ${quoteString(path)} (FORMAT parquet, COMPRESSION snappy,
            KV_METADATA {${quoteString(SEAL_KEY)}: ${quoteString(EMPTY_SEAL)}})`,
        )
        sealFile(path)
        return count
      } finally {
        rmSync(lines, { force: true })
        connection.closeSync()
      }
    },
  }
}

/** Every row as JSON, its statistics as text; parsed partition values repeat the plain ones. */
async function actionsSql(connection: DuckDBConnection, paths: readonly string[]): Promise<string> {
  const source = `read_parquet(${quoteList(paths)}, union_by_name = true, hive_partitioning = false)`
  const empty = await connection.run(`SELECT * FROM ${source} LIMIT 0`)
  const columns = empty.columnNames()
  const add = columns.indexOf('add')
  if (add === -1) return `SELECT CAST(to_json(r) AS VARCHAR) FROM ${source} AS r`
  const others = columns.filter((each) => each !== 'add').map((each) => `r.${quoteIdentifier(each)}`)
  const type = empty.columnType(add)
  const struct = addSql(
    type,
    statisticsOf(type)?.typeId === DuckDBTypeId.STRUCT && (await hasInt96(connection, paths)),
  )
  return `SELECT CAST(to_json(a) AS VARCHAR) FROM (SELECT ${[struct, ...others].join(', ')} FROM ${source} AS r) AS a`
}

function addSql(type: DuckDBType, int96: boolean): string {
  const names = type.typeId === DuckDBTypeId.STRUCT ? type.entryNames : []
  const kept = names.filter((each) => each !== 'stats' && !each.endsWith('_parsed'))
  const members = kept.map((each) => `${quoteIdentifier(each)} := r.add.${quoteIdentifier(each)}`)
  const parsed = statisticsOf(type)
  const texts = names.includes('stats') ? ['r.add.stats'] : []
  if (parsed !== undefined) texts.push(parsedStatisticsSql('r.add.stats_parsed', parsed, int96))
  if (texts.length > 0) members.push(`stats := coalesce(${texts.join(', ')})`)
  return `CASE WHEN r.add IS NOT NULL THEN struct_pack(${members.join(', ')}) END AS add`
}

function statisticsOf(add: DuckDBType): DuckDBType | undefined {
  if (add.typeId !== DuckDBTypeId.STRUCT) return undefined
  return add.entryTypes[add.entryNames.indexOf('stats_parsed')]
}

async function hasInt96(connection: DuckDBConnection, paths: readonly string[]): Promise<boolean> {
  const found = await connection.runAndReadAll(
    `SELECT count(*) FROM parquet_schema(${quoteList(paths)}) WHERE type = 'INT96'`,
  )
  return found.getRows()[0]![0] !== 0n
}

const CLASSIC = ['txn', 'add', 'remove', 'metaData', 'protocol', 'domainMetadata'] as const

function columnsOf({ kinds = CLASSIC, parsed }: CheckpointColumns): ColumnTree {
  const tree = copyOf(Object.fromEntries(kinds.map((kind) => [kind, CHECKPOINT_COLUMNS[kind]])))
  if (parsed !== undefined) {
    const add = tree.add as ColumnTree
    add.stats_parsed = duckdbType(parsed.stats)
    if (parsed.partitionValues) add.partitionValues_parsed = duckdbType(parsed.partitionValues)
  }
  return tree
}

/** Writes actions to a local file, one a line, and notes their fields. Lengths are in bytes. */
function writeLines(
  path: string,
  actions: Iterable<object>,
  tree: ColumnTree,
): { count: number; longest: number } {
  const file = openSync(path, 'w')
  try {
    let count = 0
    let longest = 0
    let buffer = ''
    for (const action of actions) {
      noteFields(tree, action)
      const line = stringifyExact(action)
      count += 1
      longest = Math.max(longest, Buffer.byteLength(line))
      buffer += `${line}\n`
      if (buffer.length < 1 << 20) continue
      writeFileSync(file, buffer)
      buffer = ''
    }
    writeFileSync(file, buffer)
    return { count, longest }
  } finally {
    closeSync(file)
  }
}
