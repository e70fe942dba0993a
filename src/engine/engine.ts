import type { DeltaPort, RowSession, WriteRequest, WriteResult, WrittenFile } from '../delta/index.ts'
import type { FileSchemaReader } from '../formats/infer-files.ts'
import type { Relation, Rule, Scan } from '../plan/relation.ts'
import type { StructType } from '../types/data-type.ts'
import type { Row, Value } from '../types/row.ts'

export type { Row, Value, WriteRequest, WriteResult, WrittenFile }

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

  /** Rows of the process as a leaf that queries of all sessions can read, until they are released. */
  holdRows(
    schema: StructType,
    chunks: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>,
  ): Promise<HeldRows>

  /** Frees the memory of results that nothing refers to any more, for processes that go on for long. */
  freeResults(): void

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
export interface EngineSession extends RowSession {
  /**
   * Holds a query's rows until the session closes, so that several consumers read the same ones.
   * With rules, every rule is counted on all rows and the rows are split into survivors and rejects.
   */
  stage(query: Relation, rules?: readonly Rule[]): Promise<Staged>

  /** Stops the running query and refuses those that follow: both throw OPERATION_CANCELED. */
  interrupt(): void
}

export interface HeldRows {
  readonly scan: Scan
  readonly rowCount: bigint
  release(): Promise<void>
}

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
