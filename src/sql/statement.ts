import type { Position } from '../errors/index.ts'
import type { Expression } from '../plan/expression.ts'
import type { Relation, Rule } from '../plan/relation.ts'
import type { DataType } from '../types/data-type.ts'

/** A parsed SQL statement. */
export type Statement =
  | CreateDataset
  | CreateFlow
  | CreateAutoCdcFlow
  | SetConfiguration
  | UseCatalog
  | UseSchema
  | QueryStatement
  | DescribeStatement

interface Node {
  readonly position: Position
}

/** CREATE [OR REFRESH] [PRIVATE] STREAMING TABLE | MATERIALIZED VIEW | [TEMPORARY] VIEW, legacy LIVE forms included. */
export interface CreateDataset extends Node {
  readonly kind: 'CreateDataset'
  readonly type: 'streaming_table' | 'materialized_view' | 'temporary_view' | 'persisted_view'
  readonly name: readonly string[]
  readonly isPrivate: boolean
  readonly columns: readonly ColumnDefinition[]
  readonly expectations: readonly ExpectationClause[]
  readonly comment?: string
  readonly tableProperties: Readonly<Record<string, string>>
  readonly partitionedBy: readonly string[]
  readonly clusterBy?: readonly string[] | 'auto'
  readonly refreshPolicy?: string
  /** Undefined for a streaming table that only flows fill. */
  readonly query?: Relation
  /** `FLOW AUTO CDC FROM ...` on the table itself, in place of a query. */
  readonly changes?: AutoCdcClauses
  /** `FLOW INSERT ONCE BY NAME query` or `FLOW AUTO CDC ONCE ...` on the table itself. */
  readonly once: boolean
}

/** CONSTRAINT name EXPECT (condition) [ON VIOLATION DROP ROW | FAIL UPDATE]. */
export interface ExpectationClause extends Rule {
  readonly position: Position
  /** The condition as written, without its parentheses. */
  readonly text: string
}

export interface ColumnDefinition extends Node {
  readonly name: string
  /** Undefined in a list that only carries comments. */
  readonly dataType?: DataType
  readonly isNullable: boolean
  readonly comment?: string
  readonly defaultValue?: Expression
  readonly generatedAs?: { readonly expression: Expression; readonly text: string }
  readonly identity?: IdentityClause
}

/** GENERATED ALWAYS | BY DEFAULT AS IDENTITY [(START WITH n INCREMENT BY n)]. */
export interface IdentityClause extends Node {
  readonly start: bigint
  readonly step: bigint
  /** BY DEFAULT: a statement may give values of its own. */
  readonly allowExplicitInsert: boolean
}

/** CREATE FLOW name AS INSERT INTO [ONCE] target BY NAME query. */
export interface CreateFlow extends Node {
  readonly kind: 'CreateFlow'
  readonly name: readonly string[]
  readonly target: readonly string[]
  readonly once: boolean
  readonly comment?: string
  readonly query: Relation
}

/** [CREATE FLOW name AS] AUTO CDC [ONCE] INTO target FROM ..., legacy APPLY CHANGES INTO included. */
export interface CreateAutoCdcFlow extends Node {
  readonly kind: 'CreateAutoCdcFlow'
  /** Undefined where no CREATE FLOW names it. */
  readonly name?: readonly string[]
  readonly target: readonly string[]
  readonly once: boolean
  readonly comment?: string
  readonly changes: AutoCdcClauses
}

/** FROM and the clauses behind it. */
export interface AutoCdcClauses {
  /** The events, or the query of a snapshot. */
  readonly source: Relation
  /** FROM SNAPSHOT (source) [WITH VERSION (version)]. */
  readonly snapshot?: { readonly version?: Relation }
  readonly keys: readonly NamedColumn[]
  /** Undefined for snapshots only. */
  readonly sequenceBy?: Expression
  readonly systemSequenceBy?: Expression
  readonly columns?: ColumnChoice
  readonly ignoreNull?: ColumnChoice
  readonly columnsToUpdate?: NamedColumn
  readonly deleteWhen?: Expression
  readonly truncateWhen?: Expression
  readonly storedAs?: 1 | 2 | 'bitemporal'
  readonly trackHistory?: ColumnChoice
}

/** A column, and where it is named. */
export interface NamedColumn extends Node {
  readonly name: string
}

/** `*`, `(a, b)`, `* EXCEPT (a, b)`. */
export type ColumnChoice =
  | { readonly kind: 'all' }
  | { readonly kind: 'only' | 'except'; readonly columns: readonly NamedColumn[] }

/** SET key = value. */
export interface SetConfiguration extends Node {
  readonly kind: 'SetConfiguration'
  readonly key: string
  readonly value: string
}

export interface UseCatalog extends Node {
  readonly kind: 'UseCatalog'
  readonly catalog: string
}

/** USE [SCHEMA] [catalog.]schema. */
export interface UseSchema extends Node {
  readonly kind: 'UseSchema'
  readonly name: readonly string[]
}

export interface QueryStatement extends Node {
  readonly kind: 'QueryStatement'
  readonly query: Relation
}

/** DESCRIBE [TABLE] [EXTENDED] | DESCRIBE DETAIL | DESCRIBE HISTORY ... [LIMIT n] | SHOW TBLPROPERTIES. */
export interface DescribeStatement extends Node {
  readonly kind: 'DescribeStatement'
  readonly what: 'columns' | 'extended' | 'detail' | 'history' | 'properties'
  /** A Read or a DataSource of format delta. */
  readonly table: Relation
  readonly limit?: number
}
