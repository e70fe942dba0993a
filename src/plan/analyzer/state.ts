import type { StructType } from '../../types/data-type.ts'
import type { DataSource, Read, Relation, TableValuedFunction } from '../relation.ts'
import type { OutputColumn, ResolvedRelation } from '../resolved.ts'
import type { Scope } from './scope.ts'

/** What the analyzer must be told from outside. */
export interface AnalyzerContext {
  /** The columns of a leaf. Scans and literal rows need none. Throws PipelineError where there is no such thing. */
  readonly resolveLeaf: (leaf: Read | DataSource | TableValuedFunction) => LeafSchema
  /** `spark.sql.ansi.enabled`. */
  readonly ansi: boolean
  /** Is told what each part of a query has become. */
  readonly onResolved?: (relation: Relation, resolved: ResolvedRelation) => void
}

export interface LeafSchema {
  /** `open` where the source was never read: any further column resolves to UNKNOWN. */
  readonly schema: StructType
  /** Columns that only an explicit name reaches, such as `_metadata`. */
  readonly hidden?: StructType
}

/** What is the same for every node of one query; subqueries and definitions make their own from it. */
export interface QueryState {
  readonly context: AnalyzerContext
  /** Source of column ids, shared by the whole tree. */
  readonly ids: { next: number }
  /** Common table expressions in sight, by lower-case name. */
  readonly definitions: ReadonlyMap<string, Definition>
  /** Scopes of the enclosing queries, innermost first. */
  readonly outer: readonly Scope[]
}

/** A common table expression that was analysed once; each use has column ids of its own. */
export interface Definition {
  readonly id: number
  readonly name: string
  readonly output: readonly OutputColumn[]
  readonly schema: StructType
}

export function freshId(state: QueryState): number {
  return state.ids.next++
}
