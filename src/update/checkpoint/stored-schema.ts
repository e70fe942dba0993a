import { type DataType, INTEGER, STRING, type StructType, struct } from '../../types/data-type.ts'
import { mapInnerTypes } from '../../types/nested-types.ts'

/**
 * The columns of a checkpoint's files. Parquet has none for VOID, so that NULLs without a type are kept as INT, as the engine has
 * them. Its intervals are positive and of milliseconds: ours are kept as texts of the engine.
 */
export function storedSchema({ fields }: StructType): StructType {
  return struct(fields.map((each) => ({ ...each, dataType: storedType(each.dataType) })))
}

function storedType(type: DataType): DataType {
  switch (type.kind) {
    case 'void':
      return INTEGER
    case 'interval day to second':
    case 'interval year to month':
      return STRING
    default:
      return mapInnerTypes(type, storedType)
  }
}
