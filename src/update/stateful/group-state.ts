import { alias, call, FALSE } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Aggregate, Relation } from '../../plan/relation.ts'
import type { Batch } from './batch.ts'
import { type GroupKey, overState, withOutputsInPlace } from './grouping.ts'
import { asTimestamp, timestampLiteral } from './watermark.ts'

/** `end <= watermark`, FALSE where there is no watermark yet or no event time in the row. */
export function groupIsOver(end: Expression | undefined, batch: Batch): Expression {
  if (end === undefined || batch.watermarkMicros === undefined) return FALSE
  return call('coalesce', call('<=', asTimestamp(end), timestampLiteral(batch.watermarkMicros)), FALSE)
}

/** What an aggregation gives out, over the columns of its state. */
export function outputOver(
  node: Aggregate,
  keys: readonly GroupKey[],
  aggregateColumn: (aggregate: Expression) => Expression,
  batch: Batch,
): { readonly expressions: readonly Expression[]; readonly having?: Expression } {
  const names = batch.schemaOf(node).fields.map((each) => each.name)
  const over = (each: Expression) => overState(each, keys, aggregateColumn)
  return {
    expressions: node.expressions.map((each, i) => alias(over(each), names[i]!)),
    ...(node.having !== undefined && { having: over(withOutputsInPlace(node.having, node.expressions)) }),
  }
}

export function unionAll(left: Relation, right: Relation): Relation {
  return { kind: 'SetOperation', operation: 'union', isAll: true, byName: false, left, right }
}
