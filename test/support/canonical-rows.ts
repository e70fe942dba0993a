import { createHash } from 'node:crypto'
import type {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBConnection,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBValue,
} from '@duckdb/node-api'
import type { DataType, StructType } from '../../src/types/data-type.ts'

/** Rows of a relation in the golden tables' canonical form: one JSON array a line, sorted by UTF-8 bytes. */
export async function canonicalRows(
  connection: DuckDBConnection,
  relation: string,
  schema: StructType,
): Promise<Buffer[]> {
  const result = await connection.runAndReadAll(`SELECT * FROM ${relation}`)
  const lines = result.getRows().map((row) => {
    const values = schema.fields.map((field, index) => canonical(row[index]!, field.dataType))
    return Buffer.from(JSON.stringify(values))
  })
  return lines.sort(Buffer.compare)
}

export function checksum(lines: readonly Buffer[]): string {
  const hash = createHash('sha256')
  lines.forEach((line, index) => {
    if (index > 0) hash.update('\n')
    hash.update(line)
  })
  return hash.digest('hex')
}

function canonical(value: DuckDBValue, type: DataType): unknown {
  if (value === null) return null
  switch (type.kind) {
    case 'struct': {
      const { entries } = value as DuckDBStructValue
      return type.fields.map((field) => canonical(entries[field.name]!, field.dataType))
    }
    case 'array':
      return (value as DuckDBListValue | DuckDBArrayValue).items.map((each) =>
        canonical(each, type.elementType),
      )
    case 'map':
      return (value as DuckDBMapValue).entries
        .map((each) => [canonical(each.key, type.keyType), canonical(each.value, type.valueType)])
        .sort(([a], [b]) => Buffer.compare(Buffer.from(JSON.stringify(a)), Buffer.from(JSON.stringify(b))))
    case 'binary':
      return Buffer.from((value as DuckDBBlobValue).bytes).toString('base64')
    case 'float':
    case 'double':
      return Number.isFinite(value) ? value : String(value)
    case 'timestamp':
      return `${timestampText((value as DuckDBTimestampTZValue).micros)}Z`
    case 'timestamp_ntz':
      return timestampText((value as DuckDBTimestampValue).micros)
    case 'long':
    case 'decimal':
    case 'date':
      return String(value)
    default:
      return value
  }
}

function timestampText(micros: bigint): string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
  const seconds = Number((micros - fraction) / 1_000_000n)
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction.toString().padStart(6, '0')}`
}
