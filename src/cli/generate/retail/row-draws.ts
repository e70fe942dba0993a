import { draw, mix } from '../draw.ts'
import type { RetailOptions } from './retail-options.ts'

/** What each decision draws from, so that the streams of one batch are not alike. */
const streams = { sales: 1, customers: 2, products: 3, stores: 4, prices: 5 }

export type Stream = keyof typeof streams

/** Decisions about one row. Each has a number of its own, so that a new one leaves the others as they were. */
export interface RowDraws {
  /** A number in [0, 1). */
  number(decision: number): number
  /** A whole number from `least` to `most`. */
  whole(decision: number, least: number, most: number): number
  chance(decision: number, share: number): boolean
  pick<T>(decision: number, values: readonly T[]): T
}

/** The decisions about row `row` of a stream's batch; the batch is named by its event time. Made of the arguments alone. */
export function rowDraws(seed: number, stream: Stream, batchMs: number, row: number): RowDraws {
  const batch = mix(mix(mix(seed ^ streams[stream]) ^ Math.floor(batchMs / 1000)) ^ (batchMs % 1000))
  const number = (decision: number) => draw(batch, row, decision)
  const whole = (decision: number, least: number, most: number) =>
    least + Math.floor(number(decision) * (most - least + 1))
  return {
    number,
    whole,
    chance: (decision, share) => number(decision) < share,
    pick: (decision, values) => values[whole(decision, 0, values.length - 1)]!,
  }
}

/**
 * When an event happened: up to the skew before its batch, as text (UTC, microseconds). The last three digits are the row's number, so that no
 * two changes of a batch have the same time.
 */
export function eventTime(
  draws: RowDraws,
  decision: number,
  place: { readonly batchMs: number; readonly row: number },
  { skewMs }: RetailOptions,
): string {
  const time = new Date(place.batchMs - draws.whole(decision, 0, skewMs)).toISOString()
  return time.replace('T', ' ').replace('Z', String(place.row % 1000).padStart(3, '0'))
}
