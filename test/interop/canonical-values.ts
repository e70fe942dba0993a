import type { DataType, StructType } from '../../src/types/data-type.ts'
import type { Row, Value } from '../../src/types/row.ts'

/** A row of ours in the canonical form of the golden tables. */
export function canonicalValues(row: Row, schema: StructType): unknown[] {
  return schema.fields.map((field, index) => canonical(row[index]!, field.dataType))
}

function canonical(value: Value, type: DataType): unknown {
  if (value === null) return null
  switch (type.kind) {
    case 'struct': {
      const fields = value as { readonly [field: string]: Value }
      return type.fields.map(({ name, dataType }) => canonical(fields[name]!, dataType))
    }
    case 'array':
      return (value as readonly Value[]).map((each) => canonical(each, type.elementType))
    case 'map':
      return [...(value as ReadonlyMap<Value, Value>)]
        .map(([key, item]) => [canonical(key, type.keyType), canonical(item, type.valueType)])
        .sort(([a], [b]) => Buffer.compare(Buffer.from(JSON.stringify(a)), Buffer.from(JSON.stringify(b))))
    case 'binary':
      return Buffer.from(value as Uint8Array).toString('base64')
    case 'float':
    case 'double':
      return Number.isFinite(value) ? value : String(value)
    case 'timestamp':
      return `${String(value).replace(' ', 'T')}Z`
    case 'timestamp_ntz':
      return String(value).replace(' ', 'T')
    case 'long':
    case 'decimal':
      return String(value)
    default:
      return value
  }
}
