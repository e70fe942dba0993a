import type { DataType, DecimalType } from '../../types/data-type.ts'
import type { PrintedCall } from './signature.ts'

const MAX_DIGITS = 38

/**
 * A quotient of decimals, exact and rounded half up as Spark's: both sides as whole numbers, divided as 128-bit
 * integers. DuckDB's own `/` goes through double.
 */
export function printDecimalDivision(
  left: string,
  right: string,
  x: DecimalType,
  y: DecimalType,
  call: Pick<PrintedCall, 'dataType' | 'typeName'>,
): string {
  const result = call.dataType as DecimalType
  const shift = result.scale - x.scale + y.scale
  const numerator = `${unscaled(left, x)} * ${powerOfTen(shift)}`
  return fromUnscaled(`millrace.divide_half_up(${numerator}, ${unscaled(right, y)})`, result, call.typeName)
}

/** The decimal whose digits, without the point, are those of a HUGEINT. */
export function fromUnscaled(sql: string, type: DecimalType, typeName: (type: DataType) => string): string {
  const { scale } = type
  const whole = `CAST(${sql} AS DECIMAL(38,0))`
  if (scale === 0) return `CAST(${whole} AS ${typeName(type)})`
  const unit = `CAST(0.${'0'.repeat(scale - 1)}1 AS DECIMAL(${scale},${scale}))`
  return `CAST(${whole} * ${unit} AS ${typeName(type)})`
}

/** The digits of a decimal as a HUGEINT: 1.50 of scale 2 is 150. */
export function unscaled(sql: string, { precision, scale }: DecimalType): string {
  if (scale === 0) return `CAST(${sql} AS HUGEINT)`
  if (precision + scale > MAX_DIGITS) return `millrace.unscaled(${sql}, ${powerOfTen(scale)}, ${scale})`
  return `CAST(${sql} * CAST(1e${scale} AS DECIMAL(${scale + 1},0)) AS HUGEINT)`
}

function powerOfTen(exponent: number): string {
  return `CAST(1${'0'.repeat(exponent)} AS HUGEINT)`
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
  call: Pick<PrintedCall, 'dataType' | 'typeName'>,
): string {
  const result = call.dataType as DecimalType
  const dropped = x.scale + y.scale - result.scale
  if (dropped <= 0) return `CAST(${left} * ${right} AS ${call.typeName(result)})`
  const factors = `${unscaled(left, x)}, ${unscaled(right, y)}`
  const powers = `${powerOfTen(dropped)}, ${powerOfTen(MAX_DIGITS - dropped)}`
  return fromUnscaled(`millrace.multiply_wide(${factors}, ${powers})`, result, call.typeName)
}
