import type { DataType, StructType } from '../../types/data-type.ts'
import { sameType } from '../../types/same-type.ts'
import { isIntegral, isInterval, isNumeric } from '../../types/type-classes.ts'
import { identifier, quoteText } from './identifier.ts'
import { duckdbType } from './types.ts'

type Mode = 'ansi' | 'try'

/** Names for the lambda parameters that casts inside containers need; each is used once in a query. */
export type FreshName = () => string

/**
 * A cast with Spark's rules as DuckDB SQL. `sql` is safe as an operand. `ansi` raises on a value that Spark refuses, `try`
 * gives NULL. Strings are read by macros of the prelude; fractions are cut, not rounded, on the way to whole numbers.
 */
export function printCast(sql: string, from: DataType, to: DataType, mode: Mode, fresh: FreshName): string {
  if (sameType(from, to) || to.kind === 'unknown' || from.kind === 'unknown') return sql
  if (from.kind === 'void') return `CAST(${sql} AS ${duckdbType(to)})`
  if (to.kind === 'string') return printToString(sql, from, fresh)
  if (from.kind === 'string') return printFromString(sql, to, mode)
  if (from.kind === 'array' && to.kind === 'array') {
    if (isPlain(from, to)) return plainCast(sql, to, mode)
    const element = fresh()
    return `list_transform(${sql}, lambda ${element}: ${printCast(element, from.elementType, to.elementType, mode, fresh)})`
  }
  if (from.kind === 'struct' && to.kind === 'struct') return printStructCast(sql, from, to, mode, fresh)
  if (from.kind === 'map' && to.kind === 'map' && !isPlain(from, to)) {
    const entry = fresh()
    const key = printCast(`${entry}.key`, from.keyType, to.keyType, mode, fresh)
    const value = printCast(`${entry}.value`, from.valueType, to.valueType, mode, fresh)
    return `map_from_entries(list_transform(map_entries(${sql}), lambda ${entry}: {'key': ${key}, 'value': ${value}}))`
  }
  return printAtomic(sql, from, to, mode)
}

function printAtomic(sql: string, from: DataType, to: DataType, mode: Mode): string {
  switch (from.kind) {
    case 'timestamp':
      return fromTimestamp(sql, to, mode)
    case 'timestamp_ntz':
      if (to.kind === 'timestamp') return `make_timestamptz(epoch_us(${sql}))`
      return `CAST(${sql} AS ${duckdbType(to)})`
    case 'date':
      if (to.kind === 'timestamp') return `make_timestamptz(epoch_us(CAST(${sql} AS TIMESTAMP)))`
      return `CAST(${sql} AS ${duckdbType(to)})`
    case 'boolean':
      return to.kind === 'decimal' ? plainCast(`CAST(${sql} AS INTEGER)`, to, mode) : plainCast(sql, to, mode)
    default:
      return isNumeric(from) ? fromNumber(sql, from, to, mode) : plainCast(sql, to, mode)
  }
}

function plainCast(sql: string, to: DataType, mode: Mode): string {
  return `${mode === 'try' ? 'TRY_CAST' : 'CAST'}(${sql} AS ${duckdbType(to)})`
}

function fromNumber(sql: string, from: DataType, to: DataType, mode: Mode): string {
  const isWhole = isIntegral(from)
  if (to.kind === 'boolean') return `${sql} <> 0`
  if (to.kind === 'timestamp') {
    const micros = isWhole ? `CAST(${sql} AS BIGINT) * 1000000` : `CAST(trunc(${sql} * 1000000) AS BIGINT)`
    return `make_timestamptz(${micros})`
  }
  if (to.kind === 'interval day to second') return `to_microseconds(CAST(${sql} AS BIGINT) * 1000000)`
  if (isInterval(to)) return `to_months(CAST(${sql} AS INTEGER))`
  if (isIntegral(to) && !isWhole) return plainCast(`trunc(${sql})`, to, mode)
  // A double becomes the decimal of its shortest digits, 1.005 -> 1.01, not of its binary value.
  const isBinary = from.kind === 'double' || from.kind === 'float'
  if (to.kind === 'decimal' && isBinary) return plainCast(`CAST(${sql} AS VARCHAR)`, to, mode)
  return plainCast(sql, to, mode)
}

/** Through the count of microseconds: ten times faster than DuckDB's casts, which ask for the zone. */
function fromTimestamp(sql: string, to: DataType, mode: Mode): string {
  const local = `make_timestamp(epoch_us(${sql}))`
  if (to.kind === 'timestamp_ntz') return local
  if (to.kind === 'date') return `CAST(${local} AS DATE)`
  if (to.kind === 'decimal') return plainCast(`CAST(epoch_us(${sql}) AS DECIMAL(38,6)) / 1000000`, to, mode)
  if (isIntegral(to)) return plainCast(`floor(epoch(${sql}))`, to, mode)
  return plainCast(`epoch(${sql})`, to, mode)
}

const STRING_MACROS: Readonly<Partial<Record<DataType['kind'], string>>> = {
  byte: 'tinyint',
  short: 'smallint',
  integer: 'integer',
  long: 'bigint',
  double: 'double',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  timestamp_ntz: 'timestamp_ntz',
}

function printFromString(sql: string, to: DataType, mode: Mode): string {
  const quick = COLUMN.test(sql) ? quickCast(sql, to) : undefined
  const exact = exactCast(sql, to, mode)
  return quick === undefined ? exact : `coalesce(${quick}, ${exact})`
}

/** A column by name: cheap to name more than once. */
const COLUMN = /^(?:"[^"]*"|\w+)(?:\.(?:"[^"]*"|\w+))?$/

/**
 * DuckDB's own cast for texts in the usual form, on which it agrees with Spark; NULL for all others, which the exact form
 * looks at. The usual form is recognised many times faster than a macro takes a text apart.
 */
function quickCast(sql: string, to: DataType): string | undefined {
  const cast = `TRY_CAST(${sql} AS ${duckdbType(to)})`
  switch (to.kind) {
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
    case 'decimal':
      return `CASE WHEN CAST(${cast} AS VARCHAR) = ${sql} THEN ${cast} END`
    case 'date':
      return `CASE WHEN ${sql} LIKE '____-__-__' THEN ${cast} END`
    case 'timestamp':
    case 'timestamp_ntz':
      // DuckDB alone takes the hour 24.
      return `CASE WHEN ${sql} LIKE '____-__-__%' AND ${sql} NOT LIKE '___________24:%' THEN ${cast} END`
    default:
      return undefined
  }
}

function exactCast(sql: string, to: DataType, mode: Mode): string {
  const prefix = mode === 'try' ? 'millrace.try_to_' : 'millrace.to_'
  const macro = STRING_MACROS[to.kind]
  if (macro !== undefined) return `${prefix}${macro}(${sql})`
  if (to.kind === 'float') return `CAST(${prefix}double(${sql}) AS FLOAT)`
  if (to.kind === 'decimal') return plainCast(`${prefix}number(${sql})`, to, mode)
  return to.kind === 'binary' ? `encode(${sql})` : plainCast(sql, to, mode)
}

function printToString(sql: string, from: DataType, fresh: FreshName): string {
  switch (from.kind) {
    case 'double':
    case 'float':
      return `millrace.java_number(CAST(${sql} AS VARCHAR))`
    case 'timestamp':
      return `CAST(make_timestamp(epoch_us(${sql})) AS VARCHAR)`
    case 'binary':
      return `decode(${sql})`
    case 'interval day to second':
      return `millrace.day_time_text(epoch_us(${sql}))`
    case 'interval year to month':
      return `millrace.year_month_text(date_part('year', ${sql}) * 12 + date_part('month', ${sql}))`
    case 'array': {
      const element = fresh()
      const text = shown(element, from.elementType, fresh)
      return `'[' || millrace.join_text(list_transform(${sql}, lambda ${element}: ${text}), ', ') || ']'`
    }
    case 'map': {
      const entry = fresh()
      const key = shown(`${entry}.key`, from.keyType, fresh)
      const value = shown(`${entry}.value`, from.valueType, fresh)
      return `'{' || millrace.join_text(list_transform(map_entries(${sql}), lambda ${entry}: ${key} || ' -> ' || ${value}), ', ') || '}'`
    }
    case 'struct': {
      const row = fresh()
      const fields = from.fields.map((each) => shown(fieldOf(row, each.name), each.dataType, fresh))
      return `list_transform([${sql}], lambda ${row}: CASE WHEN ${row} IS NOT NULL THEN '{' || ${fields.join(` || ', ' || `) || "''"} || '}' END)[1]`
    }
    default:
      return `CAST(${sql} AS VARCHAR)`
  }
}

/** An element as its container's text shows it. */
function shown(sql: string, type: DataType, fresh: FreshName): string {
  const text = type.kind === 'string' ? sql : printToString(sql, type, fresh)
  return `coalesce(${text}, 'null')`
}

function fieldOf(row: string, name: string): string {
  return `struct_extract(${row}, ${quoteText(name)})`
}

/** Fields by position; DuckDB's own struct cast goes by name. */
function printStructCast(
  sql: string,
  from: StructType,
  to: StructType,
  mode: Mode,
  fresh: FreshName,
): string {
  const sameNames = from.fields.every((each, i) => each.name === to.fields[i]?.name)
  if (sameNames && isPlain(from, to)) return plainCast(sql, to, mode)
  const row = fresh()
  const fields = from.fields.map((each, i) => {
    const target = to.fields[i]!
    const value = printCast(fieldOf(row, each.name), each.dataType, target.dataType, mode, fresh)
    return `${identifier(target.name)} := ${value}`
  })
  return `list_transform([${sql}], lambda ${row}: CASE WHEN ${row} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END)[1]`
}

/** True where DuckDB's own cast gives Spark's values. */
function isPlain(from: DataType, to: DataType): boolean {
  if (sameType(from, to)) return true
  if (from.kind === 'array' && to.kind === 'array') return isPlain(from.elementType, to.elementType)
  if (from.kind === 'map' && to.kind === 'map') {
    return isPlain(from.keyType, to.keyType) && isPlain(from.valueType, to.valueType)
  }
  if (from.kind === 'struct' && to.kind === 'struct') {
    return from.fields.every(
      (each, i) => each.name === to.fields[i]?.name && isPlain(each.dataType, to.fields[i]!.dataType),
    )
  }
  return isIntegral(from) && (isIntegral(to) || to.kind === 'decimal' || to.kind === 'double')
}
