import { PipelineError } from '../../errors/index.ts'
import { printSqlType } from '../../types/ddl.ts'
import { isIntegral, isOrderable } from '../../types/type-classes.ts'
import { intLiteral } from '../build.ts'
import type { Expression, SortOrder } from '../expression.ts'
import type { Limit, Offset, Sort } from '../relation.ts'
import type { ResolvedExpression, ResolvedSortOrder } from '../resolved.ts'
import { constantOf } from './cast.ts'
import { resolveExpression } from './expression.ts'
import { overOutputOrBelow } from './filter.ts'
import { type Analyzed, type Extended, shapeOf } from './node.ts'
import { pretty } from './pretty.ts'
import { analyzeRelation } from './relation.ts'
import { resolverOf } from './resolver.ts'
import { columnReference, EMPTY_SCOPE, visibleEntries } from './scope.ts'
import type { QueryState } from './state.ts'

/** ORDER BY over outputs, positions, and what lies below the select list. Throws ORDER_BY_POS_OUT_OF_RANGE. */
export function analyzeSort(node: Sort, state: QueryState): Analyzed {
  const input = analyzeRelation(node.input, state)
  const orders = node.order.flatMap((each) =>
    each.child.kind === 'UnresolvedStar' ? byAll(each, input) : each,
  )
  const written = orders.map((each) => each.child)
  const { analyzed, resolved } = overOutputOrBelow(input, written, (each) => sortKey(each, input, state))
  const order = resolved.map((child, i): ResolvedSortOrder => {
    const { direction, nulls } = orders[i]!
    checkOrderable(child, orders[i]!, input)
    return { child: positioned(child, written[i]!, input), direction, nulls }
  })
  return sorted(analyzed, order)
}

/** ORDER BY ALL: every column of the output, by its position. */
function byAll(order: SortOrder, input: Analyzed): SortOrder[] {
  return visibleEntries(input.scope).map((_, i) => ({ ...order, child: intLiteral(i + 1) }))
}

function sorted(input: Analyzed, order: readonly ResolvedSortOrder[]): Analyzed {
  const { extend } = input
  return {
    relation: { kind: 'Sort', input: input.relation, order, ...shapeOf(input.relation) },
    scope: input.scope,
    ...(extend === undefined
      ? {}
      : {
          extend: (expressions: readonly Expression[]): Extended => {
            const { analyzed, resolved } = extend(expressions)
            return { analyzed: sorted(analyzed, order), resolved }
          },
        }),
  }
}

function sortKey(written: Expression, input: Analyzed, state: QueryState): ResolvedExpression {
  const resolver = resolverOf(state, input.scope)
  const resolved = resolveExpression(written, resolver)
  if (resolver.seen.aggregates.length + resolver.seen.generators.length > 0) {
    throw new PipelineError('UNSUPPORTED_EXPR_FOR_OPERATOR', {
      invalidExprSqls: pretty(written, input.scope),
      place: 'ORDER BY of a query without aggregation',
    })
  }
  return resolved
}

/** A whole-number literal is the position of an output column. */
function positioned(key: ResolvedExpression, written: Expression, input: Analyzed): ResolvedExpression {
  if (key.kind !== 'Literal' || key.dataType.kind !== 'integer' || written.kind !== 'Literal') return key
  const outputs = visibleEntries(input.scope)
  const entry = outputs[Number(key.value) - 1]
  if (entry !== undefined) return columnReference(entry.column)
  throw new PipelineError(
    'ORDER_BY_POS_OUT_OF_RANGE',
    { index: String(key.value), size: String(outputs.length) },
    written.position === undefined ? {} : { position: written.position },
  )
}

function checkOrderable(key: ResolvedExpression, order: SortOrder, input: Analyzed): void {
  if (isOrderable(key.dataType)) return
  throw new PipelineError(
    'DATATYPE_MISMATCH.INVALID_ORDERING_TYPE',
    {
      sqlExpr: pretty(order, input.scope),
      functionName: 'sortorder',
      dataType: printSqlType(key.dataType),
    },
    order.child.position === undefined ? {} : { position: order.child.position },
  )
}

/** LIMIT or OFFSET. Throws INVALID_LIMIT_LIKE_EXPRESSION for what is no whole number, or a negative one. */
export function analyzeLimit(node: Limit | Offset, state: QueryState): Analyzed {
  const input = analyzeRelation(node.input, state)
  const resolver = resolverOf(state, EMPTY_SCOPE)
  const written = node.kind === 'Limit' ? node.limit : node.offset
  const count = resolveExpression(written, resolver)
  checkCount(count, written, node.kind === 'Limit' ? 'limit' : 'offset')
  const bound = node.kind === 'Limit' ? { limit: count } : { offset: count }
  return {
    relation: { kind: 'Limit', input: input.relation, ...bound, ...shapeOf(input.relation) },
    scope: input.scope,
  }
}

/** As Spark, which takes whole numbers that are at least 0; NULL is no number of rows. */
function checkCount(count: ResolvedExpression, written: Expression, name: 'limit' | 'offset'): void {
  const value = constantOf(count)
  const parameters = { name, expr: pretty(written, EMPTY_SCOPE) }
  const context = written.position === undefined ? {} : { position: written.position }
  if (value === null) {
    throw new PipelineError('INVALID_LIMIT_LIKE_EXPRESSION.IS_NULL', parameters, context)
  }
  if (!isIntegral(count.dataType) && count.dataType.kind !== 'unknown') {
    const wrongType = { ...parameters, dataType: printSqlType(count.dataType) }
    throw new PipelineError('INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE', wrongType, context)
  }
  if ((typeof value === 'number' || typeof value === 'bigint') && value < 0) {
    throw new PipelineError(
      'INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE',
      { ...parameters, v: `${value}` },
      context,
    )
  }
}
