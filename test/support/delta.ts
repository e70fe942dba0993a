import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import {
  type AddFile,
  addFileFrom,
  type DeltaPort,
  type DeltaTable,
  dataFilePath,
  deltaScanOf,
  type Snapshot,
} from '../../src/delta/index.ts'
import { bindDeltaScan } from '../../src/engine/duckdb/delta-scan.ts'
import { parquetPort } from '../../src/engine/duckdb/parquet-port.ts'
import { ThreadPool } from '../../src/engine/duckdb/thread-pool.ts'
import type { DeltaScan } from '../../src/plan/scan.ts'
import { localStorage, type Storage } from '../../src/storage/index.ts'
import type { StructType } from '../../src/types/data-type.ts'

/** An in-memory DuckDB for one test file. */
export interface TestDuckdb {
  readonly connection: DuckDBConnection
  readonly port: DeltaPort
  close(): void
}

export async function openTestDuckdb(): Promise<TestDuckdb> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  return {
    connection,
    port: parquetPort(() => instance.connect(), new ThreadPool(instance, 2)),
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** A scan as a relation with the columns of a schema, as text that stands in FROM. */
export async function deltaRelation(
  connection: DuckDBConnection,
  scan: DeltaScan,
  schema: StructType,
): Promise<string> {
  return (await bindDeltaScan(connection, scan))(schema)
}

/** A port for tables whose log has no checkpoints: any use of Parquet fails. */
export const noParquet: DeltaPort = {
  readActions: () => {
    throw new Error('no Parquet was to be read')
  },
  writeCheckpoint: () => {
    throw new Error('no Parquet was to be written')
  },
}

/** A folder that is gone when the test file ends. */
export function temporaryFolder(): { path: string; storage(name: string): Storage; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'millrace-delta-'))
  return {
    path,
    storage: (name) => localStorage(join(path, name)),
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** A live file that exists in the log only. */
export function fileInLog(path: string, more: Partial<AddFile> = {}): AddFile {
  return {
    path,
    partitionValues: {},
    size: 100,
    modificationTime: 1_700_000_000_000,
    dataChange: true,
    stats: '{"numRecords":1}',
    ...more,
  }
}

/** Writes the rows of a query as one file of the table and returns its action, ready to be committed. */
export async function writeFile(
  connection: DuckDBConnection,
  storage: Storage,
  table: Pick<DeltaTable, 'snapshot'>,
  query: string,
  partitionValues: Record<string, string | null> = {},
): Promise<AddFile> {
  const { metadata } = table.snapshot
  const local = await storage.stagingPath('')
  const copied = await connection.runAndReadAll(`COPY (${query}) TO '${local}' (FORMAT parquet)`)
  const written = {
    sizeBytes: statSync(local).size,
    numRecords: BigInt(String(copied.getRowsJson()[0]![0])),
    partitionValues,
    columns: [],
  }
  const path = dataFilePath(metadata.partitionColumns, partitionValues)
  await storage.publish([{ local, path }])
  return addFileFrom(written, path, metadata)
}

/** The rows of a version, values as JSON gives them, in the order of `orderBy`. */
export async function rowsOf(
  connection: DuckDBConnection,
  storage: Storage,
  snapshot: Snapshot,
  orderBy = '1',
): Promise<unknown[][]> {
  const scan = await deltaScanOf(snapshot, storage)
  const relation = await deltaRelation(connection, scan, snapshot.metadata.schema)
  const result = await connection.runAndReadAll(`SELECT * FROM ${relation} ORDER BY ${orderBy}`)
  return result.getRowsJson() as unknown[][]
}

export const paths = (snapshot: Snapshot): string[] => [...snapshot.files()].map((each) => each.path).sort()
