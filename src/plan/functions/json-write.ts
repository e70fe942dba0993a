import { type DataType, STRING } from '../../types/data-type.ts'
import { printDatetimeFormat } from './datetime-format.ts'
import { jsonOptions } from './json-options.ts'
import type { PrintedCall } from './signature.ts'

export const WRITE_OPTIONS = ['ignoreNullFields', 'timestampFormat', 'timestampNTZFormat', 'dateFormat']

/** A value as compact JSON text, as Spark writes it: fields that are NULL are left out, times are ISO 8601 in UTC. */
export function printToJson(value: string, type: DataType, call: PrintedCall): string {
  let depth = 0
  const options = jsonOptions('to_json', call.arguments[1], WRITE_OPTIONS)
  const keepsNull = options.get('ignoreNullFields')?.toLowerCase() === 'false'
  const write = (sql: string, of: DataType): string => {
    const own = `write_${++depth}`
    switch (of.kind) {
      case 'struct': {
        const members = of.fields.map(({ name, dataType }) => {
          const member = write(`struct_extract(${own}, ${call.quote(name)})`, dataType)
          const text = keepsNull ? `coalesce(${member}, 'null')` : member
          return `${call.quote(`${JSON.stringify(name)}:`)} || ${text}`
        })
        const all = members.length === 0 ? "''" : `concat_ws(',', ${members.join(', ')})`
        return `list_transform([${sql}], lambda ${own}: CASE WHEN ${own} IS NOT NULL THEN '{' || ${all} || '}' END)[1]`
      }
      case 'array': {
        const item = `coalesce(${write(own, of.elementType)}, 'null')`
        return `('[' || millrace.join_text(list_transform(${sql}, lambda ${own}: ${item}), ',') || ']')`
      }
      case 'map': {
        const key = `to_json(${call.castText(`${own}.key`, of.keyType, STRING, 'ansi')})`
        const item = `${key} || ':' || coalesce(${write(`${own}.value`, of.valueType)}, 'null')`
        return `('{' || millrace.join_text(list_transform(map_entries(${sql}), lambda ${own}: ${item}), ',') || '}')`
      }
      default:
        return atom(sql, of, call, options)
    }
  }
  return write(value, type)
}

function atom(sql: string, type: DataType, call: PrintedCall, options: ReadonlyMap<string, string>): string {
  switch (type.kind) {
    case 'boolean':
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
    case 'decimal':
      return `${sql}::VARCHAR`
    case 'float':
    case 'double':
      return `millrace.json_number_text(${call.castText(sql, type, STRING, 'ansi')})`
    case 'timestamp':
      return time(
        `millrace.utc(${sql})`,
        options.get('timestampFormat') ?? "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        call,
      )
    case 'timestamp_ntz':
      return time(sql, options.get('timestampNTZFormat') ?? "yyyy-MM-dd'T'HH:mm:ss.SSS", call)
    case 'date':
      return time(sql, options.get('dateFormat') ?? 'yyyy-MM-dd', call)
    case 'binary':
      return `('"' || to_base64(${sql}) || '"')`
    case 'string':
      return `to_json(${sql})::VARCHAR`
    case 'variant':
      return `CASE WHEN ${sql} IS NOT NULL THEN ${sql}::JSON::VARCHAR END`
    case 'void':
      return 'NULL::VARCHAR'
    default:
      return `to_json(${call.castText(sql, type, STRING, 'ansi')})::VARCHAR`
  }
}

function time(sql: string, pattern: string, call: PrintedCall): string {
  return `to_json(${printDatetimeFormat(sql, pattern, call.quote)})::VARCHAR`
}
