import { type Column, type ColumnOrLiteral, type ColumnOrName, call, columnOf } from '../column.ts'

// Mathematical functions.

/** `abs(number)`: without its sign */
export function abs(number: ColumnOrName): Column {
  return call('abs', columnOf(number))
}

/** `acos(number)`: the angle of a cosine */
export function acos(number: ColumnOrName): Column {
  return call('acos', columnOf(number))
}

/** `acosh(number)`: the inverse hyperbolic cosine */
export function acosh(number: ColumnOrName): Column {
  return call('acosh', columnOf(number))
}

/** `asin(number)`: the angle of a sine */
export function asin(number: ColumnOrName): Column {
  return call('asin', columnOf(number))
}

/** `asinh(number)`: the inverse hyperbolic sine */
export function asinh(number: ColumnOrName): Column {
  return call('asinh', columnOf(number))
}

/** `atan(number)`: the angle of a tangent */
export function atan(number: ColumnOrName): Column {
  return call('atan', columnOf(number))
}

/** `atan2(y, x)`: the angle of a point */
export function atan2(y: ColumnOrName, x: ColumnOrName): Column {
  return call('atan2', columnOf(y), columnOf(x))
}

/** `atanh(number)`: the inverse hyperbolic tangent */
export function atanh(number: ColumnOrName): Column {
  return call('atanh', columnOf(number))
}

/** `bin(number)`: in base 2 */
export function bin(number: ColumnOrName): Column {
  return call('bin', columnOf(number))
}

/** `bit_count(value)`: how many bits are set */
export function bitCount(value: ColumnOrName): Column {
  return call('bit_count', columnOf(value))
}

/** `bit_get(number, position)`: one bit, from the right */
export function bitGet(number: ColumnOrName, position: ColumnOrLiteral): Column {
  return call('bit_get', columnOf(number), position)
}

/** `~number`: every bit turned */
export function bitwiseNot(number: ColumnOrName): Column {
  return call('~', columnOf(number))
}

/** `bround(number[, digits])`: rounded, halves to the even digit */
export function bround(number: ColumnOrName, digits?: ColumnOrLiteral): Column {
  return call('bround', columnOf(number), digits)
}

/** `cbrt(number)`: the cube root */
export function cbrt(number: ColumnOrName): Column {
  return call('cbrt', columnOf(number))
}

/** `ceil(number[, digits])`: rounded up */
export function ceil(number: ColumnOrName, digits?: ColumnOrLiteral): Column {
  return call('ceil', columnOf(number), digits)
}

/** `ceiling(number[, digits])`: rounded up */
export function ceiling(number: ColumnOrName, digits?: ColumnOrLiteral): Column {
  return call('ceiling', columnOf(number), digits)
}

/** `conv(digits, fromBase, toBase)`: a number written in another base */
export function conv(digits: ColumnOrName, fromBase: ColumnOrLiteral, toBase: ColumnOrLiteral): Column {
  return call('conv', columnOf(digits), fromBase, toBase)
}

/** `cos(number)`: the cosine */
export function cos(number: ColumnOrName): Column {
  return call('cos', columnOf(number))
}

/** `cosh(number)`: the hyperbolic cosine */
export function cosh(number: ColumnOrName): Column {
  return call('cosh', columnOf(number))
}

/** `cot(number)`: the cotangent */
export function cot(number: ColumnOrName): Column {
  return call('cot', columnOf(number))
}

/** `csc(number)`: the cosecant */
export function csc(number: ColumnOrName): Column {
  return call('csc', columnOf(number))
}

/** `degrees(number)`: radians in degrees */
export function degrees(number: ColumnOrName): Column {
  return call('degrees', columnOf(number))
}

/** `e()`: Euler's number */
export function e(): Column {
  return call('e')
}

/** `exp(number)`: e to this power */
export function exp(number: ColumnOrName): Column {
  return call('exp', columnOf(number))
}

/** `expm1(number)`: e to this power, less 1 */
export function expm1(number: ColumnOrName): Column {
  return call('expm1', columnOf(number))
}

/** `factorial(number)`: the factorial, up to 20 */
export function factorial(number: ColumnOrName): Column {
  return call('factorial', columnOf(number))
}

/** `floor(number[, digits])`: rounded down */
export function floor(number: ColumnOrName, digits?: ColumnOrLiteral): Column {
  return call('floor', columnOf(number), digits)
}

/** `greatest(columns, ...)`: the greatest, without NULLs */
export function greatest(...columns: readonly ColumnOrName[]): Column {
  return call('greatest', ...columns.map(columnOf))
}

/** `hypot(x, y)`: the length of the hypotenuse */
export function hypot(x: ColumnOrName, y: ColumnOrName): Column {
  return call('hypot', columnOf(x), columnOf(y))
}

/** `isnan(number)`: whether it is not a number; false for NULL */
export function isnan(number: ColumnOrName): Column {
  return call('isnan', columnOf(number))
}

/** `least(columns, ...)`: the least, without NULLs */
export function least(...columns: readonly ColumnOrName[]): Column {
  return call('least', ...columns.map(columnOf))
}

/** `ln(number)`: the natural logarithm */
export function ln(number: ColumnOrName): Column {
  return call('ln', columnOf(number))
}

/** `log10(number)`: the logarithm to base 10 */
export function log10(number: ColumnOrName): Column {
  return call('log10', columnOf(number))
}

/** `log1p(number)`: the natural logarithm of 1 more */
export function log1p(number: ColumnOrName): Column {
  return call('log1p', columnOf(number))
}

/** `log2(number)`: the logarithm to base 2 */
export function log2(number: ColumnOrName): Column {
  return call('log2', columnOf(number))
}

/** `mod(number, divisor)`: the rest of a division, with the sign of the number */
export function mod(number: ColumnOrName, divisor: ColumnOrName): Column {
  return call('mod', columnOf(number), columnOf(divisor))
}

/** `nanvl(number, otherwise)`: the other where it is not a number */
export function nanvl(number: ColumnOrName, otherwise: ColumnOrName): Column {
  return call('nanvl', columnOf(number), columnOf(otherwise))
}

/** `-number`: with the other sign */
export function negative(number: ColumnOrName): Column {
  return call('negative', columnOf(number))
}

/** `pi()`: the number pi */
export function pi(): Column {
  return call('pi')
}

/** `pmod(number, divisor)`: the rest of a division, never negative for a positive divisor */
export function pmod(number: ColumnOrName, divisor: ColumnOrName): Column {
  return call('pmod', columnOf(number), columnOf(divisor))
}

/** `pow(base, exponent)`: a power */
export function pow(base: ColumnOrName, exponent: ColumnOrName): Column {
  return call('pow', columnOf(base), columnOf(exponent))
}

/** `power(base, exponent)`: a power */
export function power(base: ColumnOrName, exponent: ColumnOrName): Column {
  return call('power', columnOf(base), columnOf(exponent))
}

/** `radians(number)`: degrees in radians */
export function radians(number: ColumnOrName): Column {
  return call('radians', columnOf(number))
}

/** `rand()`: a random number from 0 to 1, without 1 */
export function rand(): Column {
  return call('rand')
}

/** `randn()`: a random number of the standard normal distribution */
export function randn(): Column {
  return call('randn')
}

/** `rint(number)`: rounded to a whole number, halves to the even one */
export function rint(number: ColumnOrName): Column {
  return call('rint', columnOf(number))
}

/** `round(number[, digits])`: rounded, halves away from zero */
export function round(number: ColumnOrName, digits?: ColumnOrLiteral): Column {
  return call('round', columnOf(number), digits)
}

/** `sec(number)`: the secant */
export function sec(number: ColumnOrName): Column {
  return call('sec', columnOf(number))
}

/** `shiftleft(number, bits)`: bits moved left */
export function shiftLeft(number: ColumnOrName, bits: ColumnOrLiteral): Column {
  return call('shiftleft', columnOf(number), bits)
}

/** `shiftright(number, bits)`: bits moved right, the sign kept */
export function shiftRight(number: ColumnOrName, bits: ColumnOrLiteral): Column {
  return call('shiftright', columnOf(number), bits)
}

/** `shiftrightunsigned(number, bits)`: bits moved right, zeros put in */
export function shiftRightUnsigned(number: ColumnOrName, bits: ColumnOrLiteral): Column {
  return call('shiftrightunsigned', columnOf(number), bits)
}

/** `sign(number)`: -1, 0 or 1 */
export function sign(number: ColumnOrName): Column {
  return call('sign', columnOf(number))
}

/** `signum(number)`: -1, 0 or 1 */
export function signum(number: ColumnOrName): Column {
  return call('signum', columnOf(number))
}

/** `sin(number)`: the sine */
export function sin(number: ColumnOrName): Column {
  return call('sin', columnOf(number))
}

/** `sinh(number)`: the hyperbolic sine */
export function sinh(number: ColumnOrName): Column {
  return call('sinh', columnOf(number))
}

/** `sqrt(number)`: the square root */
export function sqrt(number: ColumnOrName): Column {
  return call('sqrt', columnOf(number))
}

/** `tan(number)`: the tangent */
export function tan(number: ColumnOrName): Column {
  return call('tan', columnOf(number))
}

/** `tanh(number)`: the hyperbolic tangent */
export function tanh(number: ColumnOrName): Column {
  return call('tanh', columnOf(number))
}

/** `try_add(left, right)`: the sum, or NULL beyond the range */
export function tryAdd(left: ColumnOrName, right: ColumnOrName): Column {
  return call('try_add', columnOf(left), columnOf(right))
}

/** `try_subtract(left, right)`: the difference, or NULL beyond the range */
export function trySubtract(left: ColumnOrName, right: ColumnOrName): Column {
  return call('try_subtract', columnOf(left), columnOf(right))
}

/** `try_multiply(left, right)`: the product, or NULL beyond the range */
export function tryMultiply(left: ColumnOrName, right: ColumnOrName): Column {
  return call('try_multiply', columnOf(left), columnOf(right))
}

/** `try_divide(left, right)`: the quotient, or NULL by 0 */
export function tryDivide(left: ColumnOrName, right: ColumnOrName): Column {
  return call('try_divide', columnOf(left), columnOf(right))
}

/** `try_mod(left, right)`: the rest of a division, or NULL by 0 */
export function tryMod(left: ColumnOrName, right: ColumnOrName): Column {
  return call('try_mod', columnOf(left), columnOf(right))
}

/** `width_bucket(value, low, high, count)`: the bucket of a histogram, from 1 */
export function widthBucket(
  value: ColumnOrName,
  low: ColumnOrLiteral,
  high: ColumnOrLiteral,
  count: ColumnOrLiteral,
): Column {
  return call('width_bucket', columnOf(value), low, high, count)
}
