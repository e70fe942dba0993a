import { alias, call, FALSE, filter, unionAll } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Aggregate, Relation } from '../../plan/relation.ts'
import { type Batch, type StagedRows, stageStreaming } from './batch.ts'
import { type GroupKey, overState, withOutputsInPlace } from './grouping.ts'
import type { InputWatermark } from './input-watermark.ts'
import type { OperatorHandle } from './operator-handle.ts'
import { asTimestamp, timestampLiteral } from './watermark.ts'

/** `end <= watermark` (microseconds), FALSE where there is no watermark yet or no event time in the row. */
export function isOver(end: Expression | undefined, watermarkMicros: bigint | undefined): Expression {
  if (end === undefined || watermarkMicros === undefined) return FALSE
  return call('coalesce', call('<=', asTimestamp(end), timestampLiteral(watermarkMicros)), FALSE)
}

/** The staged rows without those that come too late, which are counted. */
export async function withoutLateRows(
  rows: StagedRows,
  end: Expression | undefined,
  { lateMicros }: InputWatermark,
  batch: Batch,
): Promise<StagedRows> {
  if (end === undefined || lateMicros === undefined) return rows
  const onTime = await stageStreaming(batch, filter(rows.scan, call('not', isOver(end, lateMicros))))
  countLate(rows.rowCount - onTime.rowCount, batch)
  return onTime
}

/** What is remembered, and what is new. */
export async function allRows(state: OperatorHandle, fresh: Relation): Promise<Relation> {
  return state.isEmpty ? fresh : unionAll([await state.scan(), fresh])
}

/** Counts rows that came too late for the operator whose state is opened next. */
export function countLate(rows: bigint, { observed, state }: Batch): void {
  observed.droppedByWatermark += rows
  state.countLate(rows)
}

/** What an aggregation gives out, over the columns of its state. */
export function outputOver(
  node: Aggregate,
  keys: readonly GroupKey[],
  aggregateColumn: (aggregate: Expression) => Expression,
  batch: Batch,
): Pick<Aggregate, 'expressions' | 'having' | 'qualify'> {
  const names = batch.schemaOf(node).fields.map((each) => each.name)
  const over = (each: Expression) => overState(each, keys, aggregateColumn)
  const condition = (each: Expression | undefined) => each && over(withOutputsInPlace(each, node.expressions))
  return {
    expressions: node.expressions.map((each, i) => alias(over(each), names[i]!)),
    having: condition(node.having),
    qualify: condition(node.qualify),
  }
}
