import type { DataType } from '../../types/data-type.ts'
import type { Expression, Literal } from '../expression.ts'
import type { ResolvedCall, ResolvedExpression } from '../resolved.ts'

/**
 * The contract of the function table. A definition says how a Spark function is called (signatures), what it gives
 * (Spark's type, never DuckDB's) and how DuckDB computes it (form). Files beside this one export arrays of definitions;
 * `index.ts` joins them. The analyzer chooses the signature, casts the arguments and reports all errors; the printer
 * fills the form. Operators and CASE are functions of the same table.
 */
export interface FunctionDefinition {
  /** Lower case, as Spark's documentation names it. */
  readonly name: string
  readonly aliases?: readonly string[]
  /** `window`: only with OVER. An `aggregate` may also take OVER. `generator`: rows out of one row (explode). */
  readonly kind: 'scalar' | 'aggregate' | 'window' | 'generator'
  /**
   * `time`: the same within one batch (current_timestamp). `random`: differs between evaluations, also by row order
   * (rand, uuid, first, collect_list). Default: deterministic.
   */
  readonly volatility?: 'time' | 'random'
  /**
   * Tried in order: the first that takes the arguments as they are, else the first that takes them by implicit casts.
   * Arity and type errors are worded from these.
   */
  readonly signatures?: readonly Signature[]
  /** Instead of signatures: another expression over the unresolved arguments (Spark's RuntimeReplaceable). */
  readonly replace?: (args: readonly Expression[]) => Expression
  /** Instead of signatures, for what patterns cannot say: casts its arguments itself. */
  readonly resolve?: (args: readonly ResolvedExpression[], call: ResolveContext) => ResolvedArguments
  /** Number of arguments that `replace` and `resolve` take; signatures say their own. */
  readonly arity?: { readonly min: number; readonly max: number }
  /** Form of every signature that has none of its own. */
  readonly duckdb?: DuckdbForm
  /** What Spark calls the function in the automatic column name, where it is not the name as written: `CEIL`. */
  readonly prettyName?: string
  /** Aggregates where DISTINCT, FILTER or IGNORE NULLS is refused; window functions refuse all three anyway. */
  readonly refuses?: readonly ('distinct' | 'filter' | 'nulls')[]
}

export interface Signature {
  readonly parameters: readonly Parameter[]
  /**
   * A type, a pattern over the variables that the parameters bound, or a function of the (already cast) arguments. With
   * an argument of UNKNOWN type only a plain DataType is believed; a function is not called and the result is UNKNOWN.
   */
  readonly returns: TypePattern | ((call: TypedCall) => DataType)
  /** Can the result be NULL: `any` (default) when an argument can, `always`, `never`, or computed. */
  readonly nullable?: 'any' | 'always' | 'never' | ((call: TypedCall) => boolean)
  readonly duckdb?: DuckdbForm
}

export interface Parameter {
  readonly type: TypePattern
  /** For `key => value` calls. */
  readonly name?: string
  /** May be left out, with all that follow it. */
  readonly optional?: boolean
  /** The literal that stands for a left-out argument, so that a template can count on it. Implies `optional`. */
  readonly default?: Literal['value']
  /** Last parameter: any number of arguments, at least `minimum` (default 0). */
  readonly variadic?: { readonly minimum?: number }
  /** Must be a constant (DATATYPE_MISMATCH.NON_FOLDABLE_INPUT); its value is then in `literals`. */
  readonly literal?: boolean
  /**
   * `implicit` (default): Spark's ANSI implicit casts (string literals and strings to any atomic type, any atomic to string,
   * numeric to numeric, date <-> timestamp). `exact`: only a type that the pattern accepts, NULL and UNKNOWN.
   */
  readonly casts?: 'implicit' | 'exact'
}

export type TypeClass =
  | 'any'
  | 'numeric'
  | 'integral'
  | 'fractional'
  | 'decimal'
  | 'timestamp'
  | 'interval'
  | 'orderable'
  | 'map'
  | 'struct'

/**
 * What a parameter takes. A DataType takes itself (others by implicit cast). A variable takes anything its bound takes;
 * all arguments of one variable are cast to their common wider type. A lambda's parameter types are patterns over
 * variables that other arguments bind; its result binds too.
 */
export type TypePattern =
  | DataType
  | { readonly pattern: 'class'; readonly name: TypeClass }
  | { readonly pattern: 'variable'; readonly name: string; readonly bound?: TypePattern }
  | { readonly pattern: 'array'; readonly element: TypePattern }
  | { readonly pattern: 'map'; readonly key: TypePattern; readonly value: TypePattern }
  | {
      readonly pattern: 'lambda'
      /** All that may be named; the user may name the first `minimum` only (default: all). */
      readonly parameters: readonly TypePattern[]
      readonly minimum?: number
      readonly result: TypePattern
    }
  | { readonly pattern: 'oneOf'; readonly options: readonly TypePattern[] }

const typeClass = (name: TypeClass): TypePattern => ({ pattern: 'class', name })

export const ANY = typeClass('any')
export const NUMERIC = typeClass('numeric')
export const INTEGRAL = typeClass('integral')
export const FRACTIONAL = typeClass('fractional')
/** Any decimal, keeping its precision and scale; integers become the decimal that holds them. */
export const ANY_DECIMAL = typeClass('decimal')
/** timestamp or timestamp_ntz; dates and strings are cast to timestamp. */
export const ANY_TIMESTAMP = typeClass('timestamp')
export const ANY_INTERVAL = typeClass('interval')
/** Everything that can be sorted: all but maps and variants. */
export const ORDERABLE = typeClass('orderable')
export const ANY_MAP = typeClass('map')
export const ANY_STRUCT = typeClass('struct')

export const variable = (name: string, bound?: TypePattern): TypePattern => ({
  pattern: 'variable',
  name,
  ...(bound === undefined ? {} : { bound }),
})
export const T = variable('T')
export const U = variable('U')
export const K = variable('K')
export const V = variable('V')

export const arrayOf = (element: TypePattern): TypePattern => ({ pattern: 'array', element })
export const mapOf = (key: TypePattern, value: TypePattern): TypePattern => ({ pattern: 'map', key, value })
export const oneOf = (...options: TypePattern[]): TypePattern => ({ pattern: 'oneOf', options })
export const lambda = (
  parameters: readonly TypePattern[],
  result: TypePattern,
  minimum = parameters.length,
): TypePattern => ({ pattern: 'lambda', parameters, result, minimum })

/** A signature of plain parameters: `signature([STRING, INTEGER], STRING, { nullable: 'always' })`. */
export function signature(
  parameters: readonly (TypePattern | Parameter)[],
  returns: Signature['returns'],
  rest: Omit<Signature, 'parameters' | 'returns'> = {},
): Signature {
  return { parameters: parameters.map(parameter), returns, ...rest }
}

export const optional = (type: TypePattern, byDefault?: Literal['value']): Parameter => ({
  type,
  optional: true,
  ...(byDefault === undefined ? {} : { default: byDefault }),
})
export const variadic = (type: TypePattern, minimum = 0): Parameter => ({ type, variadic: { minimum } })
export const constant = (type: TypePattern): Parameter => ({ type, literal: true })

function parameter(given: TypePattern | Parameter): Parameter {
  return 'type' in given ? given : { type: given }
}

/** What a `returns` or `nullable` function sees: arguments after their casts, defaults filled in. */
export interface TypedCall {
  readonly arguments: readonly ResolvedExpression[]
  readonly types: readonly DataType[]
  readonly nullables: readonly boolean[]
  /** Values of the arguments that are literals (through casts of literals), else undefined. */
  readonly literals: readonly (Literal['value'] | undefined)[]
  readonly ansi: boolean
}

/** What a custom `resolve` may use to cast its arguments and to refuse them. */
export interface ResolveContext {
  readonly name: string
  readonly ansi: boolean
  /** Spark's implicit cast; the expression itself when it has the type already. */
  readonly cast: (expression: ResolvedExpression, type: DataType) => ResolvedExpression
  /** The common wider type of all, or an error DATATYPE_MISMATCH.DATA_DIFF_TYPES. */
  readonly widen: (expressions: readonly ResolvedExpression[]) => DataType
  /** Whether an implicit cast exists between two types. */
  readonly canCast: (from: DataType, to: DataType) => boolean
  /** Throws DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE for the argument at this index. */
  readonly refuse: (index: number, required: string) => never
  /** Throws DATATYPE_MISMATCH.INVALID_ORDERING_TYPE for the argument at this index. */
  readonly refuseOrdering: (index: number) => never
  /** Throws DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES or, for operands of one type, BINARY_OP_WRONG_TYPE. */
  readonly refuseOperands: (required: string) => never
}

export interface ResolvedArguments {
  readonly arguments: readonly ResolvedExpression[]
  readonly dataType: DataType
  readonly nullable: boolean
}

/**
 * How DuckDB computes a call. The text must give exactly the DuckDB type of the signature's result (BIGINT for long, TIMESTAMPTZ
 * for timestamp, ...): set `cast` where DuckDB's own answer has another type, and the printer adds the cast.
 * Arguments arrive as SQL in DuckDB's types; each is safe to use as an operand (bracketed where needed). A text that
 * names an argument more than once must bind it first (a macro with a lambda): nested calls would grow exponentially.
 *
 * Macros are written in src/sql/duckdb/prelude/*.ts and always called as `millrace.<name>`, so nothing depends on search_path.
 */
export type DuckdbForm =
  /** `name(arguments)`; for aggregates and window functions with DISTINCT, FILTER, ORDER BY, IGNORE NULLS and OVER as written. */
  | { readonly kind: 'native'; readonly name: string; readonly cast?: boolean }
  /** `{0}`, `{1}` are arguments, `{*}` all of them with commas, `{2*}` those from 2 on. Scalars only. */
  | { readonly kind: 'template'; readonly text: string; readonly cast?: boolean }
  /** A macro of the prelude. Scalars only. */
  | { readonly kind: 'macro'; readonly name: string; readonly cast?: boolean }
  | {
      readonly kind: 'scalar'
      readonly print: (args: readonly string[], call: PrintedCall) => string
      readonly cast?: boolean
    }
  | {
      readonly kind: 'aggregate'
      readonly print: (args: readonly string[], call: PrintedCall, native: NativeAggregate) => string
      readonly cast?: boolean
    }
  /** Rows of one call, as a list expression that is unnested; for a struct element its fields are the columns. */
  | { readonly kind: 'generator'; readonly print: (args: readonly string[], call: PrintedCall) => string }

/**
 * Prints an aggregate or window function of DuckDB under the call's own DISTINCT, FILTER and OVER. An `aggregate` form may
 * use it more than once: avg = sum / count. `where` is added to the FILTER; `orderBy` stands inside the brackets.
 */
export type NativeAggregate = (
  name: string,
  args: readonly string[],
  options?: { readonly where?: string; readonly orderBy?: string; readonly distinct?: boolean },
) => string

/** What a printing form sees beside the argument texts. */
export interface PrintedCall extends TypedCall {
  readonly dataType: DataType
  readonly call: ResolvedCall
  /** True right below OVER. */
  readonly isWindowed: boolean
  /** The batch's `current_timestamp()`, microseconds since the epoch. */
  readonly timestampMicros: bigint
  /** DuckDB's name of a type: `DECIMAL(10,2)`. */
  readonly typeName: (type: DataType) => string
  /** A text as a SQL string literal. */
  readonly quote: (text: string) => string
  /**
   * The lambda argument at this index as DuckDB writes it, `lambda x, i: body`. `parameters` puts something else for each
   * parameter inside the body, where `{0}`, `{1}` are the lambda's own names: `['{0}', '({1} - 1)']` makes DuckDB's index 0-based.
   * Without it the plain lambda. In the argument texts of a `print` form a lambda is empty; other forms get the plain one.
   */
  readonly lambda: (argument: number, parameters?: readonly string[]) => string
  /** A cast with Spark's rules, raising or giving NULL. */
  readonly castText: (sql: string, from: DataType, to: DataType, mode: 'ansi' | 'try') => string
}

export const native = (name: string, options: { readonly cast?: boolean } = {}): DuckdbForm => ({
  kind: 'native',
  name,
  ...options,
})
export const template = (text: string, options: { readonly cast?: boolean } = {}): DuckdbForm => ({
  kind: 'template',
  text,
  ...options,
})
export const macro = (name: string, options: { readonly cast?: boolean } = {}): DuckdbForm => ({
  kind: 'macro',
  name,
  ...options,
})
