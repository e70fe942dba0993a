import type { DataType, StructType } from './data-type.ts'

/**
 * The type with NULL allowed everywhere: that a query happens to give none is no promise of the table it is written to
 * (Spark's `StructType.asNullable`, applied when a query creates a table).
 */
export function asNullable(type: StructType): StructType
export function asNullable(type: DataType): DataType
export function asNullable(type: DataType): DataType {
  switch (type.kind) {
    case 'struct':
      return {
        ...type,
        fields: type.fields.map((each) => ({ ...each, dataType: asNullable(each.dataType), nullable: true })),
      }
    case 'array':
      return { ...type, elementType: asNullable(type.elementType), containsNull: true }
    case 'map':
      return {
        ...type,
        keyType: asNullable(type.keyType),
        valueType: asNullable(type.valueType),
        valueContainsNull: true,
      }
    default:
      return type
  }
}
