import { draw } from './draw.ts'

/** One order as a careless upstream system would send it: fields may be absent, null or of the wrong type. */
export interface RawOrder {
  readonly order_id?: number | null
  readonly customer_id?: number | null
  readonly amount?: number | string | null
  readonly status: string
  /** ISO 8601, UTC, milliseconds. */
  readonly order_date: string
  readonly region: string
}

export interface OrderOptions {
  /** Any 32-bit integer; the same seed gives the same orders. */
  readonly seed: number
  /** Share of rows with a defect, 0 to 1. No defect breaks a rule on `status`. */
  readonly dirtyShare: number
  /** Customer ids are 1 to this number. */
  readonly customers: number
  /** Time between two orders, milliseconds. */
  readonly intervalMs: number
}

export const orderDefaults: OrderOptions = { seed: 42, dirtyShare: 0.03, customers: 1000, intervalMs: 60_000 }

/** Time of row 0, milliseconds since the epoch. */
const FIRST_ORDER_MS = Date.UTC(2025, 0, 1)
/** Orders are out of order by up to this much, or by the time of ten orders where that is less. */
const LARGEST_SKEW_MS = 600_000
/** A bad first copy of an order is followed by the good one this many rows later. */
const ROWS_UNTIL_CORRECTION = 5
/** An order is sent again within this many rows. */
const ROWS_UNTIL_DUPLICATE = 10

/** What can be wrong with a row. */
const defects = [
  'null order_id',
  'no order_id',
  'null amount',
  'no amount',
  'negative amount',
  'zero amount',
  'high amount',
  'text amount',
  'null customer',
  'duplicate',
  'bad first copy',
] as const

type Defect = (typeof defects)[number]

/** Each decision about a row draws its own number, so that a new one leaves the others as they were. */
const draws = { isDirty: 1, defect: 2, customer: 3, amount: 4, status: 5, region: 6, skew: 7, distance: 8 }

/**
 * Row `n` (from 1) of the endless stream of orders that a seed names. It depends on the seed and `n` alone, so that
 * 10,000 rows and 500 more are the same as 10,500 rows.
 */
export function orderAt(n: number, options: OrderOptions): RawOrder {
  const corrected = n - ROWS_UNTIL_CORRECTION
  if (corrected > 0 && defectAt(corrected, options) === 'bad first copy')
    return cleanOrder(corrected, options)
  const defect = defectAt(n, options)
  return defect === undefined ? cleanOrder(n, options) : spoil(n, defect, options)
}

/** `count` rows from row `first` on. `fatal` gives the middle one a status that no rule allows. */
export function* orders(
  first: number,
  count: number,
  options: OrderOptions,
  fatal = false,
): Generator<RawOrder> {
  const fatalRow = fatal ? first + Math.floor(count / 2) : -1
  for (let n = first; n < first + count; n++) {
    const order = orderAt(n, options)
    yield n === fatalRow ? { ...order, status: 'refunded' } : order
  }
}

/** What is wrong with row `n`; undefined when nothing is. */
export function defectAt(n: number, options: OrderOptions): Defect | undefined {
  if (draw(options.seed, n, draws.isDirty) >= options.dirtyShare) return undefined
  return defects[Math.floor(draw(options.seed, n, draws.defect) * defects.length)]
}

function cleanOrder(n: number, { seed, customers, intervalMs }: OrderOptions): RawOrder {
  const status = draw(seed, n, draws.status)
  const region = draw(seed, n, draws.region)
  const skew = draw(seed, n, draws.skew) ** 4 * Math.min(LARGEST_SKEW_MS, 10 * intervalMs)
  return {
    order_id: n,
    customer_id: 1 + Math.floor(draw(seed, n, draws.customer) * customers),
    amount: Math.round(1_000 + draw(seed, n, draws.amount) * 99_000) / 100,
    status: status < 0.7 ? 'completed' : status < 0.9 ? 'pending' : 'cancelled',
    order_date: new Date(FIRST_ORDER_MS + n * intervalMs + Math.floor(skew)).toISOString(),
    region: region < 0.5 ? 'US' : region < 0.8 ? 'EU' : 'ASIA',
  }
}

function spoil(n: number, defect: Defect, options: OrderOptions): RawOrder {
  const order = cleanOrder(n, options)
  const amount = order.amount as number
  switch (defect) {
    case 'null order_id':
      return { ...order, order_id: null }
    case 'no order_id':
      return { ...order, order_id: undefined }
    case 'null amount':
      return { ...order, amount: null }
    case 'no amount':
      return { ...order, amount: undefined }
    case 'negative amount':
    case 'bad first copy':
      return { ...order, amount: -amount }
    case 'zero amount':
      return { ...order, amount: 0 }
    case 'high amount':
      return { ...order, amount: 100_000 + amount }
    case 'text amount':
      return { ...order, amount: amount.toFixed(2) }
    case 'null customer':
      return { ...order, customer_id: null }
    case 'duplicate':
      return n === 1 ? order : orderAt(earlierRow(n, options), options)
  }
}

function earlierRow(n: number, { seed }: OrderOptions): number {
  const distance = 1 + Math.floor(draw(seed, n, draws.distance) * ROWS_UNTIL_DUPLICATE)
  return Math.max(1, n - distance)
}
