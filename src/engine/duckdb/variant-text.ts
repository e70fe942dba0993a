import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
  DuckDBVariantValue,
} from '@duckdb/node-api'
import { rawNumber, stringifyExact } from '../../types/exact-json.ts'

/** A variant as JSON text in the form of Spark's to_json: dates and times as texts, bytes in base64. */
export function variantText(value: DuckDBVariantValue): string {
  return stringifyExact(jsonOf(value))
}

function jsonOf(value: DuckDBValue): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (value === null || typeof value !== 'object') return value
  if (value instanceof DuckDBVariantValue) return jsonOf(value.value)
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, each]) => [name, jsonOf(each)]))
  }
  if (value instanceof DuckDBListValue) return value.items.map(jsonOf)
  if (value instanceof DuckDBDecimalValue) return rawNumber(value.toString())
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('base64')
  if (value instanceof DuckDBTimestampTZValue) return `${value.toString().replace(/\+00$/, '')}+00:00`
  if (value instanceof DuckDBDateValue || value instanceof DuckDBTimestampValue) return value.toString()
  return value.toString()
}
