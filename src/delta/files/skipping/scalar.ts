/**
 * A value in a form that compares exactly: whole numbers, decimals (in units of their scale), dates (days since the epoch)
 * and timestamps (microseconds) as bigint; float and double as number; strings and booleans as they are.
 */
export type Scalar = bigint | number | string | boolean

/** Spark's order of two values of one type: NaN above all numbers, strings by their UTF-8 bytes. */
export function compareScalars(a: Scalar, b: Scalar): number {
  if (typeof a === 'string' && typeof b === 'string') return compareUtf8(a, b)
  if (a < b) return -1
  if (a > b) return 1
  if (a === b || a === -b) return 0
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

/** The order of UTF-8 bytes is that of code points, in which surrogates stand above all other units. */
function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)]
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000
}

const DAY_MS = 86_400_000
export const DAY_MICROS = 86_400_000_000n

/** Days since the epoch of `2024-02-29` (also `-0043-03-15`, `+10000-01-01`), proleptic Gregorian; undefined for no date. */
export function dateDays(text: string): bigint | undefined {
  const match = /^([+-]?\d{4,6})-(\d\d?)-(\d\d?)$/.exec(text)
  if (match === null) return undefined
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isReal ? BigInt(date.getTime() / DAY_MS) : undefined
}

/** `2024-01-01[ T]10:00[:00[.ffffff]][zone]`, a date alone is its midnight. */
const TIMESTAMP =
  /^([+-]?\d{4,6}-\d\d?-\d\d?)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i

export interface Moment {
  /** Microseconds since the epoch, as if the text were in UTC where it has no zone. */
  readonly micros: bigint
  readonly hasZone: boolean
  /** Digits behind the second; undefined for a date alone. */
  readonly digits: number | undefined
}

export function parseMoment(text: string): Moment | undefined {
  const match = TIMESTAMP.exec(text)
  const days = match === null ? undefined : dateDays(match[1]!)
  if (match === null || days === undefined) return undefined
  const [hour, minute, second] = [match[2], match[3], match[4]].map((each) => Number(each ?? 0))
  if (hour! > 23 || minute! > 59 || second! > 59) return undefined
  const seconds = BigInt((hour! * 60 + minute!) * 60 + second!)
  const fraction = BigInt((match[5] ?? '').padEnd(6, '0').slice(0, 6))
  const local = days * DAY_MICROS + seconds * 1_000_000n + fraction
  return {
    micros: local - offsetMicros(match[6]),
    hasZone: match[6] !== undefined,
    digits: match[2] === undefined ? undefined : (match[5] ?? '').length,
  }
}

function offsetMicros(zone: string | undefined): bigint {
  if (zone === undefined || /^[a-z]/i.test(zone)) return 0n
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0)
  return BigInt(zone.startsWith('-') ? -minutes : minutes) * 60_000_000n
}

/**
 * A number's text in units of 10^-scale; digits beyond the scale are dropped towards `side`: `exact` gives undefined for
 * them.
 */
export function decimalUnits(text: string, scale: number, side: 'min' | 'max' | 'exact'): bigint | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i.exec(text.trim())
  if (match === null || (match[2] === '' && (match[3] ?? '') === '')) return undefined
  const [whole, fraction] = [match[2]!, match[3] ?? '']
  const digits = BigInt(whole + fraction) * (match[1] === '-' ? -1n : 1n)
  const shift = scale - fraction.length + Number(match[4] ?? 0)
  if (shift >= 0) return digits * 10n ** BigInt(shift)
  const unit = 10n ** BigInt(-shift)
  const rest = digits % unit
  if (rest === 0n) return digits / unit
  if (side === 'exact') return undefined
  return floorDivide(digits, unit) + (side === 'max' ? 1n : 0n)
}

/** Division that rounds down, also below zero. */
export function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}
