import { type DataType, INTEGER, type StructType, struct } from '../../types/data-type.ts'

/** The columns of a checkpoint's files: Parquet has none for VOID, so that NULLs without a type are kept as INT, as the engine has them. */
export function storedSchema({ fields }: StructType): StructType {
  return struct(fields.map((each) => ({ ...each, dataType: storedType(each.dataType) })))
}

function storedType(type: DataType): DataType {
  switch (type.kind) {
    case 'void':
      return INTEGER
    case 'struct':
      return storedSchema(type)
    case 'array':
      return { ...type, elementType: storedType(type.elementType) }
    case 'map':
      return { ...type, keyType: storedType(type.keyType), valueType: storedType(type.valueType) }
    default:
      return type
  }
}
