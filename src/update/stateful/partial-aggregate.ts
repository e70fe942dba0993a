import { attribute, call, intLiteral } from '../../plan/build.ts'
import type { Expression, UnresolvedFunction } from '../../plan/expression.ts'
import { type DataType, DOUBLE, LONG } from '../../types/data-type.ts'

/** How an aggregate is kept between batches: columns that a batch computes, how two of them merge, what they give. */
export interface PartialAggregate {
  readonly columns: readonly PartialColumn[]
  /** The aggregate's value over the state's columns. */
  readonly result: Expression
}

export interface PartialColumn {
  readonly name: string
  /** Over the rows of a batch. */
  readonly compute: Expression
  /** Aggregate function that merges values of the column. */
  readonly merge: string
}

/**
 * Splits an aggregate into mergeable parts; undefined where no parts of bounded size exist (DISTINCT, percentiles,
 * order-dependent functions), whose rows must be kept instead. `resultType` is the aggregate's Spark type, `argumentType`
 * that of its first argument.
 */
export function partialAggregate(
  aggregate: UnresolvedFunction,
  prefix: string,
  types: { readonly result: DataType; readonly argument: DataType | undefined },
): PartialAggregate | undefined {
  if (aggregate.distinct === true || aggregate.withinGroup !== undefined) return undefined
  const merge = SELF_MERGING[aggregate.name]
  if (merge !== undefined) {
    const value = attribute(prefix)
    const isCount = merge === 'sum' && aggregate.name !== 'sum'
    return {
      columns: [{ name: prefix, compute: aggregate, merge }],
      result: isCount ? call('coalesce', value, { kind: 'Literal', value: 0n, dataType: LONG }) : value,
    }
  }
  if (aggregate.name === 'avg' || aggregate.name === 'mean') return average(aggregate, prefix, types)
  return undefined
}

const SELF_MERGING: Readonly<Record<string, string>> = {
  count: 'sum',
  count_if: 'sum',
  sum: 'sum',
  min: 'min',
  max: 'max',
  bool_and: 'bool_and',
  every: 'bool_and',
  bool_or: 'bool_or',
  some: 'bool_or',
  any: 'bool_or',
  bit_and: 'bit_and',
  bit_or: 'bit_or',
  bit_xor: 'bit_xor',
}

function average(
  aggregate: UnresolvedFunction,
  prefix: string,
  types: { readonly result: DataType; readonly argument: DataType | undefined },
): PartialAggregate | undefined {
  if (types.argument === undefined || types.argument.kind.startsWith('interval')) return undefined
  const { result } = types
  const [argument] = aggregate.arguments
  const summand: Expression =
    result.kind === 'decimal' ? argument! : { kind: 'Cast', child: argument!, dataType: DOUBLE, mode: 'ansi' }
  const total = `${prefix}_sum`
  const count = `${prefix}_count`
  const parts = [attribute(total), attribute(count)] as const
  const quotient =
    result.kind === 'decimal'
      ? call('$average', ...parts, intLiteral(result.scale))
      : call('try_divide', ...parts)
  return {
    columns: [
      { name: total, compute: { ...aggregate, name: 'sum', arguments: [summand] }, merge: 'sum' },
      { name: count, compute: { ...aggregate, name: 'count' }, merge: 'sum' },
    ],
    result: { kind: 'Cast', child: quotient, dataType: result, mode: 'ansi' },
  }
}
