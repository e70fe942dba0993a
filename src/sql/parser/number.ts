import { PipelineError } from '../../errors/index.ts'
import type { Literal } from '../../plan/expression.ts'
import { BYTE, type DataType, DOUBLE, decimal, FLOAT, INTEGER, LONG, SHORT } from '../../types/data-type.ts'
import type { Cursor } from '../cursor.ts'

const MAX_PRECISION = 38

/** Ranges of the whole-number types by suffix, as Spark names them in errors. */
const wholeTypes: Readonly<Record<string, { name: string; type: DataType; bits: bigint }>> = {
  Y: { name: 'tinyint', type: BYTE, bits: 8n },
  S: { name: 'smallint', type: SHORT, bits: 16n },
  L: { name: 'bigint', type: LONG, bits: 64n },
}

/**
 * The number at the cursor, `sign` in front of it: `1` INT (BIGINT or DECIMAL where it does not fit), `1.5` DECIMAL, `1e3`
 * DOUBLE, and the suffixes Y, S, L, F, D, BD. Throws INVALID_NUMERIC_LITERAL_RANGE.
 */
export function parseNumber(cursor: Cursor, sign: '' | '-', start = cursor.token): Literal {
  const { text } = cursor.advance()
  const [, digits = '', suffix = ''] = /^(.*?)(bd|[lsydf])?$/i.exec(text)!
  const position = cursor.position(start)
  const literal = (value: Literal['value'], dataType: DataType): Literal => ({
    kind: 'Literal',
    value,
    dataType,
    position,
  })
  switch (suffix.toUpperCase()) {
    case 'D':
      return literal(inRange(cursor, Number(sign + digits), text, 'double', start), DOUBLE)
    case 'F':
      return literal(inRange(cursor, Math.fround(Number(sign + digits)), text, 'float', start), FLOAT)
    case 'BD':
      return literal(...decimalOf(cursor, sign, digits, start))
    case '':
      break
    default:
      return literal(...wholeOf(cursor, sign + digits, suffix.toUpperCase(), start))
  }
  if (/e/i.test(digits)) return literal(inRange(cursor, Number(sign + digits), text, 'double', start), DOUBLE)
  if (digits.includes('.')) return literal(...decimalOf(cursor, sign, digits, start))
  const value = BigInt(digits) * (sign === '-' ? -1n : 1n)
  if (BigInt.asIntN(32, value) === value) return literal(Number(value), INTEGER)
  if (BigInt.asIntN(64, value) === value) return literal(value, LONG)
  return literal(...decimalOf(cursor, sign, digits, start))
}

function wholeOf(
  cursor: Cursor,
  digits: string,
  suffix: string,
  start: Cursor['token'],
): [Literal['value'], DataType] {
  const { name, type, bits } = wholeTypes[suffix]!
  if (!/^-?\d+$/.test(digits)) cursor.fail('a whole number before the suffix', [])
  const value = BigInt(digits)
  if (BigInt.asIntN(Number(bits), value) !== value) {
    const most = 2n ** (bits - 1n)
    throw new PipelineError(
      'INVALID_NUMERIC_LITERAL_RANGE',
      { literal: digits, typeName: name, minValue: String(-most), maxValue: String(most - 1n) },
      { position: cursor.position(start) },
    )
  }
  return [type === LONG ? value : Number(value), type]
}

/** Precision and scale are those of the digits as written, an exponent applied. */
function decimalOf(
  cursor: Cursor,
  sign: string,
  text: string,
  start: Cursor['token'],
): [Literal['value'], DataType] {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const shift = Number(exponent)
  // A shift that large can only fail, and must not allocate its digits first.
  const scale = Math.abs(shift) > 1000 ? MAX_PRECISION + 1 : Math.max(fraction.length - shift, 0)
  const digits = (
    whole +
    fraction +
    '0'.repeat(Math.min(Math.max(shift - fraction.length, 0), 1000))
  ).replace(/^0+/, '')
  const precision = Math.max(digits.length, scale, 1)
  if (precision > MAX_PRECISION) {
    const parameters = { precision: String(precision), maxPrecision: String(MAX_PRECISION) }
    throw new PipelineError('DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION', parameters, {
      position: cursor.position(start),
    })
  }
  return [sign + withPoint(digits, scale), decimal(precision, scale)]
}

function withPoint(digits: string, scale: number): string {
  const padded = digits.padStart(scale + 1, '0')
  return scale === 0 ? padded : `${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}

function inRange(
  cursor: Cursor,
  value: number,
  literal: string,
  typeName: 'double' | 'float',
  start: Cursor['token'],
): number {
  if (Number.isFinite(value)) return value
  const most = typeName === 'double' ? '1.7976931348623157E308' : '3.4028234663852886E38'
  throw new PipelineError(
    'INVALID_NUMERIC_LITERAL_RANGE',
    { literal, typeName, minValue: `-${most}`, maxValue: most },
    { position: cursor.position(start) },
  )
}
