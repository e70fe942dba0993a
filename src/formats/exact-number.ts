import type { DecimalType } from '../types/data-type.ts'

/**
 * Which number texts a numeric column can hold without losing anything. Spark's JSON reader takes integers only where
 * the text has neither point nor exponent; where Spark rounds silently (decimals, long fractions), the value does not fit.
 */

const INTEGER = /^-?\d+$/
const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  byte: [-128n, 127n],
  short: [-32768n, 32767n],
  integer: [-2147483648n, 2147483647n],
  long: [-(2n ** 63n), 2n ** 63n - 1n],
}

/** `text` as an integer of that kind, in plain digits; undefined when it does not fit. */
export function exactInteger(text: string, kind: 'byte' | 'short' | 'integer' | 'long'): string | undefined {
  if (!INTEGER.test(text) || text.length > 40) return undefined
  const value = BigInt(text)
  const [lowest, highest] = RANGES[kind]!
  return value >= lowest && value <= highest ? value.toString() : undefined
}

/** A number text taken apart: value = digits * 10^exponent; digits without leading and trailing zeros. */
interface Parts {
  readonly isNegative: boolean
  readonly digits: string
  readonly exponent: number
}

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/

function partsOf(text: string): Parts | undefined {
  const match = NUMBER.exec(text)
  const whole = match?.[2] ?? ''
  const fraction = match?.[3] ?? ''
  if (match === null || whole.length + fraction.length === 0) return undefined
  const all = whole + fraction
  const digits = all.replace(/^0+/, '').replace(/0+$/, '')
  const trailing = all.length - all.replace(/0+$/, '').length
  const exponent = digits === '' ? 0 : Number(match[4] ?? 0) - fraction.length + trailing
  return { isNegative: match[1] === '-', digits, exponent }
}

/** `text` as a decimal of that type in plain digits, `-12.50`; undefined when a digit would be lost. */
export function exactDecimal(text: string, type: DecimalType): string | undefined {
  const parts = partsOf(text)
  if (parts === undefined) return undefined
  const { digits, exponent } = parts
  if (digits === '') return '0'
  if (-exponent > type.scale || digits.length + exponent > type.precision - type.scale) return undefined
  const unscaled = (digits + '0'.repeat(exponent + type.scale)).padStart(type.scale + 1, '0')
  const point = unscaled.length - type.scale
  const plain = type.scale === 0 ? unscaled : `${unscaled.slice(0, point)}.${unscaled.slice(point)}`
  return parts.isNegative ? `-${plain}` : plain
}

/** Digits that a binary float tells apart: up to so many, a fraction's nearest float is taken as the number itself. */
const FLOAT_DIGITS = { double: 17, float: 9 } as const

/**
 * `text` as the nearest float, printed so that it reads back the same. It fits when the float, printed with as many
 * digits, gives the number back, or when it is a fraction of no more digits than such a float can tell apart.
 */
export function exactFloat(text: string, kind: 'double' | 'float'): string | undefined {
  const parts = partsOf(text)
  if (parts === undefined) return undefined
  const { digits } = parts
  if (digits === '') return parts.isNegative ? '-0.0' : '0.0'
  const value = kind === 'double' ? Number(text) : Math.fround(Number(text))
  if (!Number.isFinite(value) || value === 0) return undefined
  const isFraction = !INTEGER.test(text)
  if (!(isFraction && digits.length <= FLOAT_DIGITS[kind]) && !printsAs(value, parts)) return undefined
  return String(value)
}

function printsAs(value: number, wanted: Parts): boolean {
  if (wanted.digits.length > 100) return false
  const printed = partsOf(value.toPrecision(wanted.digits.length))
  return printed?.digits === wanted.digits && printed.exponent === wanted.exponent
}

const NOT_FINITE: Readonly<Record<string, string>> = {
  NaN: 'NaN',
  Infinity: 'Infinity',
  '+Infinity': 'Infinity',
  '+INF': 'Infinity',
  '-Infinity': '-Infinity',
  '-INF': '-Infinity',
}

/** Spark's spellings of values that are no finite number. */
export function notFinite(text: string): string | undefined {
  return NOT_FINITE[text]
}

/** The smallest decimal type that holds `text` exactly; undefined beyond 38 digits. */
export function decimalTypeOf(text: string): DecimalType | undefined {
  const parts = partsOf(text)
  if (parts === undefined) return undefined
  const fraction = /\.(\d*)/.exec(text)?.[1]?.length ?? 0
  const scale = Math.max(-parts.exponent, /[eE]/.test(text) ? 0 : fraction, 0)
  const whole = Math.max(parts.digits.length + parts.exponent, 0)
  return whole + scale > 38 ? undefined : { kind: 'decimal', precision: Math.max(whole + scale, 1), scale }
}
