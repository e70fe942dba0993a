import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { prepareFilesScan, releaseFilesScans } from '../../../../src/engine/duckdb/files-scan.ts'
import type { FilesScan } from '../../../../src/plan/scan.ts'
import { field, STRING, struct } from '../../../../src/types/data-type.ts'
import { parseSchema } from '../../../../src/types/ddl.ts'

/** A file's name and content. */
export type Content = Readonly<Record<string, string | Uint8Array>>

export interface ReadRequest {
  readonly format?: FilesScan['format']
  /** DDL of the data columns. */
  readonly schema: string
  readonly options?: Readonly<Record<string, string>>
  readonly onUnknownField?: FilesScan['onUnknownField']
  /** Default `_rescued_data`; null for none. */
  readonly rescued?: string | null
  readonly withMetadata?: boolean
  /** Called between the check of the files and their reading. */
  readonly beforeReading?: () => void
}

/** A folder of raw files and a DuckDB to read them with, as a files scan is read in an update. */
export class RawFiles implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'raw-'))
  readonly #instance: DuckDBInstance

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance
  }

  static async of(content: Content): Promise<RawFiles> {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '2',
      preserve_insertion_order: 'true',
    })
    const raw = new RawFiles(instance)
    for (const [name, text] of Object.entries(content)) raw.write(name, text)
    return raw
  }

  /** Writes a file as it lies there for an hour. */
  write(name: string, text: string | Uint8Array): void {
    const path = join(this.folder, name)
    writeFileSync(path, text)
    utimesSync(path, Date.now() / 1000 - 3600, Date.now() / 1000 - 3600)
  }

  /** Writes the rows of a query as a Parquet file. */
  async parquet(name: string, query: string): Promise<void> {
    const connection = await this.#instance.connect()
    await connection.run(`COPY (${query}) TO '${join(this.folder, name)}' (FORMAT parquet)`)
    connection.closeSync()
  }

  /** The rows of all files in the order of `names`; values as exact JSON (64-bit integers and decimals are texts). */
  async read(names: readonly string[], request: ReadRequest): Promise<Record<string, unknown>[]> {
    const connection = await this.#instance.connect()
    await connection.run(`SET temp_directory = '${this.folder}/.copies'`)
    await connection.run("SET TimeZone = 'UTC'")
    const scan = this.#scan(names, request)
    const rescued = scan.rescuedDataColumn === undefined ? [] : [field(scan.rescuedDataColumn, STRING)]
    const schema = struct([...scan.dataSchema.fields, ...rescued])
    try {
      const sql = await prepareFilesScan(connection, scan, schema, {
        withMetadata: request.withMetadata === true,
      })
      request.beforeReading?.()
      const result = await connection.runAndReadAll(`SELECT * FROM ${sql}`)
      return result.getRowObjectsJson() as Record<string, unknown>[]
    } finally {
      releaseFilesScans(connection)
      connection.closeSync()
    }
  }

  #scan(names: readonly string[], request: ReadRequest): FilesScan {
    return {
      kind: 'files',
      format: request.format ?? 'json',
      files: names.map((name) => {
        const path = join(this.folder, name)
        const stats = statSync(path, { throwIfNoEntry: false })
        return {
          path,
          displayPath: `raw/${name}`,
          sizeBytes: stats?.size ?? 1,
          modifiedMs: stats?.mtimeMs ?? 0,
          partitionValues: {},
        }
      }),
      options: request.options ?? {},
      dataSchema: parseSchema(request.schema),
      partitionSchema: struct([]),
      ...(request.rescued === null ? {} : { rescuedDataColumn: request.rescued ?? '_rescued_data' }),
      onUnknownField: request.onUnknownField ?? 'rescue',
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#instance.closeSync()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** One file, read whole. */
export async function readOne(
  text: string | Uint8Array,
  request: ReadRequest,
  name = 'a.json',
): Promise<Record<string, unknown>[]> {
  await using raw = await RawFiles.of({ [name]: text })
  return await raw.read([name], request)
}

/** The rescued data of a row, parsed. */
export function rescuedOf(row: Record<string, unknown>): unknown {
  return row._rescued_data === null ? null : JSON.parse(row._rescued_data as string)
}
