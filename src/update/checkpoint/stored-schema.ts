import { type DataType, INTEGER, type StructType, struct } from '../../types/data-type.ts'
import { mapInnerTypes } from '../../types/nested-types.ts'

/** The columns of a checkpoint's files: Parquet has none for VOID, so that NULLs without a type are kept as INT, as the engine has them. */
export function storedSchema({ fields }: StructType): StructType {
  return struct(fields.map((each) => ({ ...each, dataType: storedType(each.dataType) })))
}

function storedType(type: DataType): DataType {
  return type.kind === 'void' ? INTEGER : mapInnerTypes(type, storedType)
}
