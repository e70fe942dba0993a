import type { DataType } from '../../../types/data-type.ts'
import { dateDays, decimalUnits, parseMoment, type Scalar } from './scalar.ts'

/**
 * A partition value or a text literal as a value of a type, read as the engine reads it (timestamps without a zone are
 * UTC). Undefined for what is no such value, and for types that are not compared.
 */
export function scalarOfText(text: string, type: DataType): Scalar | undefined {
  switch (type.kind) {
    case 'string':
      return text
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      return /^[+-]?\d+$/.test(text.trim()) ? BigInt(text.trim().replace(/^\+/, '')) : undefined
    case 'decimal':
      return decimalUnits(text, type.scale, 'exact')
    case 'float':
      return numberOf(text, Math.fround)
    case 'double':
      return numberOf(text, (value) => value)
    case 'boolean':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : undefined
    case 'date':
      return dateDays(text)
    case 'timestamp':
    case 'timestamp_ntz':
      return parseMoment(text)?.micros
    default:
      return undefined
  }
}

function numberOf(text: string, round: (value: number) => number): number | undefined {
  const special = /^([+-]?)(nan|inf|infinity)$/i.exec(text)
  if (special !== null) {
    if (special[2]!.toLowerCase() === 'nan') return Number.NaN
    return special[1] === '-' ? -Infinity : Infinity
  }
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? round(Number(text)) : undefined
}
