import type { Expression } from '../../plan/expression.ts'
import { TIMESTAMP } from '../../types/data-type.ts'

/** The newest event time that one watermark node has seen since the checkpoint began, microseconds. */
export interface EventTimeProgress {
  readonly maxMicros: bigint | undefined
  readonly delayMicros: bigint
}

/** The newer of what was seen before a batch and in it, node by node. */
export function mergeProgress(
  before: readonly EventTimeProgress[],
  now: readonly EventTimeProgress[],
): EventTimeProgress[] {
  return now.map(({ maxMicros, delayMicros }, i) => {
    const earlier = before[i]?.maxMicros
    const newest =
      maxMicros === undefined || (earlier !== undefined && earlier > maxMicros) ? earlier : maxMicros
    return { maxMicros: newest, delayMicros }
  })
}

/** Which of several inputs decides: the slowest, so that no row is late that the others left behind, or the fastest. */
export type WatermarkPolicy = 'min' | 'max'

/**
 * The watermark of the next batch: newest event time minus delay, of several inputs the least or, with `max`, the greatest
 * (Spark's `multipleWatermarkPolicy`). An input without events holds back the least. Never less than before.
 */
export function advanceWatermark(
  before: bigint | undefined,
  progress: readonly EventTimeProgress[],
  policy: WatermarkPolicy = 'min',
): bigint | undefined {
  const seen = progress.flatMap(({ maxMicros, delayMicros }) =>
    maxMicros === undefined ? [] : [maxMicros - delayMicros],
  )
  if (seen.length === 0 || (policy === 'min' && seen.length < progress.length)) return before
  const now = seen.reduce((a, b) => ((policy === 'min' ? a < b : a > b) ? a : b))
  return before === undefined || now > before ? now : before
}

/** An event-time value as a point in time that compares with the watermark. */
export function asTimestamp(eventTime: Expression): Expression {
  return { kind: 'Cast', child: eventTime, dataType: TIMESTAMP, mode: 'ansi' }
}

export function timestampLiteral(micros: bigint): Expression {
  const seconds = micros / 1_000_000n
  const rest = micros % 1_000_000n
  const [whole, fraction] = rest < 0n ? [seconds - 1n, rest + 1_000_000n] : [seconds, rest]
  const text = new Date(Number(whole) * 1000).toISOString().slice(0, -5).replace('T', ' ')
  return { kind: 'Literal', value: `${text}.${String(fraction).padStart(6, '0')}`, dataType: TIMESTAMP }
}
