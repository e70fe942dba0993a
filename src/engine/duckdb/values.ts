import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
  DuckDBVariantValue,
} from '@duckdb/node-api'
import type { StructType } from '../../types/data-type.ts'
import type { Row, Value } from '../engine.ts'
import { variantText } from './variant-text.ts'

/** A row of DuckDB's client in the engine's value forms. */
export function decodeRow(row: readonly DuckDBValue[], schema: StructType): Row {
  return schema.fields.map((_, i) => decode(row[i]!))
}

function decode(value: DuckDBValue): Value {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) {
    return timestampText(value.micros)
  }
  if (value instanceof DuckDBDateValue || value instanceof DuckDBDecimalValue) return value.toString()
  if (value instanceof DuckDBBlobValue) return value.bytes
  if (value instanceof DuckDBListValue) return value.items.map(decode)
  if (value instanceof DuckDBMapValue) {
    return new Map(value.entries.map(({ key, value: item }) => [decode(key), decode(item)]))
  }
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, item]) => [name, decode(item)]))
  }
  if (value instanceof DuckDBIntervalValue) return intervalValue(value)
  if (value instanceof DuckDBVariantValue) return variantText(value)
  return value.toString()
}

/** Months for a year-month interval, microseconds for a day-time one. */
function intervalValue(value: DuckDBIntervalValue): bigint {
  if (value.months !== 0) return BigInt(value.months)
  return BigInt(value.days) * 86_400_000_000n + value.micros
}

/** `YYYY-MM-DD HH:MM:SS.ffffff` in UTC; years beyond 9999 keep a sign as ISO 8601 does. */
export function timestampText(micros: bigint): string {
  const seconds = micros / 1_000_000n
  const rest = micros % 1_000_000n
  const [whole, fraction] = rest < 0n ? [seconds - 1n, rest + 1_000_000n] : [seconds, rest]
  const iso = new Date(Number(whole) * 1000).toISOString()
  return `${iso.slice(0, -5).replace('T', ' ')}.${String(fraction).padStart(6, '0')}`
}
