import type { DataType, StructType } from './data-type.ts'
import { mapInnerTypes } from './nested-types.ts'

/**
 * The type with NULL allowed everywhere: that a query happens to give none is no promise of the table it is written to
 * (Spark's `StructType.asNullable`, applied when a query creates a table).
 */
export function asNullable(type: StructType): StructType
export function asNullable(type: DataType): DataType
export function asNullable(type: DataType): DataType {
  const inner = mapInnerTypes(type, asNullable)
  switch (inner.kind) {
    case 'struct':
      return { ...inner, fields: inner.fields.map((each) => ({ ...each, nullable: true })) }
    case 'array':
      return { ...inner, containsNull: true }
    case 'map':
      return { ...inner, valueContainsNull: true }
    default:
      return inner
  }
}
