import type { Position } from '../errors/index.ts'
import type { Expression } from '../plan/expression.ts'
import type { Relation } from '../plan/relation.ts'
import type { StructType } from '../types/data-type.ts'
import type { FlowChanges } from './flow-changes.ts'
import type { Sink } from './sinks.ts'

/** What a definition file registers: a dataset that a flow can write or a reader can name. */
export interface OutputDefinition {
  readonly kind: DatasetKind
  /** As written: one to three parts. */
  readonly name: readonly string[]
  readonly comment?: string
  /** Lives in the pipeline's storage, invisible in the catalog. */
  readonly isPrivate: boolean
  readonly tableProperties: Readonly<Record<string, string>>
  readonly partitionColumns: readonly string[]
  readonly clusterBy?: readonly string[] | 'auto'
  /** The whole schema as the user declared it; the flows' merged schema must equal it. */
  readonly schema?: StructType
  /** Comments of columns declared without a type. */
  readonly columnComments: Readonly<Record<string, string>>
  readonly expectations: readonly Expectation[]
  /** Name of the table that takes rejected rows; `true` is `<name>_quarantine`. */
  readonly quarantine?: string | true
  /** For kind `sink`. */
  readonly sink?: Sink
  readonly origin: DefinitionOrigin
}

/** What a flow can write or define. A sink is written only. */
export type DatasetKind =
  | 'streaming_table'
  | 'materialized_view'
  | 'temporary_view'
  | 'persisted_view'
  | 'sink'

export interface Expectation {
  readonly name: string
  /** Spark SQL over the output columns of the dataset's query. */
  readonly condition: string
  /** The condition as parsed, where the parser has seen it already. */
  readonly expression?: Expression
  readonly action: 'warn' | 'drop' | 'fail'
  readonly position?: Position
}

export interface FlowDefinition {
  /** Single part; the default flow has its target's name. */
  readonly name: string
  readonly target: readonly string[]
  /** Runs in the first update after definition and after a full refresh, on a batch query. */
  readonly once: boolean
  readonly comment?: string
  /** Evaluated at resolution, maybe more than once; must not have side effects. Undefined where a function gives snapshots. */
  readonly query?: () => Relation
  /** The flow's own configuration (`spark_conf`, preceding SETs). */
  readonly configuration: Readonly<Record<string, string>>
  /** True for the query that stands in the dataset's own definition. */
  readonly isDefault: boolean
  /** The definition gave no name, so that the target's counts, with its catalog and schema. */
  readonly hasNameOfTarget?: boolean
  /** How the rows of the query change those of the target; they are added to them where this is undefined. */
  readonly changes?: FlowChanges
  readonly origin: DefinitionOrigin
}

/** Where a definition was written, and in what scope its unqualified names resolve. */
export interface DefinitionOrigin {
  readonly language: 'typescript' | 'sql'
  readonly position: Position
  /** Set by USE in the same file. */
  readonly catalog?: string
  readonly schema?: string
}
