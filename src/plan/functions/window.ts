import { PipelineError } from '../../errors/index.ts'
import { DOUBLE, INTEGER } from '../../types/data-type.ts'
import type { ResolvedExpression } from '../resolved.ts'
import { define } from './define.ts'
import { constant, type FunctionDefinition, native, type ResolveContext, signature, T } from './signature.ts'

const NEVER = { nullable: 'never' } as const
const ALWAYS = { nullable: 'always' } as const

/** Functions that only stand before OVER. */
export const windowFunctions: readonly FunctionDefinition[] = [
  define('window', 'cume_dist', signature([], DOUBLE, NEVER), native('cume_dist'), {}),
  define('window', 'dense_rank', signature([], INTEGER, NEVER), native('dense_rank', { cast: true }), {}),
  neighbour('lag'),
  neighbour('lead'),
  define('window', 'nth_value', signature([T, constant(INTEGER)], T, ALWAYS), native('nth_value'), {}),
  define(
    'window',
    'ntile',
    signature([constant(INTEGER)], buckets, NEVER),
    native('ntile', { cast: true }),
    {},
  ),
  define('window', 'percent_rank', signature([], DOUBLE, NEVER), native('percent_rank'), {}),
  define('window', 'rank', signature([], INTEGER, NEVER), native('rank', { cast: true }), {}),
  define('window', 'row_number', signature([], INTEGER, NEVER), native('row_number', { cast: true }), {}),
]

/** `lag(value[, offset[, default]])`: the default becomes the type of the value. */
function neighbour(name: string): FunctionDefinition {
  return {
    name,
    kind: 'window',
    arity: { min: 1, max: 3 },
    resolve: (args, context) => resolveNeighbour(args, context),
    duckdb: native(name),
  }
}

function resolveNeighbour(
  [value, offset, otherwise]: readonly ResolvedExpression[],
  context: ResolveContext,
) {
  const { dataType } = value!
  const rest = [
    ...(offset === undefined ? [] : [context.cast(offset, INTEGER)]),
    ...(otherwise === undefined ? [] : [context.cast(otherwise, dataType)]),
  ]
  const nullable = value!.nullable || otherwise === undefined || otherwise.nullable
  return { arguments: [value!, ...rest], dataType, nullable }
}

function buckets(call: { readonly literals: readonly unknown[] }) {
  const count = Number(call.literals[0])
  if (count <= 0) {
    throw new PipelineError('DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE', {
      exprName: 'buckets',
      valueRange: '(0, 2147483647]',
      currentValue: String(count),
    })
  }
  return INTEGER
}
