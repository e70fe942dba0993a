import { statSync } from 'node:fs'
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { Relation, Scan } from '../../plan/relation.ts'
import { walk } from '../../plan/rewrite.ts'
import type { DeltaScanFile } from '../../plan/scan.ts'

/** Rows from which on threads have something to share: DuckDB gives out row groups, whole. */
const ROW_GROUP = 122_880

/** What a row takes at least, bytes. */
const ROW_BYTES = { parquet: 16, text: 64 }

/**
 * DuckDB's own threads, which all queries of a database share. A query of few rows is faster without: another thread takes its
 * only task, and the one that waits for the result looks for more without a pause until that is done. So there are as many as
 * there may be while a query runs that reads many rows, and none besides.
 */
export class ThreadPool {
  readonly #instance: DuckDBInstance
  readonly #most: number
  #large = 0
  #threads = 1
  #connection: DuckDBConnection | undefined
  #pending: Promise<void> = Promise.resolve()

  /** `most`: threads that may work at once, the one that waits included. The database was opened with one. */
  constructor(instance: DuckDBInstance, most: number) {
    this.#instance = instance
    this.#most = most
  }

  /** Does work with the threads that reading so many rows deserves. */
  async work<Result>(rows: number, work: () => Promise<Result>): Promise<Result> {
    const release = await this.take(rows)
    try {
      return await work()
    } finally {
      await release()
    }
  }

  /** Threads for a query that reads so many rows. Call what it gives when the query has ended. */
  async take(rows: number): Promise<() => Promise<void>> {
    if (rows <= ROW_GROUP || this.#most === 1) return async () => undefined
    const release = () => {
      this.#large -= 1
      return this.#adjust()
    }
    this.#large += 1
    try {
      await this.#adjust()
    } catch (error) {
      await release()
      throw error
    }
    return release
  }

  close(): void {
    this.#connection?.closeSync()
  }

  #adjust(): Promise<void> {
    const adjusted = this.#pending.then(async () => {
      const wanted = this.#large > 0 ? this.#most : 1
      if (wanted === this.#threads) return
      this.#connection ??= await this.#instance.connect()
      await this.#connection.run(`SET GLOBAL threads = ${wanted}`)
      this.#threads = wanted
    })
    // Who waits for this one is told when it fails; the next one tries again.
    this.#pending = adjusted.catch(() => undefined)
    return adjusted
  }
}

/** How many rows a query reads, roughly. Infinity where nobody knows. */
export function rowsRead(query: Relation): number {
  let rows = 0
  for (const node of walk(query)) {
    if (node.kind === 'TableValuedFunction') return Infinity
    if (node.kind === 'Scan') rows += rowsOfScan(node)
  }
  return rows
}

function rowsOfScan({ input }: Scan): number {
  switch (input.kind) {
    case 'staged':
      return Number(input.rowCount ?? Infinity)
    case 'delta':
      return sum(input.files, rowsOfFile)
    case 'files':
      return sum(
        input.files,
        (each) => each.sizeBytes / ROW_BYTES[input.format === 'parquet' ? 'parquet' : 'text'],
      )
    case 'parquet':
      return rowsOfFiles(input.paths)
    case 'ndjson':
      return sum(input.paths, (each) => sizeOf(each) / ROW_BYTES.text)
  }
}

/** How many rows Parquet files hold, at most. */
export function rowsOfFiles(paths: readonly string[]): number {
  return sum(paths, (each) => sizeOf(each) / ROW_BYTES.parquet)
}

function rowsOfFile({ numRecords, sizeBytes }: DeltaScanFile): number {
  return numRecords ?? sizeBytes / ROW_BYTES.parquet
}

/** That a file is missing is for the query to tell. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

function sum<Item>(items: readonly Item[], size: (item: Item) => number): number {
  return items.reduce((all, each) => all + size(each), 0)
}
