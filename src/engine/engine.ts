import type { DeltaPort } from '../delta/index.ts'
import type { FileSchemaReader } from '../formats/infer-files.ts'
import type { Relation, Rule, Scan } from '../plan/relation.ts'
import type { StructType } from '../types/data-type.ts'

/** Where pipelines run. One engine per process and update; `update` knows nothing else of DuckDB or Spark. */
export interface Engine {
  /** `duckdb 1.5.6`. */
  readonly name: string

  /** What Delta logs need done with Parquet. */
  readonly deltaPort: DeltaPort

  /** What the inference of file schemas needs. */
  readonly fileSchemaReader: FileSchemaReader

  /**
   * Analyses a bound query (its leaves are Scans and literal rows) and prints it, without running it.
   * Throws the analyzer's conditions.
   */
  compile(query: Relation, context: QueryContext): CompiledQuery

  /** A connection of its own for one flow. */
  openSession(context: QueryContext): Promise<EngineSession>

  close(): Promise<void>
}

/** What stays the same over one batch or one console query. */
export interface QueryContext {
  /** Value of `current_timestamp()`, microseconds since the epoch: the batch's, so that a replay gives the same rows. */
  readonly timestampMicros: bigint
  /** `spark.sql.ansi.enabled`. */
  readonly ansi: boolean
}

export interface CompiledQuery {
  /** Spark's types of the columns. */
  readonly schema: StructType
  /** Text in the engine's own dialect, as shown by `explain` and the UI. */
  readonly sql: string
}

/** One flow's connection. Queries of a session run one after the other. */
export interface EngineSession {
  /**
   * Holds a query's rows until the session closes, so that several consumers read the same ones.
   * With rules, every rule is counted on all rows and the rows are split into survivors and rejects.
   */
  stage(query: Relation, rules?: readonly Rule[]): Promise<Staged>

  /** Writes a query's rows as Parquet files below a local folder. */
  write(request: WriteRequest): Promise<WriteResult>

  /**
   * All rows of a (small) query. Values: null, boolean, number (up to 32 bits, float, double), bigint (long), string
   * (string, exact decimal text, date and timestamp texts), Uint8Array, arrays, Map for maps, plain objects for structs.
   */
  rows(query: Relation): Promise<readonly Row[]>

  /** The same rows, a chunk at a time, for results of any size. */
  stream(query: Relation): AsyncIterable<readonly Row[]>

  /** Stops the running query and refuses those that follow: both throw OPERATION_CANCELED. */
  interrupt(): void

  close(): Promise<void>
}

export type Row = readonly Value[]

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | ReadonlyMap<Value, Value>
  | { readonly [field: string]: Value }

export interface Staged {
  /** Survivors: rows that no `drop` or `fail` rule rejects; all rows where there are no rules. */
  readonly scan: Scan
  readonly rowCount: bigint
  /** Rejected rows with a last column `_failed_expectations ARRAY<STRING>`; undefined without rules. */
  readonly rejects?: Scan
  readonly rejectedCount: bigint
  readonly counts: readonly RuleCount[]
}

/** One rule over all rows of one evaluation. */
export interface RuleCount {
  readonly name: string
  readonly passed: bigint
  readonly failed: bigint
}

export interface WriteRequest {
  readonly query: Relation
  /** Types the files must have, partition columns included; the query's columns are matched by name and cast. */
  readonly schema: StructType
  readonly partitionColumns: readonly string[]
  /** Local folder, created if absent; files get unique names in it. */
  readonly folder: string
  /** Rows wanted sorted or clustered by these columns within the files. */
  readonly orderBy?: readonly string[]
}

export interface WriteResult {
  readonly files: readonly WrittenFile[]
  readonly rowCount: bigint
}

/** A Parquet file as the engine wrote it, not yet part of any table. */
export interface WrittenFile {
  readonly localPath: string
  readonly sizeBytes: number
  readonly numRecords: bigint
  /** Text forms of the Delta protocol; null is null. */
  readonly partitionValues: Readonly<Record<string, string | null>>
  readonly columns: readonly ColumnStatistics[]
}

/**
 * What the engine knows of a leaf column in one file; anything uncertain is left out. Texts: integers and decimals in
 * digits, floats in shortest round-trip form, dates `YYYY-MM-DD`, timestamps `YYYY-MM-DD HH:MM:SS.ffffff` (UTC), strings whole.
 */
export interface ColumnStatistics {
  /** Field names from the root; only leaves reached through structs (arrays and maps count as leaves). */
  readonly path: readonly string[]
  readonly min?: string
  readonly max?: string
  readonly nullCount?: bigint
  /** A floating-point column that holds NaN. */
  readonly hasNan?: boolean
}
