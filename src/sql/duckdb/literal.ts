import type { Literal } from '../../plan/expression.ts'
import type { ResolvedLiteral } from '../../plan/resolved.ts'
import type { DataType } from '../../types/data-type.ts'
import { isIntegral } from '../../types/type-classes.ts'
import { quoteText } from './identifier.ts'
import { duckdbType } from './types.ts'

/** A constant with exactly the DuckDB type of its Spark type. */
export function printLiteral({ value, dataType }: ResolvedLiteral): string {
  return literalText(value, dataType)
}

function literalText(value: Literal['value'], type: DataType): string {
  if (value === null) return type.kind === 'void' ? 'NULL' : `CAST(NULL AS ${duckdbType(type)})`
  switch (type.kind) {
    case 'boolean':
      return String(value)
    case 'integer':
      // DuckDB reads the digits of the smallest INTEGER as a BIGINT before it negates them.
      return value === -2147483648 ? '(-2147483648)::INTEGER' : String(value)
    case 'string':
      return quoteText(String(value))
    case 'decimal':
      return decimalText(String(value), type.precision, type)
    case 'float':
    case 'double':
      return `${numberText(Number(value))}::${duckdbType(type)}`
    case 'binary':
      return `'${[...(value as Uint8Array)].map((each) => `\\x${each.toString(16).padStart(2, '0')}`).join('')}'::BLOB`
    case 'date':
      return `DATE '${value}'`
    case 'timestamp':
      return `TIMESTAMPTZ '${withoutPlus(value)}+00'`
    case 'timestamp_ntz':
      return `TIMESTAMP '${withoutPlus(value)}'`
    case 'interval day to second':
      return dayTimeText(value as bigint)
    case 'interval year to month':
      return `INTERVAL (${value}) MONTHS`
    default:
      return `${numberText(value as number | bigint)}::${duckdbType(type)}`
  }
}

/** The engine's form of a year beyond 9999 has a plus, which DuckDB does not read. */
function withoutPlus(time: Literal['value']): string {
  return String(time).replace(/^\+/, '')
}

function numberText(value: number | bigint): string {
  if (Object.is(value, -0)) return "'-0.0'"
  if (typeof value === 'number' && !Number.isFinite(value)) return `'${value}'`
  return value < 0 ? `(${value})` : String(value)
}

/** DuckDB gives `12.50` DECIMAL(4,2) by itself. */
function decimalText(text: string, precision: number, type: DataType): string {
  const digits = text.replace(/^-/, '').replace('.', '')
  const isOwn = /^[1-9]\d*\.\d+$/.test(text) && digits.length === precision
  return isOwn ? text : `${text.startsWith('-') ? `(${text})` : text}::${duckdbType(type)}`
}

const UNITS: readonly (readonly [bigint, string])[] = [
  [86_400_000_000n, 'DAYS'],
  [3_600_000_000n, 'HOURS'],
  [60_000_000n, 'MINUTES'],
  [1_000_000n, 'SECONDS'],
]

function dayTimeText(micros: bigint): string {
  const unit = UNITS.find(([size]) => micros !== 0n && micros % size === 0n)
  return unit === undefined ? `to_microseconds(${micros})` : `INTERVAL (${micros / unit[0]}) ${unit[1]}`
}

/**
 * A literal under a cast, as a literal of the target type, where that is plain: constants must stay constants, so that
 * filters on them reach the files. Undefined where the cast is not plain or the value is refused.
 */
export function foldCast(literal: ResolvedLiteral, target: DataType): string | undefined {
  const { value, dataType } = literal
  if (value === null) return literalText(null, target)
  if (dataType.kind === 'string') return foldString(String(value), target)
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined
  if (!isIntegral(dataType)) return undefined
  return foldWhole(BigInt(value), target)
}

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  byte: [-128n, 127n],
  short: [-32768n, 32767n],
  integer: [-(2n ** 31n), 2n ** 31n - 1n],
  long: [-(2n ** 63n), 2n ** 63n - 1n],
}

function foldWhole(value: bigint, target: DataType): string | undefined {
  const range = RANGES[target.kind]
  if (range !== undefined) {
    return value >= range[0] && value <= range[1] ? wholeText(value, target) : undefined
  }
  if (target.kind === 'double' && value > -(2n ** 53n) && value < 2n ** 53n) {
    return literalText(Number(value), target)
  }
  if (target.kind !== 'decimal') return undefined
  const digits = value.toString().replace('-', '').length
  return digits <= target.precision - target.scale ? `${numberText(value)}::${duckdbType(target)}` : undefined
}

function wholeText(value: bigint, target: DataType): string {
  return target.kind === 'integer' ? String(value) : `${numberText(value)}::${duckdbType(target)}`
}

function foldString(text: string, target: DataType): string | undefined {
  const trimmed = text.trim()
  switch (target.kind) {
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      return /^[+-]?\d+$/.test(trimmed) ? foldWhole(BigInt(trimmed.replace('+', '')), target) : undefined
    case 'double':
      return /^[+-]?\d+(\.\d+)?$/.test(trimmed) ? literalText(Number(trimmed), target) : undefined
    case 'date':
      return isDate(trimmed) ? `DATE '${trimmed}'` : undefined
    case 'timestamp':
    case 'timestamp_ntz':
      return foldTimestamp(trimmed, target)
    default:
      return undefined
  }
}

function foldTimestamp(text: string, target: DataType): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(\.\d{1,6})?(Z?))?$/.exec(text)
  if (match === null || !isDate(match[1]!)) return undefined
  const [, day, hours = '00', minutes = '00', seconds = '00', fraction = '', zone] = match
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  if (zone === 'Z' && target.kind === 'timestamp_ntz') return undefined
  return literalText(`${day} ${hours}:${minutes}:${seconds}${fraction}`, target)
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}
