import { type DataType, STRING, type StructType } from '../../types/data-type.ts'
import { printDatetimeParse } from './datetime-parse.ts'
import { jsonOptions } from './json-options.ts'
import { memberStep } from './json-path.ts'
import type { PrintedCall } from './signature.ts'

export const READ_OPTIONS = ['timestampFormat', 'timestampNTZFormat', 'dateFormat']

/**
 * JSON text as a value of a type, by Spark's PERMISSIVE rules: what does not have its type exactly is NULL, text that is
 * no JSON a struct of NULLs. `1.5` is no INT, `"5"` no INT, and a STRING takes anything as it stands.
 */
export function printFromJson(json: string, type: DataType, call: PrintedCall): string {
  const reader = new JsonReader(call)
  const isStruct = type.kind === 'struct'
  const value = isStruct ? reader.members('json_', type) : reader.value('json_', type)
  const fits = isStruct ? "json_type(json_) = 'OBJECT'" : 'true'
  const otherwise = isStruct ? nulls(type, call) : 'NULL'
  const single = type.kind === 'array' && type.elementType.kind === 'struct' ? type.elementType : undefined
  const wrapped =
    single === undefined
      ? value
      : `CASE json_type(json_) WHEN 'OBJECT' THEN [${reader.members('json_', single)}] ELSE ${value} END`
  return `list_transform([${json}], lambda json_: CASE WHEN json_ IS NULL OR trim(json_) = '' THEN NULL
    WHEN NOT json_valid(json_) THEN ${otherwise} WHEN ${fits} THEN ${wrapped} ELSE ${otherwise} END)[1]`
}

function nulls({ fields }: StructType, call: PrintedCall): string {
  return `{${fields.map((each) => `${call.quote(each.name)}: NULL::${call.typeName(each.dataType)}`).join(', ')}}`
}

/** Prints readers of nested values; every lambda has a name of its own. */
class JsonReader {
  readonly #call: PrintedCall
  readonly #options: ReadonlyMap<string, string>
  #depth = 0

  constructor(call: PrintedCall) {
    this.#call = call
    this.#options = jsonOptions('from_json', call.arguments[1], READ_OPTIONS)
  }

  /** All fields of an object. */
  members(json: string, { fields }: StructType): string {
    const { quote } = this.#call
    const members = fields.map(({ name, dataType }) => {
      const member = `json_extract(${json}, ${quote(`$${memberStep(name)}`)})`
      return `${quote(name)}: ${this.value(member, dataType)}`
    })
    return `{${members.join(', ')}}`
  }

  value(json: string, type: DataType): string {
    const { typeName } = this.#call
    const name = typeName(type)
    switch (type.kind) {
      case 'byte':
      case 'short':
      case 'integer':
      case 'long':
        return `TRY_CAST(millrace.json_long(${json}) AS ${name})`
      case 'float':
      case 'double':
        return `millrace.json_double(${json})::${name}`
      case 'decimal':
        return `TRY_CAST(millrace.json_number(${json}) AS ${name})`
      case 'boolean':
        return `millrace.json_boolean(${json})`
      case 'date':
      case 'timestamp':
      case 'timestamp_ntz':
        return this.#time(`millrace.json_string(${json})`, type)
      case 'binary':
        return `millrace.unbase64(millrace.json_string(${json}))`
      case 'array':
        return this.#bound(
          json,
          'ARRAY',
          (v, item) =>
            `list_transform(json_extract(${v}, '$[*]'), lambda ${item}: ${this.value(item, type.elementType)})`,
        )
      case 'map':
        return this.#bound(
          json,
          'OBJECT',
          (v, key) =>
            `map_from_entries(list_transform(list_distinct(json_keys(${v})), lambda ${key}: {'key': ${key}, 'value': ${this.value(`json_extract(${v}, ${key})`, type.valueType)}}))`,
        )
      case 'struct':
        return this.#bound(json, 'OBJECT', (v) => this.members(v, type))
      default:
        return `json_extract_string(${json}, '$')`
    }
  }

  /** By the format that the options give for the type, else in ISO form. */
  #time(text: string, type: DataType): string {
    const name =
      { date: 'dateFormat', timestamp: 'timestampFormat' }[type.kind as string] ?? 'timestampNTZFormat'
    const format = this.#options.get(name)
    if (format === undefined) return this.#call.castText(text, STRING, type, 'try')
    const parsed = printDatetimeParse(text, format, this.#call.quote)
    if (type.kind === 'date') return `(${parsed})::DATE`
    return type.kind === 'timestamp' ? `millrace.moment(${parsed})` : parsed
  }

  #bound(json: string, kind: string, print: (value: string, inner: string) => string): string {
    const value = `json_${++this.#depth}`
    const text = print(value, `${value}_item`)
    return `list_transform([${json}], lambda ${value}: CASE WHEN json_type(${value}) = '${kind}' THEN ${text} END)[1]`
  }
}
