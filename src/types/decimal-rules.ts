import { type DataType, type DecimalType, decimal } from './data-type.ts'

const MAX_PRECISION = 38
/** Digits behind the point that a result keeps where it must give some up. */
const MIN_ADJUSTED_SCALE = 6

/** `DECIMAL(38,18)`, which a string becomes where any decimal is wanted. */
export const SYSTEM_DEFAULT_DECIMAL: DecimalType = decimal(38, 18)

/** Precision and scale of decimal arithmetic (Spark's DecimalPrecision, `allowPrecisionLoss` on). */
export function decimalResult(
  operator: '+' | '-' | '*' | '/' | '%',
  left: DecimalType,
  right: DecimalType,
): DecimalType {
  const [p1, s1, p2, s2] = [left.precision, left.scale, right.precision, right.scale]
  switch (operator) {
    case '+':
    case '-': {
      const scale = Math.max(s1, s2)
      return adjusted(Math.max(p1 - s1, p2 - s2) + scale + 1, scale)
    }
    case '*':
      return adjusted(p1 + p2 + 1, s1 + s2)
    case '/': {
      const scale = Math.max(MIN_ADJUSTED_SCALE, s1 + p2 + 1)
      return adjusted(p1 - s1 + s2 + scale, scale)
    }
    case '%': {
      const scale = Math.max(s1, s2)
      return adjusted(Math.min(p1 - s1, p2 - s2) + scale, scale)
    }
  }
}

/** Beyond 38 digits the integral part is kept and the scale reduced, to 6 at the least. */
function adjusted(precision: number, scale: number): DecimalType {
  if (precision <= MAX_PRECISION) return decimal(precision, scale)
  const integral = precision - scale
  return decimal(MAX_PRECISION, Math.max(MAX_PRECISION - integral, Math.min(scale, MIN_ADJUSTED_SCALE)))
}

/** Precision and scale cut at 38: the results of `sum` (+10, +0) and `avg` (+4, +4). */
export function grownDecimal(type: DecimalType, precision: number, scale: number): DecimalType {
  return decimal(
    Math.min(MAX_PRECISION, type.precision + precision),
    Math.min(MAX_PRECISION, type.scale + scale),
  )
}

/** The decimal that holds the values of both. */
export function widerDecimal(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale)
  const integral = Math.max(a.precision - a.scale, b.precision - b.scale)
  return decimal(Math.min(MAX_PRECISION, integral + scale), Math.min(MAX_PRECISION, scale))
}

/** True when each value of `b` is one of `a`. */
export function holdsDecimal(a: DecimalType, b: DecimalType): boolean {
  return a.precision - a.scale >= b.precision - b.scale && a.scale >= b.scale
}

/** The decimal that stands for a numeric type in decimal arithmetic; undefined for types that are not numeric. */
export function decimalFor(type: DataType): DecimalType | undefined {
  switch (type.kind) {
    case 'decimal':
      return type
    case 'byte':
      return decimal(3, 0)
    case 'short':
      return decimal(5, 0)
    case 'integer':
      return decimal(10, 0)
    case 'long':
      return decimal(20, 0)
    case 'float':
      return decimal(14, 7)
    case 'double':
      return decimal(30, 15)
    default:
      return undefined
  }
}

/** The narrowest decimal that holds a whole-number literal: `100` is DECIMAL(3,0). */
export function decimalOfWholeNumber(value: number | bigint): DecimalType {
  return decimal(value.toString().replace('-', '').length, 0)
}
