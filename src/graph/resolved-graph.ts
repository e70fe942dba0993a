import type { AutoCdcSpec } from '../auto-cdc/index.ts'
import type { Position } from '../errors/index.ts'
import type { Relation, Rule } from '../plan/relation.ts'
import type { StructType } from '../types/data-type.ts'
import type { DatasetKind } from './definition.ts'
import type { DeltaSink } from './sinks.ts'

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
   * materialized_view: batch; view: the query of a view; auto_cdc: the query's rows are change events.
   */
  readonly kind: 'append' | 'complete' | 'materialized_view' | 'view' | 'auto_cdc'
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
  /** Own configuration over that of the views it reads over the pipeline's. */
  readonly configuration: Readonly<Record<string, string>>
  /** The columns that the flow gives its target. */
  readonly schema: StructType
  readonly position: Position
}
