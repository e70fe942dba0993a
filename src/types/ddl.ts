import { type DataType, type StructField, type StructType, struct } from './data-type.ts'
import { DdlReader, type PositionAt } from './ddl-reader.ts'

export type { PositionAt } from './ddl-reader.ts'

const nowhere: PositionAt = () => undefined

/**
 * The data type that DDL text names: `bigint`, `decimal(10,2)`, `struct<a: int, b: array<string>>`.
 * Throws PARSE_SYNTAX_ERROR or UNSUPPORTED_DATATYPE, positioned when `positionAt` is given.
 */
export function parseDataType(text: string, positionAt: PositionAt = nowhere): DataType {
  const reader = new DdlReader(text, 0, positionAt)
  const type = reader.type()
  reader.end('the end of the type')
  return type
}

/**
 * The columns that DDL text lists: `id BIGINT NOT NULL COMMENT 'x', tags ARRAY<STRING>`, or one `struct<...>`.
 * A comment is kept in the field's metadata under `comment`. Errors as `parseDataType`.
 */
export function parseSchema(ddl: string, positionAt: PositionAt = nowhere): StructType {
  const whole = new DdlReader(ddl, 0, positionAt)
  if (whole.isStruct()) {
    const type = whole.type()
    whole.end('the end of the schema')
    return type as StructType
  }
  const reader = new DdlReader(ddl, 0, positionAt)
  const fields = reader.fields()
  reader.end("',' or the end of the schema")
  return struct(fields)
}

/** Reads one type out of a longer text; `end` is the offset behind it. `varchar(n)` and `char(n)` are read as STRING when `isCast`. */
export function readDataType(
  text: string,
  offset: number,
  positionAt: PositionAt,
  isCast = false,
): { type: DataType; end: number } {
  const reader = new DdlReader(text, offset, positionAt, isCast)
  const type = reader.type()
  return { type, end: reader.offset }
}

/** The type as `typeof` and DESCRIBE show it: `bigint`, `struct<a:int,b:array<string>>`. Nullability is not shown. */
export function printDataType(type: DataType): string {
  switch (type.kind) {
    case 'array':
      return `array<${printDataType(type.elementType)}>`
    case 'map':
      return `map<${printDataType(type.keyType)},${printDataType(type.valueType)}>`
    case 'struct':
      return `struct<${type.fields.map((each) => `${each.name}:${printDataType(each.dataType)}`).join(',')}>`
    default:
      return simpleName(type)
  }
}

/** The type as it is written in SQL, NOT NULL and comments of fields included: `STRUCT<a: INT NOT NULL>`. */
export function printSqlType(type: DataType): string {
  switch (type.kind) {
    case 'array':
      return `ARRAY<${printSqlType(type.elementType)}>`
    case 'map':
      return `MAP<${printSqlType(type.keyType)}, ${printSqlType(type.valueType)}>`
    case 'struct':
      return `STRUCT<${type.fields.map((each) => printField(each, ': ')).join(', ')}>`
    default:
      return simpleName(type).toUpperCase()
  }
}

/** The columns as DDL that `parseSchema` reads back: `id BIGINT NOT NULL COMMENT 'x', tags ARRAY<STRING>`. */
export function printSchema(schema: StructType): string {
  return schema.fields.map((each) => printField(each, ' ')).join(', ')
}

function printField({ name, dataType, nullable, metadata }: StructField, separator: string): string {
  const quoted = /^[A-Za-z_]\w*$/.test(name) ? name : `\`${name.replaceAll('`', '``')}\``
  const notNull = nullable ? '' : ' NOT NULL'
  const comment = typeof metadata.comment === 'string' ? ` COMMENT ${quote(metadata.comment)}` : ''
  return `${quoted}${separator}${printSqlType(dataType)}${notNull}${comment}`
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`
}

function simpleName(type: Exclude<DataType, { kind: 'array' | 'map' | 'struct' }>): string {
  switch (type.kind) {
    case 'byte':
      return 'tinyint'
    case 'short':
      return 'smallint'
    case 'integer':
      return 'int'
    case 'long':
      return 'bigint'
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`
    default:
      return type.kind
  }
}
