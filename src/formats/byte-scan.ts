import type { DataType } from '../types/data-type.ts'

/**
 * Scans of bytes that the fast judges of JSON and CSV share. Each takes the place where a value begins and gives the place
 * behind it, or -1 when the value is not plainly one that DuckDB reads exactly. The bytes end with a line feed, so that no
 * scan needs a bounds check.
 */
export type Bytes = Uint8Array
export type Scan = (bytes: Bytes, i: number) => number

const MINUS = 45
const POINT = 46
const ZERO = 48
const NINE = 57
const COLON = 58

/** The scan of a number, a date or a timestamp without quotes; undefined for other types. */
export function scalarScan(type: DataType): Scan | undefined {
  switch (type.kind) {
    case 'byte':
      return integerScan(2)
    case 'short':
      return integerScan(4)
    case 'integer':
      return integerScan(9)
    case 'long':
      return integerScan(18)
    case 'double':
      return (bytes, i) => numberEnd(bytes, i, 15, 17)
    case 'float':
      return (bytes, i) => numberEnd(bytes, i, 7, 7)
    case 'decimal':
      return decimalScan(type.precision - type.scale, type.scale)
    case 'date':
      return dayEnd
    case 'timestamp':
      return (bytes, i) => momentEnd(bytes, i, true)
    case 'timestamp_ntz':
      return (bytes, i) => momentEnd(bytes, i, false)
    default:
      return undefined
  }
}

/** The place behind blanks and tabs. */
export function space(bytes: Bytes, i: number): number {
  let at = i
  while (bytes[at] === 32 || bytes[at] === 9) at++
  return at
}

export function digitsEnd(bytes: Bytes, i: number): number {
  let at = i
  while (bytes[at]! >= ZERO && bytes[at]! <= NINE) at++
  return at
}

/** The digits before the point; -1 for none and for leading zeros. */
export function wholeEnd(bytes: Bytes, i: number): number {
  const end = digitsEnd(bytes, i)
  return end === i || (bytes[i] === ZERO && end > i + 1) ? -1 : end
}

export function endsNumber(bytes: Bytes, i: number): boolean {
  const byte = bytes[i]!
  return byte !== POINT && (byte | 32) !== 101
}

function integerScan(digits: number): Scan {
  return (bytes, start) => {
    const from = bytes[start] === MINUS ? start + 1 : start
    const end = wholeEnd(bytes, from)
    return end < 0 || end - from > digits || !endsNumber(bytes, end) ? -1 : end
  }
}

/** Numbers of a float column: so many digits at most for an integer, and for all digits of a fraction. */
export function numberEnd(bytes: Bytes, start: number, integerDigits: number, allDigits: number): number {
  const from = bytes[start] === MINUS ? start + 1 : start
  const end = wholeEnd(bytes, from)
  if (end < 0) return -1
  const hasFraction = bytes[end] === POINT
  let last = end
  if (hasFraction) {
    last = digitsEnd(bytes, end + 1)
    if (last === end + 1 || last - from - 1 > allDigits) return -1
  } else if (end - from > integerDigits) return -1
  return endsNumber(bytes, last) ? last : -1
}

/** Up to 15 digits in all, which DuckDB carries through a double without loss. */
function decimalScan(wholeDigits: number, scale: number): Scan {
  return (bytes, start) => {
    const from = bytes[start] === MINUS ? start + 1 : start
    const end = wholeEnd(bytes, from)
    if (end < 0 || (end - from > wholeDigits && bytes[from] !== ZERO)) return -1
    if (bytes[end] !== POINT) return end - from <= 15 && endsNumber(bytes, end) ? end : -1
    const last = digitsEnd(bytes, end + 1)
    const fraction = last - end - 1
    return fraction > 0 && fraction <= scale && last - from <= 16 && endsNumber(bytes, last) ? last : -1
  }
}

function twoDigits(bytes: Bytes, i: number): number {
  const high = bytes[i]! - ZERO
  const low = bytes[i + 1]! - ZERO
  return high < 0 || high > 9 || low < 0 || low > 9 ? -1 : high * 10 + low
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** `YYYY-MM-DD` of the calendar from `i`; the place behind it. */
function dayEnd(bytes: Bytes, i: number): number {
  const century = twoDigits(bytes, i)
  const ofCentury = twoDigits(bytes, i + 2)
  if (century < 0 || ofCentury < 0 || bytes[i + 4] !== MINUS || bytes[i + 7] !== MINUS) return -1
  const year = century * 100 + ofCentury
  const month = twoDigits(bytes, i + 5)
  const day = twoDigits(bytes, i + 8)
  if (year < 1 || month < 1 || month > 12 || day < 1) return -1
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= MONTH_DAYS[month - 1]! + (month === 2 && isLeap ? 1 : 0) ? i + 10 : -1
}

/** `YYYY-MM-DD[T ]HH:MM:SS[.ffffff]` from `i`, and `Z` or `+HH:MM` behind it where there may be a zone; the place behind it. */
function momentEnd(bytes: Bytes, start: number, mayHaveZone: boolean): number {
  let i = dayEnd(bytes, start)
  if (i < 0 || (bytes[i] !== 84 && bytes[i] !== 32)) return -1
  const hour = twoDigits(bytes, i + 1)
  const minute = twoDigits(bytes, i + 4)
  const second = twoDigits(bytes, i + 7)
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return -1
  if (bytes[i + 3] !== COLON || bytes[i + 6] !== COLON) return -1
  i += 9
  if (bytes[i] === POINT) {
    const end = digitsEnd(bytes, i + 1)
    if (end === i + 1 || end > i + 7) return -1
    i = end
  }
  if (!mayHaveZone) return i
  const end = offsetEnd(bytes, i)
  return end < 0 && bytes[i] !== 43 && bytes[i] !== MINUS ? i : end
}

function offsetEnd(bytes: Bytes, i: number): number {
  if (bytes[i] === 90) return i + 1
  if (bytes[i] !== 43 && bytes[i] !== MINUS) return -1
  const hours = twoDigits(bytes, i + 1)
  const minutes = twoDigits(bytes, i + 4)
  return hours >= 0 && hours <= 14 && bytes[i + 3] === COLON && minutes >= 0 && minutes <= 59 ? i + 6 : -1
}
