import {
  type DataType,
  fieldNamed,
  type StructField,
  type StructType,
  struct,
} from '../../../types/data-type.ts'

/**
 * A table's columns with those of a source that it lacks behind them, nullable; structs get missing fields in the same way,
 * also in arrays and maps (Delta Lake's schema evolution). Columns that are in both keep the table's type.
 */
export function evolvedSchema(table: StructType, source: StructType): StructType {
  const fields = table.fields.map((each) => {
    const given = fieldNamed(source, each.name)
    return given === undefined ? each : withType(each, evolvedType(each.dataType, given.dataType))
  })
  const added = source.fields.filter((each) => fieldNamed(table, each.name) === undefined).map(asAdded)
  return added.length === 0 && fields.every((each, i) => each === table.fields[i])
    ? table
    : struct([...fields, ...added])
}

function evolvedType(table: DataType, source: DataType): DataType {
  if (table.kind === 'struct' && source.kind === 'struct') return evolvedSchema(table, source)
  if (table.kind === 'array' && source.kind === 'array') {
    const elementType = evolvedType(table.elementType, source.elementType)
    return elementType === table.elementType ? table : { ...table, elementType }
  }
  if (table.kind === 'map' && source.kind === 'map') {
    const keyType = evolvedType(table.keyType, source.keyType)
    const valueType = evolvedType(table.valueType, source.valueType)
    return keyType === table.keyType && valueType === table.valueType
      ? table
      : { ...table, keyType, valueType }
  }
  return table
}

function withType(field: StructField, dataType: DataType): StructField {
  return dataType === field.dataType ? field : { ...field, dataType }
}

/** What another table says of its column, such as a default or a physical name, does not hold here. */
function asAdded(field: StructField): StructField {
  const { comment } = field.metadata
  return { ...field, nullable: true, metadata: comment === undefined ? {} : { comment } }
}
