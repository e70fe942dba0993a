import type { DataType, StructType } from '../types/data-type.ts'
import type { Row, Value } from './engine.ts'

/** Turns a value that is not NULL into its JSON text. */
type Encode = (value: Value) => string

/**
 * A row as the text of a JSON object. Nothing is rounded: 64-bit integers and decimals are JSON numbers with all their
 * digits; dates are `YYYY-MM-DD`; timestamps ISO 8601 with microseconds and `Z` (none for timestamp_ntz); binary is base64;
 * NaN and the infinities are the strings `NaN`, `Infinity`, `-Infinity`; structs and maps are objects, arrays arrays.
 */
export function rowEncoder(schema: StructType): (row: Row) => string {
  const fields = schema.fields.map((field) => ({
    key: `${JSON.stringify(field.name)}:`,
    encode: nullable(encoderOf(field.dataType)),
  }))
  return (row) => `{${fields.map(({ key, encode }, i) => key + encode(row[i]!)).join(',')}}`
}

/** A value of that type as JSON text; NULL is `null`. */
export function valueEncoder(type: DataType): Encode {
  return nullable(encoderOf(type))
}

function nullable(encode: Encode): Encode {
  return (value) => (value === null || value === undefined ? 'null' : encode(value))
}

function encoderOf(type: DataType): Encode {
  switch (type.kind) {
    case 'boolean':
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
    case 'decimal':
      return String
    case 'float':
    case 'double':
      return (value) => (Number.isFinite(value) ? floatText(value as number) : `"${value}"`)
    case 'timestamp':
      return (value) => `"${isoTimestamp(value as string)}Z"`
    case 'timestamp_ntz':
      return (value) => `"${isoTimestamp(value as string)}"`
    case 'binary':
      return (value) => `"${Buffer.from(value as Uint8Array).toString('base64')}"`
    case 'array':
      return arrayEncoder(nullable(encoderOf(type.elementType)))
    case 'map':
      return mapEncoder(encoderOf(type.keyType), nullable(encoderOf(type.valueType)))
    case 'struct':
      return structEncoder(type)
    case 'interval day to second':
    case 'interval year to month':
      return (value) => (typeof value === 'bigint' ? String(value) : JSON.stringify(value))
    case 'string':
    case 'date':
    case 'variant':
    case 'void':
    case 'unknown':
      return (value) => JSON.stringify(value)
  }
}

/** `-0` keeps its sign, which String() would lose. */
function floatText(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value)
}

/** `2025-01-31 10:00:00.5` as `2025-01-31T10:00:00.500000`. */
function isoTimestamp(text: string): string {
  const [seconds = '', fraction = ''] = text.replace(' ', 'T').split('.')
  return `${seconds}.${fraction.padEnd(6, '0')}`
}

function arrayEncoder(element: Encode): Encode {
  return (value) => `[${(value as readonly Value[]).map(element).join(',')}]`
}

/** JSON's keys are strings: another key's text stands in quotes. */
function mapEncoder(key: Encode, item: Encode): Encode {
  const quoted = (value: Value) => {
    const text = key(value)
    return text.startsWith('"') ? text : JSON.stringify(text)
  }
  return (value) => {
    const entries = [...(value as ReadonlyMap<Value, Value>)]
    return `{${entries.map(([k, v]) => `${quoted(k)}:${item(v)}`).join(',')}}`
  }
}

function structEncoder(type: StructType): Encode {
  const fields = type.fields.map((field) => ({
    name: field.name,
    key: `${JSON.stringify(field.name)}:`,
    encode: nullable(encoderOf(field.dataType)),
  }))
  return (value) => {
    const struct = value as { readonly [field: string]: Value }
    return `{${fields.map(({ name, key, encode }) => key + encode(struct[name]!)).join(',')}}`
  }
}
