import { PipelineError } from '../errors/index.ts'
import {
  array,
  type DataType,
  decimal,
  map,
  type PrimitiveKind,
  type StructField,
  type StructType,
  struct,
} from './data-type.ts'
import { parseExact, stringifyExact } from './exact-json.ts'

/** Names of the types that Delta's schema JSON writes as plain text; decimals have digits behind theirs. */
const PRIMITIVES = new Set<string>([
  'boolean',
  'byte',
  'short',
  'integer',
  'long',
  'float',
  'double',
  'string',
  'binary',
  'date',
  'timestamp',
  'timestamp_ntz',
  'variant',
  'void',
] satisfies PrimitiveKind[])

/**
 * Reads a `schemaString` (PROTOCOL.md, Schema Serialization Format). Field metadata is kept losslessly.
 * Throws DELTA_UNSUPPORTED_DATA_TYPES for a type that it does not know, INVALID_JSON_DATA_TYPE for text that is no schema.
 */
export function parseSchemaJson(text: string): StructType {
  const type = dataTypeFromJson(parseSchemaText(text), '')
  if (type.kind !== 'struct') throw new PipelineError('INVALID_JSON_DATA_TYPE', { invalidType: text })
  return type
}

/** Prints a schema as Delta and Spark store it. */
export function printSchemaJson(schema: StructType): string {
  return stringifyExact(dataTypeToJson(schema))
}

/** The JSON value of a type, for embedding in other JSON. */
export function dataTypeToJson(type: DataType): unknown {
  switch (type.kind) {
    case 'struct':
      return { type: 'struct', fields: type.fields.map(fieldToJson) }
    case 'array':
      return {
        type: 'array',
        elementType: dataTypeToJson(type.elementType),
        containsNull: type.containsNull,
      }
    case 'map':
      return {
        type: 'map',
        keyType: dataTypeToJson(type.keyType),
        valueType: dataTypeToJson(type.valueType),
        valueContainsNull: type.valueContainsNull,
      }
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`
    default:
      return type.kind
  }
}

/** A type from its JSON value; `column` names it in errors. */
export function dataTypeFromJson(json: unknown, column: string): DataType {
  if (typeof json === 'string') return namedType(json, column)
  if (isObject(json)) {
    switch (json.type) {
      case 'struct':
        if (Array.isArray(json.fields)) return struct(json.fields.map((each) => fieldFromJson(each, column)))
        break
      case 'array':
        return array(dataTypeFromJson(json.elementType, `${column}.element`), json.containsNull !== false)
      case 'map':
        return map(
          dataTypeFromJson(json.keyType, `${column}.key`),
          dataTypeFromJson(json.valueType, `${column}.value`),
          json.valueContainsNull !== false,
        )
    }
  }
  throw new PipelineError('INVALID_JSON_DATA_TYPE', { invalidType: stringifyExact(json) ?? 'undefined' })
}

function parseSchemaText(text: string): unknown {
  try {
    return parseExact(text)
  } catch (cause) {
    throw new PipelineError('INVALID_JSON_DATA_TYPE', { invalidType: text }, { cause })
  }
}

function fieldToJson(field: StructField): unknown {
  return {
    name: field.name,
    type: dataTypeToJson(field.dataType),
    nullable: field.nullable,
    metadata: field.metadata,
  }
}

function fieldFromJson(json: unknown, parent: string): StructField {
  if (!isObject(json) || typeof json.name !== 'string') {
    throw new PipelineError('INVALID_JSON_DATA_TYPE', { invalidType: stringifyExact(json) ?? 'undefined' })
  }
  const name = json.name
  return {
    name,
    dataType: dataTypeFromJson(json.type, parent === '' ? name : `${parent}.${name}`),
    nullable: json.nullable !== false,
    metadata: isObject(json.metadata) ? json.metadata : {},
  }
}

function namedType(name: string, column: string): DataType {
  if (PRIMITIVES.has(name)) return { kind: name as PrimitiveKind }
  if (name === 'decimal') return decimal(10, 0)
  const digits = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(name)
  if (digits !== null) return decimal(Number(digits[1]), Number(digits[2]))
  throw new PipelineError('DELTA_UNSUPPORTED_DATA_TYPES', { column, dataType: name })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
