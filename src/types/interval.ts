import { nearest, PipelineError } from '../errors/index.ts'

/** A length of time: months apart from microseconds, since months vary in length. */
export interface Interval {
  readonly months: bigint
  readonly micros: bigint
}

interface Unit {
  readonly months?: bigint
  readonly micros?: bigint
}

const units: Readonly<Record<string, Unit>> = {
  year: { months: 12n },
  month: { months: 1n },
  week: { micros: 604_800_000_000n },
  day: { micros: 86_400_000_000n },
  hour: { micros: 3_600_000_000n },
  minute: { micros: 60_000_000n },
  second: { micros: 1_000_000n },
  millisecond: { micros: 1_000n },
  microsecond: { micros: 1n },
}

/** Whether a word is a unit of time, in singular or plural. */
export function isIntervalUnit(word: string): boolean {
  return unitNamed(word) !== undefined
}

/**
 * `amount` of a unit: `'10', 'minutes'`. Only seconds take a fraction, of at most six digits that count, as in Spark.
 * Throws INVALID_INTERVAL_FORMAT with `input`, the whole text that the amount is from.
 */
export function intervalOf(amount: string, word: string, input = `${amount} ${word}`): Interval {
  const unit = unitNamed(word) ?? invalid(input, unknownUnit(word))
  const parts = /^([+-]?)\s*(\d*)(?:\.(\d*))?$/.exec(amount.trim())
  if (parts === null || (parts[2] === '' && !parts[3])) return invalid(input, `'${amount}' is not a number`)
  const [, sign, whole = '', fraction = ''] = parts
  if (fraction !== '' && unit.micros !== 1_000_000n) {
    return invalid(input, `a fraction is only allowed for seconds, not for ${word.toLowerCase()}`)
  }
  if (fraction.length > 9) return invalid(input, 'seconds have at most nine digits behind the point')
  const factor = sign === '-' ? -1n : 1n
  const fractionMicros = BigInt(fraction.padEnd(6, '0').slice(0, 6) || '0')
  return {
    months: factor * BigInt(whole || '0') * (unit.months ?? 0n),
    micros: factor * (BigInt(whole || '0') * (unit.micros ?? 0n) + fractionMicros),
  }
}

/** The sum of two intervals. */
export function addIntervals(left: Interval, right: Interval): Interval {
  return { months: left.months + right.months, micros: left.micros + right.micros }
}

/**
 * An interval in words: `1 hour 30 minutes`, `interval -2 days`, `1.5 seconds`. Throws INVALID_INTERVAL_FORMAT with the
 * text and the reason.
 */
export function parseInterval(text: string): Interval {
  const words = text
    .trim()
    .replace(/^interval\s+/i, '')
    .replace(/([+-])\s+/g, '$1')
    .split(/\s+/)
  if (words[0] === '') return invalid(text, 'it is empty')
  if (words.length % 2 === 1) return invalid(text, `a unit is missing behind '${words.at(-1)}'`)
  let sum: Interval = { months: 0n, micros: 0n }
  for (let i = 0; i < words.length; i += 2)
    sum = addIntervals(sum, intervalOf(words[i]!, words[i + 1]!, text))
  return sum
}

const dayFields = ['day', 'hour', 'minute', 'second'] as const
type DayField = (typeof dayFields)[number]

const microsOf: Readonly<Record<DayField, bigint>> = {
  day: 86_400_000_000n,
  hour: 3_600_000_000n,
  minute: 60_000_000n,
  second: 1_000_000n,
}
const limitOf: Readonly<Partial<Record<DayField, bigint>>> = { hour: 24n, minute: 60n, second: 60n }

/**
 * An interval in SQL's form with a range of units: `'1-6', 'year', 'month'`, `'1 02:30:00.5', 'day', 'second'`.
 * Throws INVALID_INTERVAL_FORMAT.
 */
export function parseIntervalRange(text: string, from: string, to: string): Interval {
  if (from === 'year' && to === 'month') return yearMonth(text)
  const first = dayFields.indexOf(from as DayField)
  const last = dayFields.indexOf(to as DayField)
  if (first === -1 || last <= first)
    return invalid(text, `there is no interval ${from} to ${to}`.toLowerCase())
  const fields = dayFields.slice(first, last + 1)
  const parts = rangePattern(fields).exec(text.trim())
  if (parts === null) return invalid(text, `it does not match ${fields.map(shape).join('')}`)
  let micros = fractionOf(parts[fields.length + 2])
  for (const [i, name] of fields.entries()) {
    const value = BigInt(parts[i + 2]!)
    const limit = i === 0 ? undefined : limitOf[name]
    if (limit !== undefined && value >= limit)
      return invalid(text, `${name} ${value} is outside 0 to ${limit - 1n}`)
    micros += value * microsOf[name]
  }
  return { months: 0n, micros: parts[1] === '-' ? -micros : micros }
}

function yearMonth(text: string): Interval {
  const parts = /^([+-]?)(\d+)-(\d+)$/.exec(text.trim())
  if (parts === null) return invalid(text, 'it does not match y-m')
  if (Number(parts[3]) > 11) return invalid(text, `month ${parts[3]} is outside 0 to 11`)
  const months = BigInt(parts[2]!) * 12n + BigInt(parts[3]!)
  return { months: parts[1] === '-' ? -months : months, micros: 0n }
}

function rangePattern(fields: readonly DayField[]): RegExp {
  const body = fields.map((_, i) =>
    i === 0 ? '(\\d+)' : `${fields[i - 1] === 'day' ? '\\s+' : ':'}(\\d{1,2})`,
  )
  const fraction = fields.at(-1) === 'second' ? '(?:\\.(\\d{1,9}))?' : ''
  return new RegExp(`^([+-]?)${body.join('')}${fraction}$`)
}

function shape(name: DayField): string {
  return { day: 'd ', hour: 'h', minute: ':m', second: ':s.n' }[name]
}

function fractionOf(digits: string | undefined): bigint {
  return BigInt((digits ?? '').padEnd(6, '0').slice(0, 6))
}

function unitNamed(word: string): Unit | undefined {
  const name = word.toLowerCase().replace(/s$/, '')
  return Object.hasOwn(units, name) ? units[name] : undefined
}

function unknownUnit(word: string): string {
  const near = nearest(word, Object.keys(units))
  const known = near === undefined ? `units are ${Object.keys(units).join(', ')}` : `did you mean '${near}'?`
  return `'${word}' is not a unit; ${known}`
}

function invalid(input: string, reason: string): never {
  throw new PipelineError('INVALID_INTERVAL_FORMAT', { input, reason })
}
