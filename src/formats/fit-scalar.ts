import type { DataType } from '../types/data-type.ts'
import type { DatetimePattern } from './datetime-pattern.ts'
import { exactDecimal, exactFloat, exactInteger, notFinite } from './exact-number.ts'
import { exactDate, exactTimestamp, exactTimestampNtz, timestampText } from './temporal.ts'

/** How texts become dates and timestamps. */
export interface MomentOptions {
  /** Zone of timestamps that name none. */
  readonly zone: string
  readonly dateFormat?: DatetimePattern
  readonly timestampFormat?: DatetimePattern
  readonly timestampNtzFormat?: DatetimePattern
}

/**
 * A date or timestamp column's value from text, or undefined when the text does not fit exactly.
 * Dates `YYYY-MM-DD`, timestamps `YYYY-MM-DD HH:MM:SS.ffffff` (UTC where the type has a zone).
 */
export function fitMoment(
  text: string,
  kind: 'date' | 'timestamp' | 'timestamp_ntz',
  options: MomentOptions,
): string | undefined {
  switch (kind) {
    case 'date':
      return options.dateFormat === undefined ? exactDate(text) : options.dateFormat.date(text)
    case 'timestamp': {
      const format = options.timestampFormat
      const fitted =
        format === undefined ? exactTimestamp(text, options.zone) : format.timestamp(text, options.zone)
      return fitted === undefined ? undefined : `${fitted}+00`
    }
    case 'timestamp_ntz':
      return options.timestampNtzFormat === undefined
        ? exactTimestampNtz(text)
        : options.timestampNtzFormat.timestampNtz(text)
  }
}

/** An unquoted number as the JSON text of a column's value; undefined when it does not fit exactly. */
export function fitNumber(text: string, type: DataType): string | undefined {
  switch (type.kind) {
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      return exactInteger(text, type.kind)
    case 'decimal':
      return quoted(exactDecimal(text, type))
    case 'float':
    case 'double':
      return quoted(notFinite(text)) ?? exactFloat(text, type.kind)
    case 'timestamp':
      return quoted(fromEpoch(text))
    case 'string':
    case 'variant':
      return JSON.stringify(text)
    default:
      return undefined
  }
}

/** Spark reads an integer in a TIMESTAMP column as seconds since the epoch. */
function fromEpoch(text: string): string | undefined {
  if (!/^-?\d{1,12}$/.test(text)) return undefined
  const found = timestampText(Number(text), 0)
  return found === undefined ? undefined : `${found}+00`
}

/** DuckDB's text form of bytes. */
export function binaryText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('')
}

export function quoted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : JSON.stringify(text)
}
