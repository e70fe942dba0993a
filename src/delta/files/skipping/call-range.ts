import type { DataType } from '../../../types/data-type.ts'
import { fitting } from './cast-range.ts'
import { ANYTHING, mapRange, ONLY_NULL, pointOf, type Range, unionRanges } from './range.ts'
import { DAY_MICROS, floorDivide, type Scalar } from './scalar.ts'

/** An argument of a call: its type and what values it takes. */
export interface Argument {
  readonly type: DataType
  readonly range: Range
}

/** The range of a call over ranges; ANYTHING for functions whose order is not known. */
export function callRange(name: string, args: readonly Argument[], result: DataType): Range {
  const [first, second] = args
  switch (name) {
    case 'coalesce':
      return args.map((each) => each.range).reduce(firstOf)
    case 'to_date':
      return args.length === 1 ? first!.range : ANYTHING
    case 'year':
    case '$extract_year':
      return first!.type.kind === 'date'
        ? mapRange(first!.range, (each) => (isCalendarDay(each as bigint) ? yearOf(each) : undefined))
        : ANYTHING
    case 'trunc':
      return truncated(first!, second!, 'date')
    case 'date_trunc':
      return truncated(second!, first!, 'timestamp')
    case 'date_add':
      return moved(first!, second!, 1n, result)
    case 'date_sub':
      return moved(first!, second!, -1n, result)
    case '+':
      return moved(first!, second!, 1n, result)
    case '-':
      return moved(first!, second!, -1n, result)
    default:
      return ANYTHING
  }
}

function firstOf(a: Range, b: Range): Range {
  if (!a.nulls) return a
  return { ...unionRanges({ ...a, nulls: false }, b), nulls: b.nulls }
}

const WHOLE = new Set(['byte', 'short', 'integer', 'long'])

/** A whole number, date or timestamp moved by a constant: days, an interval, a number of the same type. */
function moved(value: Argument, by: Argument, sign: bigint, result: DataType): Range {
  const step = stepOf(value.type, by)
  if (!value.range.values) return ONLY_NULL
  if (step === undefined || value.type.kind !== result.kind) return ANYTHING
  return fitting(
    mapRange(value.range, (each) => (each as bigint) + sign * step),
    result,
  )
}

function stepOf(type: DataType, by: Argument): bigint | undefined {
  const step = by.range.nulls ? undefined : pointOf(by.range)
  if (typeof step !== 'bigint') return undefined
  const isInterval = by.type.kind === 'interval day to second'
  if (WHOLE.has(type.kind)) return WHOLE.has(by.type.kind) ? step : undefined
  if (type.kind === 'date') {
    if (WHOLE.has(by.type.kind)) return step
    return isInterval && step % DAY_MICROS === 0n ? step / DAY_MICROS : undefined
  }
  return isInterval && type.kind.startsWith('timestamp') ? step : undefined
}

const UNITS: Readonly<Record<string, Unit>> = {
  YEAR: 'year',
  YYYY: 'year',
  YY: 'year',
  QUARTER: 'quarter',
  MONTH: 'month',
  MM: 'month',
  MON: 'month',
  WEEK: 'week',
  DAY: 'day',
  DD: 'day',
  HOUR: 'hour',
}

export type Unit = 'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour'

function truncated(value: Argument, unit: Argument, kind: 'date' | 'timestamp'): Range {
  const text = pointOf(unit.range)
  const known = typeof text === 'string' ? UNITS[text.toUpperCase()] : undefined
  const isSmall = known === 'day' || known === 'hour'
  if (known === undefined || value.type.kind !== kind || (kind === 'date' && isSmall)) return ANYTHING
  return mapRange(value.range, (each) => {
    const days = kind === 'date' ? (each as bigint) : (each as bigint) / DAY_MICROS
    if (!isCalendarDay(days)) return undefined
    return kind === 'date' ? startOfDays(days, known) : startOf(each as bigint, known)
  })
}

/** The first microsecond of the year, month ... that a moment lies in. */
export function startOf(micros: bigint, unit: Unit): bigint {
  if (unit === 'hour') return floorDivide(micros, HOUR_MICROS) * HOUR_MICROS
  return startOfDays(floorDivide(micros, DAY_MICROS), unit) * DAY_MICROS
}

const DAY_MS = 86_400_000
const HOUR_MICROS = 3_600_000_000n

function startOfDays(days: bigint, unit: Unit): bigint {
  if (unit === 'day') return days
  if (unit === 'week') return floorDivide(days + 3n, 7n) * 7n - 3n
  const date = new Date(Number(days) * DAY_MS)
  const months = { year: 12, quarter: 3, month: 1 }[unit as 'year' | 'quarter' | 'month']
  return monthStart(date.getUTCFullYear(), Math.floor(date.getUTCMonth() / months) * months)
}

/** Day of the first of a month; months beyond 11 lie in later years. */
export function monthStart(year: number, month: number): bigint {
  const date = new Date(0)
  date.setUTCFullYear(year, month, 1)
  return BigInt(date.getTime() / DAY_MS)
}

function yearOf(days: Scalar): bigint {
  return BigInt(new Date(Number(days as bigint) * DAY_MS).getUTCFullYear())
}

/** Dates that JavaScript's calendar holds: from the year -271,000 to 275,000. */
function isCalendarDay(days: bigint): boolean {
  return days > -99_000_000n && days < 99_000_000n
}
