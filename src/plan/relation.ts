import type { Position } from '../errors/index.ts'
import type { StructType } from '../types/data-type.ts'
import type { Expression, SortOrder } from './expression.ts'
import type { ScanInput } from './scan.ts'

/**
 * What a query is: a tree of frozen plain objects named after Spark Connect's relations. The DataFrame surface adds one
 * node a method, SQL text is parsed into the same nodes. Names in it are unresolved until `analyze`.
 */
export type Relation =
  | Read
  | DataSource
  | TableValuedFunction
  | Scan
  | LocalRelation
  | Project
  | Filter
  | Join
  | Aggregate
  | Sort
  | Limit
  | Offset
  | Deduplicate
  | WithWatermark
  | SetOperation
  | SubqueryAlias
  | WithColumns
  | WithColumnsRenamed
  | Drop
  | With
  | Generate
  | Expect

interface Node {
  readonly position?: Position
}

/** A dataset of the pipeline or a table of the warehouse, by name. */
export interface Read extends Node {
  readonly kind: 'Read'
  /** One to three parts as written, without `LIVE`; three after the graph is resolved. */
  readonly name: readonly string[]
  readonly isStreaming: boolean
  /** Reader options such as `startingVersion`, `skipChangeCommits`, `readChangeFeed`. */
  readonly options: Readonly<Record<string, string>>
  readonly timeTravel?: TimeTravel
}

export type TimeTravel =
  | { readonly kind: 'version'; readonly version: number }
  /** The text of a timestamp literal, `2026-01-31` or `2026-01-31 10:00:00`. */
  | { readonly kind: 'timestamp'; readonly timestamp: string }

/** Files or a table by path, as `spark.read.format(...).load(...)`, `read_files(...)` and `` delta.`path` `` give them. */
export interface DataSource extends Node {
  readonly kind: 'DataSource'
  /** `cloudFiles`, `read_files` (the SQL function with its own defaults), `delta`, `json`, `csv`, `parquet`, `text`. */
  readonly format: string
  readonly paths: readonly string[]
  /** Option names as written; lookups ignore case. */
  readonly options: Readonly<Record<string, string>>
  readonly schema?: StructType
  readonly isStreaming: boolean
  readonly timeTravel?: TimeTravel
}

/** `range(10)`, `event_log(...)`, `explode(...)` in FROM. */
export interface TableValuedFunction extends Node {
  readonly kind: 'TableValuedFunction'
  readonly name: string
  readonly arguments: readonly Expression[]
  readonly isStreaming: boolean
}

/** A leaf that the update has bound to real rows: files of a version, a batch, staged rows, state. */
export interface Scan extends Node {
  readonly kind: 'Scan'
  readonly input: ScanInput
  readonly schema: StructType
  /** What the user wrote for these rows: how they are called where the query is shown. */
  readonly source?: Read | DataSource
  /** True for rows of a stream: the batch of a source, or what a stateful operator made of it. */
  readonly isStreaming?: boolean
  /** Columns that only an explicit name reaches, such as `_metadata`. */
  readonly hidden?: StructType
}

/** Literal rows: VALUES, or SELECT without FROM (one row, no columns). */
export interface LocalRelation extends Node {
  readonly kind: 'LocalRelation'
  readonly rows: readonly (readonly Expression[])[]
  readonly columns: readonly string[]
}

export interface Project extends Node {
  readonly kind: 'Project'
  readonly input: Relation
  readonly expressions: readonly Expression[]
  /** QUALIFY: keeps rows by window functions, output aliases and columns of the input. */
  readonly qualify?: Expression
}

export interface Filter extends Node {
  readonly kind: 'Filter'
  readonly input: Relation
  readonly condition: Expression
}

export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'left semi' | 'left anti' | 'cross'

export interface Join extends Node {
  readonly kind: 'Join'
  readonly left: Relation
  readonly right: Relation
  readonly joinType: JoinType
  readonly condition?: Expression
  readonly usingColumns?: readonly string[]
  readonly isNatural?: boolean
  /** The right side may name columns of the left one. */
  readonly isLateral?: boolean
}

export interface Aggregate extends Node {
  readonly kind: 'Aggregate'
  readonly input: Relation
  readonly groupType: 'groupby' | 'rollup' | 'cube' | 'grouping sets'
  /** `'all'` is GROUP BY ALL. A grouping expression may be an output alias or a 1-based ordinal, as in Spark. */
  readonly grouping: readonly Expression[] | 'all'
  /** Positions into `grouping` of each set, for `grouping sets`. */
  readonly groupingSets?: readonly (readonly number[])[]
  /** The whole output: grouping columns and aggregates, in SELECT's order. */
  readonly expressions: readonly Expression[]
  readonly having?: Expression
  /** QUALIFY, after HAVING. */
  readonly qualify?: Expression
}

export interface Sort extends Node {
  readonly kind: 'Sort'
  readonly input: Relation
  readonly order: readonly SortOrder[]
}

export interface Limit extends Node {
  readonly kind: 'Limit'
  readonly input: Relation
  readonly limit: Expression
}

export interface Offset extends Node {
  readonly kind: 'Offset'
  readonly input: Relation
  readonly offset: Expression
}

/** `dropDuplicates`, `dropDuplicatesWithinWatermark`, `SELECT DISTINCT`. */
export interface Deduplicate extends Node {
  readonly kind: 'Deduplicate'
  readonly input: Relation
  /** Undefined: all columns. */
  readonly columns?: readonly string[]
  readonly withinWatermark: boolean
}

export interface WithWatermark extends Node {
  readonly kind: 'WithWatermark'
  readonly input: Relation
  /** Column of the input, or an expression with an alias that becomes a new column. */
  readonly eventTime: Expression
  /** Microseconds. */
  readonly delayMicros: bigint
}

export interface SetOperation extends Node {
  readonly kind: 'SetOperation'
  readonly left: Relation
  readonly right: Relation
  readonly operation: 'union' | 'intersect' | 'except'
  readonly isAll: boolean
  readonly byName: boolean
  readonly allowMissingColumns?: boolean
}

export interface SubqueryAlias extends Node {
  readonly kind: 'SubqueryAlias'
  readonly input: Relation
  readonly alias: string
  readonly columns?: readonly string[]
  /** In the place of `alias` and `columns`, a name for each column: rows of a join keep the names of both sides. */
  readonly names?: readonly ColumnName[]
}

/** How a column of a query can be called. */
export interface ColumnName {
  /** `[alias]`, `[catalog, schema, table]`; empty for none. */
  readonly qualifier: readonly string[]
  readonly name: string
  /** Whether `*` holds it. One that does not is reached by its name only, as the second key of USING. */
  readonly isListed: boolean
}

/** Adds columns, or replaces those of the same name in place. */
export interface WithColumns extends Node {
  readonly kind: 'WithColumns'
  readonly input: Relation
  readonly columns: readonly { readonly name: string; readonly expression: Expression }[]
}

export interface WithColumnsRenamed extends Node {
  readonly kind: 'WithColumnsRenamed'
  readonly input: Relation
  readonly renames: readonly { readonly from: string; readonly to: string }[]
}

export interface Drop extends Node {
  readonly kind: 'Drop'
  readonly input: Relation
  readonly columns: readonly string[]
}

/** Common table expressions; each may read those before it. */
export interface With extends Node {
  readonly kind: 'With'
  readonly definitions: readonly {
    readonly name: string
    readonly columns?: readonly string[]
    readonly query: Relation
  }[]
  readonly input: Relation
}

/** LATERAL VIEW: the rows of a generator function beside each input row. */
export interface Generate extends Node {
  readonly kind: 'Generate'
  readonly input: Relation
  readonly generator: Expression
  readonly isOuter: boolean
  readonly alias?: string
  readonly columns: readonly string[]
}

/** The rules of a dataset between its query and its readers: rows that break a `drop` rule do not pass. */
export interface Expect extends Node {
  readonly kind: 'Expect'
  readonly input: Relation
  /** Qualified name of the dataset whose rules these are. */
  readonly dataset: string
  readonly rules: readonly Rule[]
}

/** An expectation: a row passes only where the condition IS TRUE. */
export interface Rule {
  readonly name: string
  readonly condition: Expression
  readonly action: 'warn' | 'drop' | 'fail'
}
