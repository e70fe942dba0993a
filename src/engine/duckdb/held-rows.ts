import {
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBDecimalValue,
  type DuckDBInstance,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import { duckdbType } from '../../sql/duckdb/types.ts'
import type { DataType, StructType } from '../../types/data-type.ts'
import type { HeldRows, Row, Value } from '../engine.ts'
import { quoteIdentifier } from './quote.ts'

/** Rows that a chunk of DuckDB's takes. */
const CHUNK_ROWS = 2048

/** A table of the database, which is in memory, with rows of JavaScript. `table` is a fresh name. */
export async function holdRows(
  instance: DuckDBInstance,
  table: string,
  schema: StructType,
  chunks: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>,
): Promise<HeldRows> {
  const connection = await instance.connect()
  const release = async () => {
    await connection.run(`DROP TABLE IF EXISTS ${table}`)
    connection.closeSync()
  }
  try {
    const columns = schema.fields.map((each) => `${quoteIdentifier(each.name)} ${duckdbType(each.dataType)}`)
    await connection.run(`CREATE TABLE ${table} (${columns.join(', ')})`)
    const rowCount = await appendAll(connection, table, schema, chunks)
    return { scan: { kind: 'Scan', input: { kind: 'staged', table, rowCount }, schema }, rowCount, release }
  } catch (error) {
    await release()
    throw error
  }
}

async function appendAll(
  connection: DuckDBConnection,
  table: string,
  schema: StructType,
  chunks: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>,
): Promise<bigint> {
  const appender = await connection.createAppender(table)
  try {
    const types = schema.fields.map((_, i) => appender.columnType(i))
    let count = 0
    for await (const rows of chunks) {
      for (let at = 0; at < rows.length; at += CHUNK_ROWS) {
        const slice = rows.slice(at, at + CHUNK_ROWS)
        const chunk = DuckDBDataChunk.create(types, slice.length)
        chunk.setColumns(
          schema.fields.map(({ dataType }, column) => slice.map((row) => encode(row[column]!, dataType))),
        )
        appender.appendDataChunk(chunk)
      }
      count += rows.length
    }
    return BigInt(count)
  } finally {
    appender.closeSync()
  }
}

/** A value in the engine's form as DuckDB's client takes it. */
function encode(value: Value, type: DataType): DuckDBValue {
  if (value === null) return null
  switch (type.kind) {
    case 'decimal':
      return new DuckDBDecimalValue(unscaled(value as string, type.scale), type.precision, type.scale)
    case 'date':
      return new DuckDBDateValue(Number(microsOf(value as string) / MICROS_A_DAY))
    case 'timestamp':
      return new DuckDBTimestampTZValue(microsOf(value as string))
    case 'timestamp_ntz':
      return new DuckDBTimestampValue(microsOf(value as string))
    case 'binary':
      return new DuckDBBlobValue(value as Uint8Array)
    case 'array':
      return new DuckDBListValue((value as readonly Value[]).map((each) => encode(each, type.elementType)))
    case 'map': {
      const entries = [...(value as ReadonlyMap<Value, Value>)]
      return new DuckDBMapValue(
        entries.map(([key, item]) => ({
          key: encode(key, type.keyType),
          value: encode(item, type.valueType),
        })),
      )
    }
    case 'struct': {
      const struct = value as { readonly [field: string]: Value }
      const entries = type.fields.map(
        ({ name, dataType }) => [name, encode(struct[name]!, dataType)] as const,
      )
      return new DuckDBStructValue(Object.fromEntries(entries))
    }
    default:
      return value as DuckDBValue
  }
}

const MICROS_A_DAY = 86_400_000_000n

/** `-12.5` with two digits behind the point as -1250n. */
function unscaled(text: string, scale: number): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(scale, '0'))
}

/** `YYYY-MM-DD[ HH:MM:SS[.ffffff]]` as microseconds since the epoch, in the proleptic Gregorian calendar. */
function microsOf(text: string): bigint {
  const [, sign, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] =
    DATE_TIME.exec(text)!
  const [y, ...rest] = [`${sign}${year}`, month, day, hour, minute, second].map(Number)
  return BigInt(utcMs(y!, rest)) * 1000n + BigInt(fraction.padEnd(6, '0'))
}

/** `Date.UTC` takes years below 100 for those of the 20th century; the calendar is the same every 400 years. */
function utcMs(year: number, [month, day, hour, minute, second]: readonly number[]): number {
  return Date.UTC(year + 4000, month! - 1, day, hour, minute, second) - MS_OF_4000_YEARS
}

const MS_OF_4000_YEARS = 10 * 146_097 * 86_400_000

const DATE_TIME = /^([+-]?)(\d{4,6})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?$/
