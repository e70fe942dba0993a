import type { Row, Value } from '../../engine/engine.ts'
import { PipelineError } from '../../errors/index.ts'
import type { DataType, StructType } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import { encodeDate, encodeTimestamp } from './encode-time.ts'
import type { CellValue, InputRow } from './table-row.ts'

/** Encodes rows of a program, counted from 1, as rows of that schema. Throws INVALID_ROW_VALUE for a value of another type. */
export function rowEncoderFor(schema: StructType): (row: InputRow, number: number) => Row {
  return (row, number) =>
    schema.fields.map(({ name, dataType }) =>
      encodeAt(valueNamed(row, name), dataType, { row: number, column: name }),
    )
}

/** Names are compared without case, as in SQL. */
export function valueNamed(row: InputRow, name: string): CellValue {
  const value = row[name]
  if (value !== undefined || Object.hasOwn(row, name)) return value
  const wanted = name.toLowerCase()
  const key = Object.keys(row).find((each) => each.toLowerCase() === wanted)
  return key === undefined ? undefined : row[key]
}

interface Place {
  readonly row: number
  /** The column, with the path to a nested value. */
  readonly column: string
}

function encodeAt(value: CellValue, type: DataType, place: Place): Value {
  if (value === null || value === undefined) return null
  const encoded = encode(value, type, place)
  if (encoded !== undefined) return encoded
  throw new PipelineError('INVALID_ROW_VALUE', {
    row: String(place.row),
    column: place.column,
    value: shown(value),
    dataType: printSqlType(type),
  })
}

/** Undefined for a value that the type does not take. */
function encode(value: NonNullable<CellValue>, type: DataType, place: Place): Value | undefined {
  switch (type.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      return encodeWhole(value, type.kind)
    case 'float':
      return typeof value === 'number' && isFloat(value) ? value : undefined
    case 'double':
      return typeof value === 'number' ? value : undefined
    case 'decimal':
      return encodeDecimal(value, type)
    case 'string':
      return typeof value === 'string' ? value : undefined
    case 'binary':
      return value instanceof Uint8Array ? value : undefined
    case 'date':
      return encodeDate(value)
    case 'timestamp':
      return encodeTimestamp(value, true)
    case 'timestamp_ntz':
      return encodeTimestamp(value, false)
    case 'array':
      return Array.isArray(value)
        ? value.map((each, i) => encodeAt(each, type.elementType, nested(place, `[${i}]`)))
        : undefined
    case 'map':
      return encodeMap(value, type, place)
    case 'struct':
      return encodeStruct(value, type, place)
    default:
      return undefined
  }
}

/** A number between two floats is stored as the nearer one; one beyond them all would be an infinity. */
function isFloat(value: number): boolean {
  return !Number.isFinite(value) || Number.isFinite(Math.fround(value))
}

const BITS = { byte: 8n, short: 16n, integer: 32n, long: 64n } as const

function encodeWhole(value: CellValue, kind: keyof typeof BITS): Value | undefined {
  const isWhole = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))
  if (!isWhole) return undefined
  const whole = BigInt(value)
  const limit = 2n ** (BITS[kind] - 1n)
  if (whole < -limit || whole >= limit) return undefined
  return kind === 'long' ? whole : Number(whole)
}

/** Digits that do not fit are no value of the type: nothing is rounded. */
function encodeDecimal(value: CellValue, type: { precision: number; scale: number }): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return undefined
  const match = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(String(value).trim())
  if (match === null) return undefined
  const [text, sign, whole = '', fraction = ''] = match
  if (!/\d/.test(text) || whole.length > type.precision - type.scale || fraction.length > type.scale) {
    return undefined
  }
  return `${sign === '-' ? '-' : ''}${whole || '0'}${fraction === '' ? '' : `.${fraction}`}`
}

function encodeMap(
  value: NonNullable<CellValue>,
  type: Extract<DataType, { kind: 'map' }>,
  place: Place,
): Value | undefined {
  const entries = value instanceof Map ? [...value] : isRecord(value) ? Object.entries(value) : undefined
  if (entries === undefined) return undefined
  return new Map(
    entries.map(([key, item]: readonly [CellValue, CellValue]) => [
      encodeAt(key, type.keyType, nested(place, '.key')),
      encodeAt(item, type.valueType, nested(place, `[${shown(key)}]`)),
    ]),
  )
}

function encodeStruct(value: NonNullable<CellValue>, type: StructType, place: Place): Value | undefined {
  if (!isRecord(value)) return undefined
  const known = new Set(type.fields.map((each) => each.name))
  if (Object.keys(value).some((name) => !known.has(name))) return undefined
  return Object.fromEntries(
    type.fields.map(({ name, dataType }) => [
      name,
      encodeAt(value[name], dataType, nested(place, `.${name}`)),
    ]),
  )
}

function nested({ row, column }: Place, step: string): Place {
  return { row, column: column + step }
}

/** An object that is nothing but its fields. */
export function isRecord(value: CellValue): value is { readonly [field: string]: CellValue } {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const LONGEST_SHOWN = 60

/** A value as errors show it. */
export function shown(value: CellValue): string {
  const text = typeof value === 'string' ? `'${value}'` : textOf(value)
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text
}

function textOf(value: CellValue): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (value instanceof Map) return `a Map of ${value.size} entries`
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : value.toISOString()
  if (typeof value !== 'object') return String(value)
  return JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? String(each) : each))
}
