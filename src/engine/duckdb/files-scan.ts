import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { FilesScan } from '../../plan/scan.ts'
import { duckdbType } from '../../sql/duckdb/types.ts'
import type { StructType } from '../../types/data-type.ts'
import { type FileRelation, withFileColumns } from './file-columns.ts'
import { readCsvFiles } from './files-scan-csv.ts'
import { readJsonFiles } from './files-scan-json.ts'
import { readParquetFiles } from './files-scan-parquet.ts'
import { readTextFiles } from './files-scan-text.ts'
import { quoteIdentifier } from './quote.ts'

export interface FilesScanOptions {
  /** Adds the hidden struct column `_metadata`. */
  readonly withMetadata: boolean
}

/** What a scan needs while it is prepared. */
export interface ScanContext {
  readonly connection: DuckDBConnection
  /** A folder of the scan's own for copies in which lines were repaired; made when the first is. */
  readonly copies: string
}

interface Prepared {
  readonly relation: Promise<FileRelation>
}

const preparedScans = new WeakMap<DuckDBConnection, Map<FilesScan, Prepared>>()
const copyFolders = new WeakMap<DuckDBConnection, string[]>()

/**
 * Checks a batch of raw files and gives DuckDB SQL, to stand behind FROM, for its rows: the columns of `schema` (data
 * columns, partition columns, the rescued-data column), and `_metadata` when asked for. Every value of the files is in its
 * column exactly or in the rescued-data column. Files in which something deviates are read from repaired copies, which
 * live until `releaseFilesScans`. A scan that was prepared before is not checked again.
 *
 * Throws UNKNOWN_FIELD_EXCEPTION.NEW_FIELDS_IN_FILE (see `unknownFieldsOf`) where the scan says so, FAILED_READ_FILE.*,
 * MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION in mode FAILFAST.
 */
export async function prepareFilesScan(
  connection: DuckDBConnection,
  scan: FilesScan,
  schema: StructType,
  options: FilesScanOptions,
): Promise<string> {
  const known = preparedScans.get(connection) ?? new Map<FilesScan, Prepared>()
  preparedScans.set(connection, known)
  const prepared = known.get(scan) ?? { relation: prepare(connection, scan) }
  known.set(scan, prepared)
  return withFileColumns(await prepared.relation, scan, schema, options.withMetadata)
}

/** Removes the copies of all scans prepared on this connection: no query over them may run any more. */
export function releaseFilesScans(connection: DuckDBConnection): void {
  for (const folder of copyFolders.get(connection) ?? []) rmSync(folder, { recursive: true, force: true })
  copyFolders.delete(connection)
  preparedScans.delete(connection)
}

async function prepare(connection: DuckDBConnection, scan: FilesScan): Promise<FileRelation> {
  const copies = join(await tempFolder(connection), `files-${randomUUID()}`)
  copyFolders.set(connection, [...(copyFolders.get(connection) ?? []), copies])
  const context: ScanContext = { connection, copies }
  switch (scan.format) {
    case 'json':
      return readJsonFiles(scan, context)
    case 'csv':
      return readCsvFiles(scan, context)
    case 'parquet':
      return readParquetFiles(scan, context)
    case 'text':
      return readTextFiles(scan, context)
  }
}

async function tempFolder(connection: DuckDBConnection): Promise<string> {
  const result = await connection.runAndReadAll("SELECT current_setting('temp_directory')")
  const configured = result.getRows()[0]?.[0]
  return typeof configured === 'string' && configured !== '' ? configured : tmpdir()
}

/** `{"a": 'BIGINT', ...}`, the `columns` argument of DuckDB's readers. */
export function columnsArgument(schema: StructType): string {
  const columns = schema.fields.map(
    (each) => `${quoteIdentifier(each.name)}: '${duckdbType(each.dataType).replaceAll("'", "''")}'`,
  )
  return `{${columns.join(', ')}}`
}
