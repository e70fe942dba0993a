import { widerType } from '../../types/coercion.ts'
import {
  array,
  BOOLEAN,
  type DataType,
  DOUBLE,
  decimal,
  field,
  LONG,
  STRING,
  struct,
  VOID,
} from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import { parseExact } from '../../types/exact-json.ts'

/** The schema of a JSON text as DDL, as Spark infers it; members come in order of their names. */
export function schemaOfJson(json: string): string {
  return printSqlType(withoutVoid(typeOf(parseExact(json))))
}

function typeOf(value: unknown): DataType {
  if (value === null || value === undefined) return VOID
  switch (typeof value) {
    case 'boolean':
      return BOOLEAN
    case 'number':
      return Number.isInteger(value) ? LONG : DOUBLE
    case 'bigint':
      return value >= -(2n ** 63n) && value < 2n ** 63n
        ? LONG
        : decimal(value.toString().replace('-', '').length, 0)
    case 'object':
      return Array.isArray(value) ? listType(value) : structType(value as Readonly<Record<string, unknown>>)
    default:
      return STRING
  }
}

function listType(items: readonly unknown[]): DataType {
  return array(items.map(typeOf).reduce((a, b) => widerType(a, b) ?? STRING, VOID))
}

function structType(value: Readonly<Record<string, unknown>>): DataType {
  const names = Object.keys(value).sort()
  return struct(names.map((name) => field(name, typeOf(value[name]))))
}

/** Spark takes what was only ever null for text. */
function withoutVoid(type: DataType): DataType {
  switch (type.kind) {
    case 'void':
      return STRING
    case 'array':
      return array(withoutVoid(type.elementType))
    case 'struct':
      return struct(type.fields.map((each) => field(each.name, withoutVoid(each.dataType))))
    default:
      return type
  }
}
