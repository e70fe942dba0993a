import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { CheckpointColumns, DeltaPort } from '../../delta/port.ts'
import { duckdbType } from '../../sql/duckdb/types.ts'
import { stringifyExact } from '../../types/exact-json.ts'
import { CHECKPOINT_COLUMNS, type ColumnTree, copyOf, noteFields, structSql } from './checkpoint-columns.ts'
import { quoteIdentifier, quoteString } from './quote.ts'
import { readCheckpointRows } from './read-checkpoint-rows.ts'
import { checkSeal, EMPTY_SEAL, SEAL_KEY, sealFile } from './sealed-file.ts'
import { rowsOfFiles, type ThreadPool } from './thread-pool.ts'

/**
 * Reads and writes the checkpoints of Delta tables. `connect` opens a connection, which is closed after each call, and is
 * not called before a table has a checkpoint to read or write.
 */
export function parquetPort(connect: () => Promise<DuckDBConnection>, threads: ThreadPool): DeltaPort {
  return {
    async *readActions(paths) {
      for (const path of paths) checkSeal(path)
      const release = await threads.take(rowsOfFiles(paths))
      const connection = await connect()
      try {
        yield* readCheckpointRows(connection, paths)
      } finally {
        connection.closeSync()
        await release()
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
        const copy = `COPY (SELECT * FROM ${source}) TO ${quoteString(path)} (FORMAT parquet, COMPRESSION snappy,
          KV_METADATA {${quoteString(SEAL_KEY)}: ${quoteString(EMPTY_SEAL)}})`
        await threads.work(count, () => connection.run(copy))
        sealFile(path)
        return count
      } finally {
        rmSync(lines, { force: true })
        connection.closeSync()
      }
    },
  }
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
