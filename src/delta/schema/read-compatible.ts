import { type DataType, fieldNamed, type StructField } from '../../types/data-type.ts'
import { sameType } from '../../types/same-type.ts'
import { canWiden } from './type-widening.ts'

/**
 * True when rows written with the columns `written` can be read as `wanted`: no column is missing or renamed there, none is
 * narrower (Delta Lake's SchemaUtils.isReadCompatible, with widening).
 */
export function canReadAs(wanted: DataType, written: DataType): boolean {
  if (wanted.kind === 'struct' && written.kind === 'struct') {
    return written.fields.every((each) => {
      const known = fieldNamed(wanted, each.name)
      return known !== undefined && isSameColumn(known, each) && canReadAs(known.dataType, each.dataType)
    })
  }
  if (wanted.kind === 'array' && written.kind === 'array')
    return canReadAs(wanted.elementType, written.elementType)
  if (wanted.kind === 'map' && written.kind === 'map') {
    return canReadAs(wanted.keyType, written.keyType) && canReadAs(wanted.valueType, written.valueType)
  }
  return sameType(wanted, written) || canWiden(written, wanted)
}

/** Under column mapping a name may pass from one column to another; columns from before it have no physical name. */
function isSameColumn(wanted: StructField, written: StructField): boolean {
  const before = written.metadata['delta.columnMapping.physicalName']
  return before === undefined || before === wanted.metadata['delta.columnMapping.physicalName']
}
