import type { Literal } from '../../../plan/expression.ts'
import type { ResolvedCall, ResolvedExpression } from '../../../plan/resolved.ts'
import { DATE, type DataType, TIMESTAMP } from '../../../types/data-type.ts'
import { callRange } from './call-range.ts'
import { castRange } from './cast-range.ts'
import { likeOutcomes, startsWithOutcomes } from './like-outcomes.ts'
import {
  ANY_OUTCOME,
  ANYTHING,
  andOutcomes,
  compareRanges,
  FALSE,
  notOutcomes,
  ONLY_NULL,
  type Outcomes,
  orOutcomes,
  outcomesOf,
  point,
  type Range,
  rangeOfOutcomes,
  TRUE,
} from './range.ts'
import type { Scalar } from './scalar.ts'
import { scalarOfText } from './scalar-of-text.ts'

/** Where the columns of a condition get their values from; a path is one of field names, the column first. */
export interface ColumnRanges<File> {
  readonly column: (path: readonly string[], type: DataType) => (file: File) => Range
  /** `current_timestamp()` is this, microseconds since the epoch, or up to an hour later. */
  readonly timestampMicros?: bigint | undefined
}

type Ranges<File> = (file: File) => Range
type Results<File> = (file: File) => Outcomes

/** A resolved condition as a function that tells what it may give over the rows of a file. */
export function compileCondition<File>(
  condition: ResolvedExpression,
  columns: ColumnRanges<File>,
): Results<File> {
  if (condition.kind !== 'Call') {
    const ranges = compileValue(condition, columns)
    return (file) => outcomesOf(ranges(file))
  }
  const inner = (index: number) => compileCondition(condition.arguments[index]!, columns)
  switch (condition.function) {
    case 'and':
      return both(inner(0), inner(1), andOutcomes)
    case 'or':
      return both(inner(0), inner(1), orOutcomes)
    case 'not': {
      const input = inner(0)
      return (file) => notOutcomes(input(file))
    }
    case 'is_true':
      return tested(inner(0), TRUE)
    case 'is_false':
      return tested(inner(0), FALSE)
    default:
      return compilePredicate(condition, columns)
  }
}

function both<File>(
  left: Results<File>,
  right: Results<File>,
  join: (a: Outcomes, b: Outcomes) => Outcomes,
): Results<File> {
  return (file) => join(left(file), right(file))
}

function tested<File>(input: Results<File>, wanted: Outcomes): Results<File> {
  return (file) => {
    const outcomes = input(file)
    return (outcomes & wanted ? TRUE : 0) | (outcomes & ~wanted ? FALSE : 0)
  }
}

/** Predicates over values. */
function compilePredicate<File>(call: ResolvedCall, columns: ColumnRanges<File>): Results<File> {
  const args = call.arguments.map((each) => compileValue(each, columns))
  const two = (outcomes: (a: Range, b: Range) => Outcomes): Results<File> => {
    const [left, right] = args
    return (file) => outcomes(left!(file), right!(file))
  }
  switch (call.function) {
    case '=':
      return two((a, b) => compareRanges('=', a, b))
    case '<>':
      return two((a, b) => notOutcomes(compareRanges('=', a, b)))
    case '<':
    case '<=':
      return two((a, b) => compareRanges(call.function as '<' | '<=', a, b))
    case '>':
      return two((a, b) => compareRanges('<', b, a))
    case '>=':
      return two((a, b) => compareRanges('<=', b, a))
    case '<=>':
      return two(sameOutcomes)
    case 'between':
      return (file) => {
        const [value, low, high] = args.map((each) => each(file))
        return andOutcomes(compareRanges('<=', low!, value!), compareRanges('<=', value!, high!))
      }
    case 'in':
      return (file) => {
        const value = args[0]!(file)
        let outcomes: Outcomes = FALSE
        for (let index = 1; index < args.length; index++) {
          outcomes = orOutcomes(outcomes, compareRanges('=', value, args[index]!(file)))
        }
        return outcomes
      }
    case 'isnull':
      return (file) => nullOutcomes(args[0]!(file))
    case 'isnotnull':
      return (file) => notOutcomes(nullOutcomes(args[0]!(file)))
    case 'startswith':
      return two(startsWithOutcomes)
    case 'like':
      return call.arguments.length === 2 ? two(likeOutcomes) : () => ANY_OUTCOME
    default: {
      const ranges = compileValue(call, columns)
      return (file) => outcomesOf(ranges(file))
    }
  }
}

function nullOutcomes({ nulls, values }: Range): Outcomes {
  return (nulls ? TRUE : 0) | (values ? FALSE : 0)
}

/** `<=>` is never NULL. */
function sameOutcomes(a: Range, b: Range): Outcomes {
  const values = a.values && b.values ? compareRanges('=', { ...a, nulls: false }, { ...b, nulls: false }) : 0
  const bothNull = a.nulls && b.nulls ? TRUE : 0
  const oneNull = (a.nulls && b.values) || (b.nulls && a.values) ? FALSE : 0
  return values | bothNull | oneNull
}

function compileValue<File>(expression: ResolvedExpression, columns: ColumnRanges<File>): Ranges<File> {
  switch (expression.kind) {
    case 'Literal': {
      const range = literalRange(expression.value, expression.dataType)
      return () => range
    }
    case 'Column':
    case 'Field': {
      const path = fieldPath(expression)
      return path === undefined ? () => ANYTHING : columns.column(path, expression.dataType)
    }
    case 'Cast': {
      const { child, dataType } = expression
      const input = compileValue(child, columns)
      return onceIfConstant(child, (file) => castRange(input(file), child.dataType, dataType))
    }
    case 'Call':
      return compileCall(expression, columns)
    default:
      return () => ANYTHING
  }
}

const PREDICATES = new Set(
  'and or not is_true is_false = <> < <= > >= <=> between in isnull isnotnull startswith like'.split(' '),
)

function compileCall<File>(call: ResolvedCall, columns: ColumnRanges<File>): Ranges<File> {
  if (PREDICATES.has(call.function)) {
    const outcomes = compileCondition(call, columns)
    return (file) => rangeOfOutcomes(outcomes(file))
  }
  const now = currentTime(call.function, columns.timestampMicros)
  if (now !== undefined) return () => now
  const args = call.arguments.map((each) => ({ type: each.dataType, ranges: compileValue(each, columns) }))
  return (file) =>
    callRange(
      call.function,
      args.map(({ type, ranges }) => ({ type, range: ranges(file) })),
      call.dataType,
    )
}

function currentTime(name: string, micros: bigint | undefined): Range | undefined {
  if (micros === undefined) return undefined
  const moments = { min: micros, max: micros + 3_600_000_000n, nulls: false, values: true }
  if (name === 'current_timestamp') return moments
  return name === 'current_date' ? castRange(moments, TIMESTAMP, DATE) : undefined
}

/** Casts of literals are computed once, not for every file. */
function onceIfConstant<File>(child: ResolvedExpression, ranges: Ranges<File>): Ranges<File> {
  if (child.kind !== 'Literal') return ranges
  let known: Range | undefined
  return (file) => {
    known ??= ranges(file)
    return known
  }
}

function fieldPath(expression: ResolvedExpression): readonly string[] | undefined {
  if (expression.kind === 'Column') return expression.isOuter ? undefined : [expression.name]
  if (expression.kind !== 'Field') return undefined
  const parent = fieldPath(expression.child)
  return parent === undefined ? undefined : [...parent, expression.name]
}

function literalRange(value: Literal['value'], type: DataType): Range {
  if (value === null) return ONLY_NULL
  const scalar = literalScalar(value, type)
  return scalar === undefined ? { nulls: false, values: true } : point(scalar)
}

function literalScalar(value: NonNullable<Literal['value']>, type: DataType): Scalar | undefined {
  if (value instanceof Uint8Array) return undefined
  if (typeof value === 'string') return scalarOfText(value, type)
  if (typeof value !== 'number') return value
  return type.kind === 'float' || type.kind === 'double' ? value : BigInt(value)
}
