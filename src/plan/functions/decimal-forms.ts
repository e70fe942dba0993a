import { type DataType, type DecimalType, decimal } from '../../types/data-type.ts'
import type { PrintedCall } from './signature.ts'

const MAX_DIGITS = 38
/** DuckDB computes with 64 bits, and refuses what has more digits, unless an operand is wider. */
const SHORT_DIGITS = 18

type Call = Pick<PrintedCall, 'dataType' | 'typeName'>

/**
 * A quotient of decimals, exact and rounded half up as Spark's: both sides as whole numbers, divided as 128-bit
 * integers. DuckDB's own `/` goes through double.
 */
export function printDecimalDivision(
  left: string,
  right: string,
  x: DecimalType,
  y: DecimalType,
  call: Call,
): string {
  const result = call.dataType as DecimalType
  const numerator = `${unscaled(left, x)} * ${powerOfTen(result.scale - x.scale + y.scale)}`
  return fromUnscaled(`millrace.divide_half_up(${numerator}, ${unscaled(right, y)})`, result, call.typeName)
}

/** A sum over a count, exact and rounded half up; NULL for no values. The digits of the result decide what fits, not those of the sum. */
export function printDecimalAverage(sum: string, count: string, type: DecimalType, call: Call): string {
  const result = call.dataType as DecimalType
  const unit = powerOfTen(result.scale - type.scale)
  const average = `millrace.average(${unscaled(sum, type)}, nullif(${count}, 0), ${unit})`
  return fromUnscaled(average, result, call.typeName)
}

/** The whole part of a quotient of decimals. */
export function printDecimalDiv(left: string, right: string, x: DecimalType, y: DecimalType): string {
  const scale = Math.max(x.scale, y.scale)
  const [n, d] = [aligned(left, x, scale), aligned(right, y, scale)]
  return `CAST(${n} // ${d} AS BIGINT)`
}

function aligned(sql: string, type: DecimalType, scale: number): string {
  const digits = unscaled(sql, type)
  return scale === type.scale ? digits : `(${digits} * ${powerOfTen(scale - type.scale)})`
}

/** `+`, `-` and `%`. */
export function printDecimalInfix(
  symbol: '+' | '-' | '%',
  left: string,
  right: string,
  x: DecimalType,
  y: DecimalType,
  call: Call,
): string {
  const digits = Math.max(x.precision - x.scale, y.precision - y.scale) + Math.max(x.scale, y.scale) + 1
  const [a, b] = wideEnough(left, right, x, y, digits, call)
  return `CAST(${a} ${symbol} ${b} AS ${call.typeName(call.dataType)})`
}

/**
 * A product. Where Spark keeps fewer digits behind the point than both sides have together, the whole product may be beyond
 * 38 digits: it is made of parts of 19 digits and rounded half up.
 */
export function printDecimalProduct(
  left: string,
  right: string,
  x: DecimalType,
  y: DecimalType,
  call: Call,
): string {
  const result = call.dataType as DecimalType
  const dropped = x.scale + y.scale - result.scale
  if (dropped <= 0) {
    const [a, b] = wideEnough(left, right, x, y, x.precision + y.precision, call)
    return `CAST(${a} * ${b} AS ${call.typeName(result)})`
  }
  const factors = `${unscaled(left, x)}, ${unscaled(right, y)}`
  const powers = `${powerOfTen(dropped)}, ${powerOfTen(MAX_DIGITS - dropped)}`
  return fromUnscaled(`millrace.multiply_wide(${factors}, ${powers})`, result, call.typeName)
}

/** Both operands, the left one widened where the result needs more digits than 64 bits hold. */
function wideEnough(
  left: string,
  right: string,
  x: DecimalType,
  y: DecimalType,
  digits: number,
  { typeName }: Call,
): readonly [string, string] {
  const isShort = x.precision <= SHORT_DIGITS && y.precision <= SHORT_DIGITS
  if (!isShort || digits <= SHORT_DIGITS) return [left, right]
  return [`CAST(${left} AS ${typeName(decimal(SHORT_DIGITS + 1, x.scale))})`, right]
}

/** The decimal whose digits, without the point, are those of a HUGEINT. */
function fromUnscaled(sql: string, type: DecimalType, typeName: (type: DataType) => string): string {
  const { scale } = type
  const whole = `CAST(${sql} AS DECIMAL(38,0))`
  if (scale === 0) return `CAST(${whole} AS ${typeName(type)})`
  const unit = `CAST(0.${'0'.repeat(scale - 1)}1 AS DECIMAL(${scale},${scale}))`
  return `CAST(${whole} * ${unit} AS ${typeName(type)})`
}

/** The digits of a decimal as a HUGEINT: 1.50 of scale 2 is 150. */
function unscaled(sql: string, { precision, scale }: DecimalType): string {
  if (scale === 0) return `CAST(${sql} AS HUGEINT)`
  if (precision + scale > MAX_DIGITS) return `millrace.unscaled(${sql}, ${powerOfTen(scale)}, ${scale})`
  const width = precision > SHORT_DIGITS || precision + scale < SHORT_DIGITS ? scale + 1 : SHORT_DIGITS + 1
  return `CAST(${sql} * CAST(1e${scale} AS DECIMAL(${width},0)) AS HUGEINT)`
}

function powerOfTen(exponent: number): string {
  return `CAST(1${'0'.repeat(exponent)} AS HUGEINT)`
}
