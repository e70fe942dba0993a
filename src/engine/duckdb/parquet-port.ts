import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { DeltaPort } from '../../delta/port.ts'
import { quoteIdentifier, quoteList, quoteString } from './quote.ts'

/**
 * Reads and writes the checkpoints of Delta tables. `connect` opens a connection, which is closed after each call, and is
 * not called before a table has a checkpoint to read or write.
 */
export function parquetPort(connect: () => Promise<DuckDBConnection>): DeltaPort {
  return {
    async *readActions(paths) {
      const connection = await connect()
      try {
        const source = `read_parquet(${quoteList(paths)}, union_by_name = true, hive_partitioning = false)`
        const result = await connection.stream(await actionsSql(connection, source))
        for await (const rows of result.yieldRows()) yield rows.map((row) => String(row[0]))
      } finally {
        connection.closeSync()
      }
    },

    async writeCheckpoint(path, actions) {
      const connection = await connect()
      const lines = `${path}.ndjson`
      try {
        const longest = writeLines(lines, actions)
        const columns = Object.entries(CHECKPOINT_COLUMNS).map(
          ([name, type]) => `${quoteIdentifier(name)}: ${quoteString(type)}`,
        )
        const source = `read_json(${quoteString(lines)}, format = 'newline_delimited',
          columns = {${columns.join(', ')}}, maximum_object_size = ${Math.max(16_777_216, 2 * longest)})`
        await connection.run(
          `COPY (SELECT * FROM ${source}) TO ${quoteString(path)} (FORMAT parquet, COMPRESSION snappy)`,
        )
      } finally {
        rmSync(lines, { force: true })
        connection.closeSync()
      }
    },
  }
}

const DELETION_VECTOR =
  'STRUCT(storageType VARCHAR, pathOrInlineDv VARCHAR, "offset" INTEGER, sizeInBytes INTEGER, cardinality BIGINT)'

/** The columns of a classic checkpoint (PROTOCOL.md, Checkpoint Schema). */
const CHECKPOINT_COLUMNS = {
  txn: 'STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)',
  add: `STRUCT(path VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, modificationTime BIGINT,
    dataChange BOOLEAN, tags MAP(VARCHAR, VARCHAR), deletionVector ${DELETION_VECTOR}, baseRowId BIGINT,
    defaultRowCommitVersion BIGINT, clusteringProvider VARCHAR, stats VARCHAR)`,
  remove: `STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN,
    partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, deletionVector ${DELETION_VECTOR}, baseRowId BIGINT,
    defaultRowCommitVersion BIGINT)`,
  metaData: `STRUCT(id VARCHAR, name VARCHAR, description VARCHAR,
    format STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)), schemaString VARCHAR,
    partitionColumns VARCHAR[], configuration MAP(VARCHAR, VARCHAR), createdTime BIGINT)`,
  protocol: `STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[],
    writerFeatures VARCHAR[])`,
  domainMetadata: 'STRUCT("domain" VARCHAR, configuration VARCHAR, removed BOOLEAN)',
} as const

/**
 * Every row as JSON. Statistics kept as a struct only are reduced to the number of records, the one figure whose text needs
 * no knowledge of the table's types; parsed partition values repeat the plain ones.
 */
async function actionsSql(connection: DuckDBConnection, source: string): Promise<string> {
  const columns = await fieldsOf(connection, `SELECT * FROM ${source}`)
  if (!columns.includes('add')) return `SELECT CAST(to_json(r) AS VARCHAR) FROM ${source} AS r`
  const fields = await fieldsOf(connection, `SELECT unnest(add) FROM ${source}`)
  const kept = fields.filter((each) => each !== 'stats' && !each.endsWith('_parsed'))
  const members = kept.map((each) => `${quoteIdentifier(each)} := r.add.${quoteIdentifier(each)}`)
  const stats = statsSql(fields)
  if (stats !== undefined) members.push(`stats := ${stats}`)
  const others = columns.filter((each) => each !== 'add').map((each) => `r.${quoteIdentifier(each)}`)
  const add = `CASE WHEN r.add IS NOT NULL THEN struct_pack(${members.join(', ')}) END AS add`
  return `SELECT CAST(to_json(a) AS VARCHAR) FROM (SELECT ${[add, ...others].join(', ')} FROM ${source} AS r) AS a`
}

function statsSql(fields: readonly string[]): string | undefined {
  const parsed = `'{"numRecords":' || r.add.stats_parsed.numRecords || '}'`
  if (!fields.includes('stats_parsed')) return fields.includes('stats') ? 'r.add.stats' : undefined
  return fields.includes('stats') ? `coalesce(r.add.stats, ${parsed})` : parsed
}

async function fieldsOf(connection: DuckDBConnection, query: string): Promise<string[]> {
  const described = await connection.runAndReadAll(`DESCRIBE ${query}`)
  return described.getRowsJson().map((row) => String(row[0]))
}

/** Writes lines to a local file and returns the length of the longest in bytes. */
function writeLines(path: string, lines: Iterable<string>): number {
  const file = openSync(path, 'w')
  try {
    let longest = 0
    let buffer = ''
    for (const line of lines) {
      longest = Math.max(longest, Buffer.byteLength(line))
      buffer += `${line}\n`
      if (buffer.length < 1 << 20) continue
      writeFileSync(file, buffer)
      buffer = ''
    }
    writeFileSync(file, buffer)
    return longest
  } finally {
    closeSync(file)
  }
}
