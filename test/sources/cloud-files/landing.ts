import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { prepareFilesScan, releaseFilesScans } from '../../../src/engine/duckdb/files-scan.ts'
import { fileSchemaReader } from '../../../src/engine/duckdb/parquet-schema.ts'
import type { DataSource } from '../../../src/plan/relation.ts'
import type { FilesScan } from '../../../src/plan/scan.ts'
import {
  cloudFilesSource,
  type FilesInputContext,
  resolveFiles,
} from '../../../src/sources/cloud-files/index.ts'
import type { BoundRange, PlannedRange, Source } from '../../../src/sources/source.ts'
import type { LandedFiles } from '../../../src/sources/watch/landed-files.ts'
import { memoryStorage } from '../../../src/storage/index.ts'
import type { Storage } from '../../../src/storage/storage.ts'
import { parseSchema, printSchema } from '../../../src/types/ddl.ts'

export interface LoaderOptions {
  readonly format?: string
  readonly schema?: string
  readonly paths?: readonly string[]
  readonly options?: Readonly<Record<string, string>>
  readonly now?: () => number
  readonly landed?: LandedFiles
}

/** A folder in which files land, and an Auto Loader over it whose process can be restarted. */
export class Landing implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'landing-'))
  state: Storage = memoryStorage()
  readonly schemas: Storage = memoryStorage()
  readonly #instance: DuckDBInstance
  #clock = Date.parse('2026-01-01T00:00:00.500Z')

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance
  }

  static async open(): Promise<Landing> {
    return new Landing(
      await DuckDBInstance.create(':memory:', { threads: '2', preserve_insertion_order: 'true' }),
    )
  }

  /** Writes a file below `in/`, a second later than the one before. */
  land(name: string, content: string | Uint8Array): void {
    const path = join(this.folder, 'in', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    this.#clock += 1000
    utimesSync(path, this.#clock / 1000, this.#clock / 1000)
  }

  remove(name: string): void {
    rmSync(join(this.folder, 'in', name))
  }

  /** The source as a new process opens it. */
  source(loader: LoaderOptions = {}): Source {
    return cloudFilesSource(this.#leaf(loader, true), {
      ...this.#context(loader),
      state: this.state,
      schemas: this.schemas,
      landed: loader.landed,
    })
  }

  /** What there is now, as `read_files` or `spark.read` give it. */
  async resolve(loader: LoaderOptions): Promise<BoundRange> {
    return resolveFiles(this.#leaf(loader, false), this.#context(loader))
  }

  /** Rows of a bound range: objects with exact texts for 64-bit integers and decimals. */
  async rows({ input, schema }: BoundRange): Promise<Record<string, unknown>[]> {
    const connection = await this.#instance.connect()
    await connection.run("SET TimeZone = 'UTC'")
    await connection.run(`SET temp_directory = '${this.folder}/.copies'`)
    try {
      const sql = await prepareFilesScan(connection, input as FilesScan, schema, { withMetadata: false })
      return (await connection.runAndReadAll(`SELECT * FROM ${sql}`)).getRowObjectsJson() as Record<
        string,
        unknown
      >[]
    } finally {
      releaseFilesScans(connection)
      connection.closeSync()
    }
  }

  async sql(text: string): Promise<void> {
    const connection = await this.#instance.connect()
    await connection.run(text)
    connection.closeSync()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#instance.closeSync()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #leaf(
    { format = 'cloudFiles', schema, paths = ['in'], options = {} }: LoaderOptions,
    isStreaming: boolean,
  ): DataSource {
    return {
      kind: 'DataSource',
      format,
      paths,
      options: format === 'cloudFiles' ? { 'cloudFiles.format': 'json', ...options } : options,
      isStreaming,
      ...(schema === undefined ? {} : { schema: parseSchema(schema) }),
    }
  }

  #context({ now }: LoaderOptions): FilesInputContext & { now?: () => number } {
    const reader = { parquetSchema: (path: string) => this.#parquetSchema(path) }
    return { baseFolder: this.folder, reader, ...(now === undefined ? {} : { now }) }
  }

  async #parquetSchema(path: string) {
    const connection = await this.#instance.connect()
    try {
      return await fileSchemaReader(connection).parquetSchema(path)
    } finally {
      connection.closeSync()
    }
  }
}

/** Names of the files of each batch, until the source is drained; every batch is committed. */
export async function drain(source: Source, from?: unknown): Promise<{ batches: string[][]; end: unknown }> {
  const batches: string[][] = []
  let end = from
  const to = await source.latest()
  for (;;) {
    const planned = to === undefined ? undefined : await source.plan(end, to)
    if (planned === undefined) return { batches, end }
    batches.push(filesOf(planned))
    await source.commit?.(planned.range)
    end = planned.end
  }
}

/** File names of a planned range. */
export function filesOf(planned: PlannedRange): string[] {
  const { files } = planned.range as { files: [string, number, number][] }
  return files.map(([path]) => path.slice(path.lastIndexOf('/in/') + 4))
}

export async function ddlOf(source: Source): Promise<string> {
  return printSchema((await source.schema()).schema)
}
