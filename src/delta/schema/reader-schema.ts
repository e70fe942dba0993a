import type { DataType, StructField, StructType } from '../../types/data-type.ts'

/**
 * The schema as a query sees it: what a table keeps in its fields for writers (generation expressions, defaults, identity
 * marks, ids and names of mapped columns, earlier types) is no property of the values, and must not pass to a table that is
 * made from the query. Comments pass.
 */
export function readerSchema(type: StructType): StructType
export function readerSchema(type: DataType): DataType
export function readerSchema(type: DataType): DataType {
  switch (type.kind) {
    case 'struct':
      return { ...type, fields: type.fields.map(readerField) }
    case 'array':
      return { ...type, elementType: readerSchema(type.elementType) }
    case 'map':
      return { ...type, keyType: readerSchema(type.keyType), valueType: readerSchema(type.valueType) }
    default:
      return type
  }
}

function readerField(field: StructField): StructField {
  const kept = Object.entries(field.metadata).filter(([key]) => !isForWriters(key))
  return { ...field, dataType: readerSchema(field.dataType), metadata: Object.fromEntries(kept) }
}

function isForWriters(key: string): boolean {
  return key.startsWith('delta.') || key === 'CURRENT_DEFAULT' || key === 'EXISTS_DEFAULT'
}
