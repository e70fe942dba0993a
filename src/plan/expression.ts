import type { Position } from '../errors/index.ts'
import type { DataType } from '../types/data-type.ts'
import type { Relation } from './relation.ts'

/**
 * What a column is computed from, before names are resolved: frozen plain objects named after Spark Connect's
 * expressions. Operators are functions under their SQL symbol (`+`, `=`, `and`, `not`, `isnull`, `like`, `in`, `between`).
 */
export type Expression =
  | Literal
  | UnresolvedAttribute
  | UnresolvedStar
  | UnresolvedFunction
  | Alias
  | Cast
  | UnresolvedExtractValue
  | CaseWhen
  | LambdaFunction
  | WindowExpression
  | SortOrder
  | SubqueryExpression
  | NamedArgument

interface Node {
  readonly position?: Position
}

/**
 * A constant. The value's form by type: boolean; string; numbers up to 32 bits, float and double as number; long as
 * bigint; decimal as its exact text; date `YYYY-MM-DD`; timestamp and timestamp_ntz `YYYY-MM-DD HH:MM:SS[.ffffff]` (UTC
 * for timestamp); binary as Uint8Array; day-time interval in microseconds and year-month interval in months as bigint.
 */
export interface Literal extends Node {
  readonly kind: 'Literal'
  readonly value: null | boolean | number | bigint | string | Uint8Array
  readonly dataType: DataType
}

/** A column by name: `amount`, `o.amount`, `hour_window.start`. */
export interface UnresolvedAttribute extends Node {
  readonly kind: 'UnresolvedAttribute'
  readonly parts: readonly string[]
}

/** `*`, `o.*`, `* EXCEPT (a, b)`. */
export interface UnresolvedStar extends Node {
  readonly kind: 'UnresolvedStar'
  readonly target?: readonly string[]
  readonly except?: readonly (readonly string[])[]
}

export interface UnresolvedFunction extends Node {
  readonly kind: 'UnresolvedFunction'
  /** Lower case. */
  readonly name: string
  readonly arguments: readonly Expression[]
  readonly distinct?: boolean
  /** `FILTER (WHERE ...)`. */
  readonly filter?: Expression
  /** `WITHIN GROUP (ORDER BY ...)`. */
  readonly withinGroup?: readonly SortOrder[]
  readonly nulls?: 'ignore' | 'respect'
}

export interface Alias extends Node {
  readonly kind: 'Alias'
  readonly child: Expression
  readonly name: string
}

export interface Cast extends Node {
  readonly kind: 'Cast'
  readonly child: Expression
  readonly dataType: DataType
  /** `ansi` raises on a bad value, `try` gives NULL. */
  readonly mode: 'ansi' | 'try'
}

/** `a[0]`, `m['k']`, `f(x).field`. */
export interface UnresolvedExtractValue extends Node {
  readonly kind: 'UnresolvedExtractValue'
  readonly child: Expression
  readonly extraction: Expression
  /** True for `.name`, false for `[...]`. */
  readonly isField: boolean
}

/** Searched CASE; the parser turns `CASE x WHEN v` into `WHEN x = v`. */
export interface CaseWhen extends Node {
  readonly kind: 'CaseWhen'
  readonly branches: readonly { readonly condition: Expression; readonly value: Expression }[]
  readonly otherwise?: Expression
}

/** `x -> x + 1`; inside the body the parameters are UnresolvedAttributes that shadow columns. */
export interface LambdaFunction extends Node {
  readonly kind: 'LambdaFunction'
  readonly parameters: readonly string[]
  readonly body: Expression
}

export interface WindowExpression extends Node {
  readonly kind: 'WindowExpression'
  readonly function: Expression
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly SortOrder[]
  readonly frame?: WindowFrame
}

export interface WindowFrame {
  readonly type: 'rows' | 'range'
  readonly lower: FrameBoundary
  readonly upper: FrameBoundary
}

export type FrameBoundary =
  | { readonly kind: 'unboundedPreceding' | 'currentRow' | 'unboundedFollowing' }
  | { readonly kind: 'preceding' | 'following'; readonly value: Expression }

export interface SortOrder extends Node {
  readonly kind: 'SortOrder'
  readonly child: Expression
  readonly direction: 'asc' | 'desc'
  /** Spark's default: nulls first ascending, last descending. */
  readonly nulls: 'first' | 'last'
}

export interface SubqueryExpression extends Node {
  readonly kind: 'SubqueryExpression'
  readonly type: 'scalar' | 'exists' | 'in'
  readonly plan: Relation
  /** Left side of IN. */
  readonly values?: readonly Expression[]
  readonly negated?: boolean
}

/** `key => value` of a function call. */
export interface NamedArgument extends Node {
  readonly kind: 'NamedArgument'
  readonly name: string
  readonly value: Expression
}
