import type { DataType } from '../../types/data-type.ts'
import { exactDecimal, exactFloat, exactInteger, notFinite } from '../exact-number.ts'
import { fitMoment, type MomentOptions, quoted } from '../fit-scalar.ts'
import type { CsvDialect } from './csv-dialect.ts'

/** A CSV value as the JSON text of a column's value; undefined when it does not fit exactly. */
export function fitCsv(
  text: string,
  type: DataType,
  dialect: CsvDialect,
  moments: MomentOptions,
): string | undefined {
  switch (type.kind) {
    case 'string':
      return text.isWellFormed() ? JSON.stringify(text) : undefined
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      return exactInteger(text.replace(/^\+(?=\d)/, ''), type.kind)
    case 'decimal':
      return quoted(exactDecimal(text, type))
    case 'float':
    case 'double':
      return quoted(infiniteOf(text, dialect)) ?? exactFloat(text.trim(), type.kind)
    case 'boolean':
      return /^(true|false)$/i.test(text) ? text.toLowerCase() : undefined
    case 'date':
    case 'timestamp':
    case 'timestamp_ntz':
      return quoted(fitMoment(text, type.kind, moments))
    default:
      return undefined
  }
}

function infiniteOf(text: string, dialect: CsvDialect): string | undefined {
  if (text === dialect.nanValue) return 'NaN'
  if (text === dialect.positiveInf) return 'Infinity'
  return text === dialect.negativeInf ? '-Infinity' : notFinite(text)
}
