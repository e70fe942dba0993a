import { PipelineError } from '../errors/index.ts'
import {
  BINARY,
  BOOLEAN,
  DOUBLE,
  decimal,
  INTEGER,
  LONG,
  STRING,
  TIMESTAMP,
  VOID,
} from '../types/data-type.ts'
import type { Literal } from './expression.ts'

/** What TypeScript code may write where a column is wanted. */
export type LiteralValue = null | boolean | number | bigint | string | Uint8Array | Date

const MAX_PRECISION = 38
const MIN_INT = -(2 ** 31)
const MAX_INT = 2 ** 31 - 1
const MIN_LONG = -(2n ** 63n)
const MAX_LONG = 2n ** 63n - 1n

/**
 * The literal of a TypeScript value, with the type that PySpark's `lit` gives: a whole number is INT or, beyond 32 bits,
 * BIGINT; other numbers are DOUBLE; a bigint is BIGINT or, beyond 64 bits, DECIMAL; a Date is TIMESTAMP.
 */
export function literalOf(value: LiteralValue): Literal {
  switch (typeof value) {
    case 'boolean':
      return { kind: 'Literal', value, dataType: BOOLEAN }
    case 'string':
      return { kind: 'Literal', value, dataType: STRING }
    case 'number':
      return numberLiteral(value)
    case 'bigint':
      return longLiteral(value)
    default:
      return objectLiteral(value)
  }
}

function numberLiteral(value: number): Literal {
  if (!Number.isSafeInteger(value) || Object.is(value, -0))
    return { kind: 'Literal', value, dataType: DOUBLE }
  if (value >= MIN_INT && value <= MAX_INT) return { kind: 'Literal', value, dataType: INTEGER }
  return { kind: 'Literal', value: BigInt(value), dataType: LONG }
}

function longLiteral(value: bigint): Literal {
  if (value >= MIN_LONG && value <= MAX_LONG) return { kind: 'Literal', value, dataType: LONG }
  const text = value.toString()
  const precision = text.replace('-', '').length
  if (precision > MAX_PRECISION) {
    throw new PipelineError('DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION', {
      precision: String(precision),
      maxPrecision: String(MAX_PRECISION),
    })
  }
  return { kind: 'Literal', value: text, dataType: decimal(precision, 0) }
}

function objectLiteral(value: null | Uint8Array | Date): Literal {
  if (value === null) return { kind: 'Literal', value, dataType: VOID }
  if (value instanceof Uint8Array) return { kind: 'Literal', value, dataType: BINARY }
  return {
    kind: 'Literal',
    value: value.toISOString().replace('T', ' ').replace('Z', ''),
    dataType: TIMESTAMP,
  }
}
