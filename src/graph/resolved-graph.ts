import type { AutoCdcSpec, SnapshotSpec } from '../auto-cdc/index.ts'
import type { Position } from '../errors/index.ts'
import type { Relation, Rule } from '../plan/relation.ts'
import type { DataType, StructType } from '../types/data-type.ts'
import type { DatasetKind } from './definition.ts'
import type { DeltaSink } from './sinks.ts'
import type { SnapshotVersion } from './snapshot-versions.ts'

/** The pipeline after load, resolve and validate: plain, serialisable data, stored with each update. */
export interface ResolvedGraph {
  /** Topological: every dataset after those it reads. */
  readonly datasets: readonly ResolvedDataset[]
  readonly flows: readonly ResolvedFlow[]
  /** Things to tell the user once: aliases, ignored settings, unbounded state. */
  readonly warnings: readonly GraphWarning[]
}

export interface GraphWarning {
  readonly message: string
  readonly dataset?: string
  readonly position?: Position
}

export interface ResolvedDataset {
  /** `catalog.schema.table`, parts in backticks where SQL needs them (`formatName`); a temporary view has a single part. */
  readonly identifier: string
  /** The shortest name by which the pipeline's own files reach it: `bronze_orders`. */
  readonly name: string
  readonly kind: DatasetKind
  /** For a quarantine table: the dataset whose rejected rows it takes. */
  readonly quarantineOf?: string
  /** The table that takes this dataset's rejected rows. */
  readonly quarantine?: string
  /** For kind `sink`: where its rows go. */
  readonly sink?: DeltaSink | { readonly format: 'foreachBatch' }
  readonly isPrivate: boolean
  readonly comment?: string
  /** As written, `pipelines.*` and free labels included, the seeds' clustering aliases removed. */
  readonly tableProperties: Readonly<Record<string, string>>
  readonly partitionColumns: readonly string[]
  readonly clusterBy: readonly string[] | 'auto'
  /** Columns with Spark's types, comments in the metadata. */
  readonly schema: StructType
  readonly isSchemaDeclared: boolean
  readonly rules: readonly DatasetRule[]
  readonly language: 'typescript' | 'sql'
  readonly position: Position
}

/** An expectation after resolution. */
export interface DatasetRule extends Rule {
  /** The condition as the user wrote it. */
  readonly text: string
  readonly position: Position
}

export interface ResolvedFlow {
  /** `catalog.schema.flow_name`. */
  readonly identifier: string
  readonly name: string
  /** Identifier of the dataset it writes, or of the view it defines. */
  readonly target: string
  /**
   * append: streaming into a streaming table or a sink; complete: a streaming aggregation without watermark, rewritten each trigger;
   * materialized_view: batch; view: the query of a view; auto_cdc: the query's rows are change events;
   * auto_cdc_snapshot: they are what the target should be.
   */
  readonly kind: 'append' | 'complete' | 'materialized_view' | 'view' | 'auto_cdc' | 'auto_cdc_snapshot'
  readonly once: boolean
  readonly comment?: string
  /** Every Read carries a qualified name (a view's single part); views are not inlined. */
  readonly query: Relation
  /** Identifiers of datasets of this pipeline that the query reads, directly. */
  readonly inputs: readonly string[]
  /** Qualified names of tables outside the pipeline that it reads. */
  readonly externalInputs: readonly string[]
  /** For kind `auto_cdc`, whose events are the rows of `query`: how they apply to the target. */
  readonly autoCdc?: AutoCdcSpec
  /** For kinds `auto_cdc` and `auto_cdc_snapshot`: the columns of `query`. */
  readonly querySchema?: StructType
  /** For kind `auto_cdc_snapshot`. */
  readonly snapshots?: ResolvedSnapshots
  /** Own configuration over that of the views it reads over the pipeline's. */
  readonly configuration: Readonly<Record<string, string>>
  /** The columns that the flow gives its target. */
  readonly schema: StructType
  readonly position: Position
}

/** The snapshots that a flow compares its target with. */
export interface ResolvedSnapshots {
  readonly spec: SnapshotSpec
  /** `unknown` where a function gives them and the target's schema is declared without it. */
  readonly versionType: DataType
  readonly source: ResolvedSnapshotSource
}

export type ResolvedSnapshotSource =
  /** The flow's query as it stands when an update reads it; the version is the time of that: TIMESTAMP. */
  | { readonly kind: 'periodic' }
  /**
   * `version` gives one value: the version behind `last_snapshot_version()`, NULL before the first; no row or NULL when there is none.
   * The flow's query gives the snapshot `current_snapshot_version()`. `bindSnapshotVersions` puts the values in.
   */
  | { readonly kind: 'versions'; readonly version: Relation }
  /** `next` gives the snapshot behind a version, undefined when there is none. It is the one part of a graph that is not data. */
  | { readonly kind: 'function'; readonly next: NextSnapshot }

/** Throws what the user's function throws, as FLOW_FUNCTION_FAILED, and AUTOCDC_SNAPSHOT_FUNCTION_RESULT. */
export type NextSnapshot = (latestVersion: SnapshotVersion | null) => Promise<PreparedSnapshot | undefined>

export interface PreparedSnapshot {
  /** As a flow's query is: with whole names. */
  readonly query: Relation
  readonly version: SnapshotVersion
}
