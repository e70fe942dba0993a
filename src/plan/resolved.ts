import type { Position } from '../errors/index.ts'
import type { DataType, StructType } from '../types/data-type.ts'
import type { FrameBoundary, Literal } from './expression.ts'
import type {
  DataSource,
  JoinType,
  LocalRelation,
  Read,
  Rule,
  Scan,
  TableValuedFunction,
} from './relation.ts'

/**
 * A query after analysis: frozen plain objects. Columns are known by an id that is unique in the tree, never by name,
 * every implicit cast is explicit, and each expression carries the type that Spark gives it.
 */
export type ResolvedExpression =
  | ResolvedLiteral
  | ResolvedColumn
  | ResolvedCall
  | ResolvedCast
  | ResolvedField
  | ResolvedCase
  | ResolvedLambda
  | ResolvedParameter
  | ResolvedWindow
  | ResolvedSubquery

interface Typed {
  readonly dataType: DataType
  readonly nullable: boolean
  readonly position?: Position
}

export interface ResolvedLiteral extends Typed {
  readonly kind: 'Literal'
  readonly value: Literal['value']
}

/** A column of the relation below, or of an enclosing query when `isOuter`. */
export interface ResolvedColumn extends Typed {
  readonly kind: 'Column'
  readonly id: number
  readonly name: string
  readonly isOuter?: boolean
}

/** A function of the table with its arguments already cast to the types that it takes. */
export interface ResolvedCall extends Typed {
  readonly kind: 'Call'
  /** Name in the function table, aliases resolved. */
  readonly function: string
  /** Index into the definition's `signatures`; -1 when it resolves its arguments itself. */
  readonly signature: number
  readonly arguments: readonly ResolvedExpression[]
  readonly distinct?: boolean
  readonly filter?: ResolvedExpression
  /** WITHIN GROUP (ORDER BY ...). */
  readonly orderBy?: readonly ResolvedSortOrder[]
  readonly nulls?: 'ignore' | 'respect'
}

export interface ResolvedCast extends Typed {
  readonly kind: 'Cast'
  readonly child: ResolvedExpression
  readonly mode: 'ansi' | 'try'
}

/** A field of a struct, by its position in the struct's type. */
export interface ResolvedField extends Typed {
  readonly kind: 'Field'
  readonly child: ResolvedExpression
  readonly name: string
}

export interface ResolvedCase extends Typed {
  readonly kind: 'Case'
  readonly branches: readonly { readonly condition: ResolvedExpression; readonly value: ResolvedExpression }[]
  readonly otherwise?: ResolvedExpression
}

export interface ResolvedLambda extends Typed {
  readonly kind: 'Lambda'
  readonly parameters: readonly ResolvedParameter[]
  readonly body: ResolvedExpression
}

export interface ResolvedParameter extends Typed {
  readonly kind: 'Parameter'
  readonly id: number
  readonly name: string
}

export interface ResolvedWindow extends Typed {
  readonly kind: 'Window'
  readonly function: ResolvedCall
  readonly partitionBy: readonly ResolvedExpression[]
  readonly orderBy: readonly ResolvedSortOrder[]
  readonly frame?: ResolvedFrame
  /** A part of `session_window`, which streams can be grouped by. */
  readonly isSession?: true
}

export interface ResolvedFrame {
  readonly type: 'rows' | 'range'
  readonly lower: ResolvedBoundary
  readonly upper: ResolvedBoundary
}

export type ResolvedBoundary =
  | Exclude<FrameBoundary, { readonly value: unknown }>
  | { readonly kind: 'preceding' | 'following'; readonly value: ResolvedExpression }

export interface ResolvedSortOrder {
  readonly child: ResolvedExpression
  readonly direction: 'asc' | 'desc'
  readonly nulls: 'first' | 'last'
}

export interface ResolvedSubquery extends Typed {
  readonly kind: 'Subquery'
  readonly type: 'scalar' | 'exists' | 'in'
  readonly plan: ResolvedRelation
  readonly values?: readonly ResolvedExpression[]
  readonly negated?: boolean
}

/** An output column of a relation. */
export interface OutputColumn {
  readonly id: number
  readonly name: string
  readonly dataType: DataType
  readonly nullable: boolean
  /** Comments and the like, kept while the column passes through unchanged. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** An expression that makes an output column. */
export interface NamedExpression {
  readonly column: OutputColumn
  readonly expression: ResolvedExpression
}

interface Output {
  /** Visible columns in order; names may repeat. */
  readonly output: readonly OutputColumn[]
  /** Columns that only an explicit name reaches, such as `_metadata`. */
  readonly hidden: readonly OutputColumn[]
  /** `output` as a struct. `open` while a source below was never read. */
  readonly schema: StructType
  readonly position?: Position
}

export type ResolvedRelation =
  | ResolvedLeaf
  | ResolvedValues
  | ResolvedProject
  | ResolvedFilter
  | ResolvedJoin
  | ResolvedAggregate
  | ResolvedSort
  | ResolvedLimit
  | ResolvedDeduplicate
  | ResolvedWatermark
  | ResolvedSetOperation
  | ResolvedGenerate
  | ResolvedExpect
  | ResolvedWith
  | ResolvedReference

/** Rows from outside the query. */
export interface ResolvedLeaf extends Output {
  readonly kind: 'Leaf'
  readonly source: Read | DataSource | TableValuedFunction | Scan
  /** Of `range(...)`: start, end, step as far as given. */
  readonly arguments?: readonly ResolvedExpression[]
}

/** Literal rows, cast to the columns' common types. */
export interface ResolvedValues extends Output {
  readonly kind: 'Values'
  readonly source: LocalRelation
  readonly rows: readonly (readonly ResolvedExpression[])[]
}

/** Computes its output, then its hidden columns. Window functions may stand in it, aggregates not. */
export interface ResolvedProject extends Output {
  readonly kind: 'Project'
  readonly input: ResolvedRelation
  readonly expressions: readonly NamedExpression[]
}

export interface ResolvedFilter extends Output {
  readonly kind: 'Filter'
  readonly input: ResolvedRelation
  readonly condition: ResolvedExpression
}

export interface ResolvedJoin extends Output {
  readonly kind: 'Join'
  readonly left: ResolvedRelation
  readonly right: ResolvedRelation
  readonly joinType: JoinType
  readonly condition?: ResolvedExpression
  readonly isLateral: boolean
}

/**
 * Groups its input by columns of it. `expressions` are the output and then the hidden columns; they name grouping columns,
 * and other columns only inside aggregate calls.
 */
export interface ResolvedAggregate extends Output {
  readonly kind: 'Aggregate'
  readonly input: ResolvedRelation
  readonly grouping: readonly ResolvedColumn[]
  /** Positions into `grouping`; undefined is one set of all. */
  readonly groupingSets?: readonly (readonly number[])[]
  readonly expressions: readonly NamedExpression[]
}

export interface ResolvedSort extends Output {
  readonly kind: 'Sort'
  readonly input: ResolvedRelation
  readonly order: readonly ResolvedSortOrder[]
}

export interface ResolvedLimit extends Output {
  readonly kind: 'Limit'
  readonly input: ResolvedRelation
  readonly limit?: ResolvedExpression
  readonly offset?: ResolvedExpression
}

/** One row of each key; which one is open. */
export interface ResolvedDeduplicate extends Output {
  readonly kind: 'Deduplicate'
  readonly input: ResolvedRelation
  /** Ids of the key columns; undefined is all columns. */
  readonly keys?: readonly number[]
  readonly withinWatermark: boolean
}

export interface ResolvedWatermark extends Output {
  readonly kind: 'WithWatermark'
  readonly input: ResolvedRelation
  /** Id of the event-time column. */
  readonly eventTime: number
  readonly delayMicros: bigint
}

export interface ResolvedSetOperation extends Output {
  readonly kind: 'SetOperation'
  readonly left: ResolvedRelation
  readonly right: ResolvedRelation
  readonly operation: 'union' | 'intersect' | 'except'
  readonly isAll: boolean
}

/** Each input row beside the rows that a generator gives for it. */
export interface ResolvedGenerate extends Output {
  readonly kind: 'Generate'
  readonly input: ResolvedRelation
  readonly generator: ResolvedCall
  readonly isOuter: boolean
  /** The generator's columns, which follow the input's. */
  readonly generated: readonly OutputColumn[]
}

export interface ResolvedExpect extends Output {
  readonly kind: 'Expect'
  readonly input: ResolvedRelation
  readonly dataset: string
  readonly rules: readonly {
    readonly name: string
    readonly condition: ResolvedExpression
    readonly action: Rule['action']
  }[]
}

/** Definitions that References below name. */
export interface ResolvedWith extends Output {
  readonly kind: 'With'
  readonly definitions: readonly ResolvedDefinition[]
  readonly input: ResolvedRelation
}

export interface ResolvedDefinition {
  /** Unique in the tree. */
  readonly id: number
  readonly name: string
  readonly query: ResolvedRelation
}

/** Rows of a definition of an enclosing With, under column ids of its own. */
export interface ResolvedReference extends Output {
  readonly kind: 'Reference'
  readonly definition: number
}
