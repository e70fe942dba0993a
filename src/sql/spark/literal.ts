import type { Literal } from '../../plan/expression.ts'
import { printSqlType } from '../../types/ddl.ts'
import { quoteString } from '../string-escapes.ts'

const MICROS_PER_SECOND = 1_000_000n

/** A constant as Spark SQL that reads back with the same value and type. */
export function printLiteral({ value, dataType }: Literal): string {
  if (value === null) return dataType.kind === 'void' ? 'NULL' : `CAST(NULL AS ${printSqlType(dataType)})`
  switch (dataType.kind) {
    case 'boolean':
      return value ? 'TRUE' : 'FALSE'
    case 'string':
      return quoteString(String(value))
    case 'byte':
      return `${value}Y`
    case 'short':
      return `${value}S`
    case 'integer':
      return String(value)
    case 'long':
      return `${value}L`
    case 'float':
    case 'double':
      return printFloating(Number(value), dataType.kind)
    case 'decimal':
      return printDecimal(String(value), dataType.precision, dataType.scale)
    case 'date':
      return `DATE '${value}'`
    case 'timestamp':
      return `TIMESTAMP '${value}+00:00'`
    case 'timestamp_ntz':
      return `TIMESTAMP_NTZ '${value}'`
    case 'binary':
      return `X'${Buffer.from(value as Uint8Array).toString('hex')}'`
    case 'interval day to second':
      return printDayTime(BigInt(value as bigint))
    case 'interval year to month':
      return printYearMonth(BigInt(value as bigint))
    default:
      return `CAST(${quoteString(String(value))} AS ${printSqlType(dataType)})`
  }
}

/** Whether the text begins with a minus sign, which would join with one before it. */
export function isNegative({ value, dataType }: Literal): boolean {
  if (typeof value === 'number' || typeof value === 'bigint') return value < 0 || Object.is(value, -0)
  return dataType.kind === 'decimal' && String(value).startsWith('-')
}

function printFloating(value: number, kind: 'float' | 'double'): string {
  const suffix = kind === 'float' ? 'F' : 'D'
  if (Number.isFinite(value)) return `${Object.is(value, -0) ? '-0' : value}${suffix}`
  return `CAST('${value}' AS ${kind.toUpperCase()})`
}

/** The digits alone say a type; another one is said by a cast. */
function printDecimal(text: string, precision: number, scale: number): string {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.')
  const digits = Math.max((whole + fraction).replace(/^0+/, '').length, fraction.length, 1)
  const literal = text.includes('.') ? text : `${text}BD`
  if (digits === precision && fraction.length === scale) return literal
  return `CAST(${literal} AS DECIMAL(${precision},${scale}))`
}

function printDayTime(micros: bigint): string {
  const size = micros < 0n ? -micros : micros
  const seconds = size / MICROS_PER_SECOND
  const two = (value: bigint) => String(value).padStart(2, '0')
  const time = [(seconds / 3600n) % 24n, (seconds / 60n) % 60n, seconds % 60n].map(two).join(':')
  const fraction = size % MICROS_PER_SECOND
  const point = fraction === 0n ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`
  return `INTERVAL '${micros < 0n ? '-' : ''}${seconds / 86_400n} ${time}${point}' DAY TO SECOND`
}

function printYearMonth(months: bigint): string {
  const size = months < 0n ? -months : months
  return `INTERVAL '${months < 0n ? '-' : ''}${size / 12n}-${size % 12n}' YEAR TO MONTH`
}
