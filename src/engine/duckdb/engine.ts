import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance, version as duckdbVersion } from '@duckdb/node-api'
import type { DeltaPort } from '../../delta/index.ts'
import type { FileSchemaReader } from '../../formats/infer-files.ts'
import type { Relation } from '../../plan/relation.ts'
import { storageError } from '../../storage/storage-error.ts'
import type { StructType } from '../../types/data-type.ts'
import type { CompiledQuery, Engine, EngineSession, HeldRows, QueryContext, Row } from '../engine.ts'
import { compileQuery } from './compile.ts'
import { freeResults } from './free-results.ts'
import { holdRows } from './held-rows.ts'
import { parquetPort } from './parquet-port.ts'
import { parquetSchema } from './parquet-schema.ts'
import { Prelude } from './prelude.ts'
import { openDuckdbSession } from './session.ts'
import { ThreadPool } from './thread-pool.ts'

export interface DuckdbOptions {
  /** Threads that may work for one query; by default as many as there are processors. */
  readonly threads?: number
  /** As DuckDB writes it, `2GB`; by default half of the machine's memory. */
  readonly memoryLimit?: string
  /** Where what does not fit into memory goes; a folder of its own is made in it and removed on close. */
  readonly tempDirectory?: string
  /**
   * Whether footers and parts of files that were read stay in memory, up to its limit; by default they do. An engine that reads new
   * files for days is better without: each one takes some 50 kB.
   */
  readonly remembersFiles?: boolean
}

/** Opens embedded DuckDB as an engine. The database is in memory and holds nothing durable. Throws STORAGE_ERROR and STORAGE_FULL. */
export async function openDuckdbEngine(options: DuckdbOptions = {}): Promise<DuckdbEngine> {
  const spillFolder = makeSpillFolder(options.tempDirectory ?? tmpdir())
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: options.memoryLimit ?? `${Math.floor(totalmem() / 2 / 2 ** 20)}MiB`,
    temp_directory: spillFolder,
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  })
  await configure(instance, options.remembersFiles ?? true)
  const threads = new ThreadPool(instance, options.threads ?? availableParallelism())
  return new DuckdbEngine(instance, threads, spillFolder)
}

function makeSpillFolder(parent: string): string {
  try {
    mkdirSync(parent, { recursive: true })
    return mkdtempSync(join(parent, 'millrace-spill-'))
  } catch (error) {
    throw storageError('create a folder in', parent, error)
  }
}

/**
 * Settings of all connections. Every cast between TIMESTAMP and TIMESTAMPTZ relies on UTC. Footers of Parquet files may be
 * kept, as data files never change: a file that did, by its time of modification, is read anew.
 */
async function configure(instance: DuckDBInstance, remembersFiles: boolean): Promise<void> {
  const connection = await instance.connect()
  try {
    await connection.run(`SET GLOBAL TimeZone = 'UTC'; SET GLOBAL parquet_metadata_cache = ${remembersFiles};
      SET GLOBAL enable_external_file_cache = ${remembersFiles}`)
  } finally {
    connection.closeSync()
  }
}

export class DuckdbEngine implements Engine {
  readonly name = `duckdb ${duckdbVersion()}`
  readonly instance: DuckDBInstance
  readonly deltaPort: DeltaPort
  readonly fileSchemaReader: FileSchemaReader = { parquetSchema: (path) => this.#parquetSchema(path) }
  readonly #prelude: Prelude
  readonly #threads: ThreadPool
  readonly #spillFolder: string
  #held = 0
  readonly #sessions = new Set<EngineSession>()

  constructor(instance: DuckDBInstance, threads: ThreadPool, spillFolder: string) {
    this.instance = instance
    this.#threads = threads
    this.deltaPort = parquetPort(() => this.instance.connect(), threads)
    this.#prelude = new Prelude(instance)
    this.#spillFolder = spillFolder
  }

  compile(query: Relation, context: QueryContext): CompiledQuery {
    return compileQuery(query, context)
  }

  async openSession(context: QueryContext): Promise<EngineSession> {
    const session = await openDuckdbSession(
      {
        instance: this.instance,
        prelude: this.#prelude,
        threads: this.#threads,
        onClose: () => this.#sessions.delete(session),
      },
      context,
    )
    this.#sessions.add(session)
    return session
  }

  holdRows(
    schema: StructType,
    chunks: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>,
  ): Promise<HeldRows> {
    return holdRows(this.instance, `held_rows_${++this.#held}`, schema, chunks)
  }

  freeResults(): void {
    freeResults()
  }

  async #parquetSchema(path: string): Promise<StructType> {
    const connection = await this.instance.connect()
    try {
      return await parquetSchema(connection, path)
    } finally {
      connection.closeSync()
    }
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) await session.close()
    this.#threads.close()
    this.instance.closeSync()
    rmSync(this.#spillFolder, { recursive: true, force: true })
  }
}
