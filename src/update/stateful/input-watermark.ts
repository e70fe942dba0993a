import type { Join, Relation } from '../../plan/relation.ts'
import { childrenOf, walk } from '../../plan/rewrite.ts'
import type { Batch } from './batch.ts'
import { joinTimes, type SideTimes } from './join-times.ts'

/** What the watermark says of the rows that come into one stateful operator; microseconds, undefined for nothing. */
export interface InputWatermark {
  /** Rows whose time is not behind this come too late: their groups were given out. */
  readonly lateMicros: bigint | undefined
  /** No row of a later batch lies at or before this: what ends here is given out. */
  readonly overMicros: bigint | undefined
  /** `overMicros` of the batch before: what ended there was given out then. */
  readonly previousMicros: bigint | undefined
}

/**
 * The watermark at an operator's input. Rows that an aggregation or a join of streams gives out in this batch are what the
 * watermark has closed since the batch before, and so are not late; a join holds rows back by its time bound, so that
 * the watermark above it lies that much behind (Spark's watermark propagation).
 */
export function inputWatermark(input: Relation, batch: Batch): InputWatermark {
  const lag = lagOf(input)
  const overMicros = minus(batch.watermarkMicros, lag)
  const previousMicros = minus(batch.state.previousWatermarkMicros, lag)
  return { lateMicros: holdsRowsBack(input) ? previousMicros : overMicros, overMicros, previousMicros }
}

/** How far rows of a streaming query may lie behind the flow's watermark, microseconds; undefined for any far. */
function lagOf(relation: Relation): bigint | undefined {
  const below = childrenOf(relation).filter(readsStream).map(lagOf)
  if (relation.kind === 'Join' && below.length === 2) return lagOfJoin(relation, below[0], below[1])
  return most(below)
}

/** True where rows of a stream come in below. */
export function readsStream(relation: Relation): boolean {
  for (const node of walk(relation)) if ('isStreaming' in node && node.isStreaming === true) return true
  return false
}

/** A join that remembers rows of both sides. Leaves need not be bound. */
export function isJoinOfStreams(relation: Relation): relation is Join {
  return relation.kind === 'Join' && readsStream(relation.left) && readsStream(relation.right)
}

/** A row waits until the other side's watermark has reached its bound. */
function lagOfJoin(join: Join, left: bigint | undefined, right: bigint | undefined): bigint | undefined {
  const times = joinTimes(join)
  return most([0n, left, right, plus(right, waitOf(times.left)), plus(left, waitOf(times.right))])
}

/** How long a row is kept behind its own event time; undefined where that is not known. */
function waitOf({ bounds, eventTime }: SideTimes): bigint | undefined {
  const own = bounds.filter((each) => each.position === eventTime?.position && each.part !== 'start')
  return own.map((each) => each.micros).reduce<bigint | undefined>(least, undefined)
}

function holdsRowsBack(relation: Relation): boolean {
  for (const node of walk(relation)) {
    if (node.kind === 'Aggregate' && readsStream(node)) return true
    if (isJoinOfStreams(node)) return true
  }
  return false
}

function minus(micros: bigint | undefined, lag: bigint | undefined): bigint | undefined {
  return micros === undefined || lag === undefined ? undefined : micros - lag
}

function plus(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  return a === undefined || b === undefined ? undefined : a + b
}

function least(a: bigint | undefined, b: bigint): bigint {
  return a === undefined || b < a ? b : a
}

/** The greatest; undefined when one is. */
function most(lags: readonly (bigint | undefined)[]): bigint | undefined {
  return lags.reduce((a, b) => (a === undefined || b === undefined ? undefined : a > b ? a : b), 0n)
}
