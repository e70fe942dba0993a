import type { DataType, StructField, StructType } from './data-type.ts'

/** The types right inside: of the fields, of the elements, of keys and values. */
export function innerTypes(type: DataType): readonly DataType[] {
  switch (type.kind) {
    case 'struct':
      return type.fields.map((each) => each.dataType)
    case 'array':
      return [type.elementType]
    case 'map':
      return [type.keyType, type.valueType]
    default:
      return []
  }
}

/** The type with each type right inside of it changed. */
export function mapInnerTypes(type: DataType, change: (inner: DataType) => DataType): DataType {
  switch (type.kind) {
    case 'struct':
      return { ...type, fields: type.fields.map((each) => ({ ...each, dataType: change(each.dataType) })) }
    case 'array':
      return { ...type, elementType: change(type.elementType) }
    case 'map':
      return { ...type, keyType: change(type.keyType), valueType: change(type.valueType) }
    default:
      return type
  }
}

/** The fields at any depth, those of structs in arrays and maps too. */
export function allFields(type: DataType): readonly StructField[] {
  const own = type.kind === 'struct' ? type.fields : []
  return [...own, ...innerTypes(type).flatMap(allFields)]
}

/** The schema with each field, at any depth, changed: the inner ones first. */
export function mapFields(schema: StructType, change: (field: StructField) => StructField): StructType {
  const inner = (type: DataType): DataType =>
    type.kind === 'struct' ? mapFields(type, change) : mapInnerTypes(type, inner)
  return {
    ...schema,
    fields: schema.fields.map((each) => change({ ...each, dataType: inner(each.dataType) })),
  }
}
