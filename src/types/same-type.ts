import type { DataType } from './data-type.ts'
import { sameName } from './same-name.ts'

/** True when two types are the same, nullability inside containers and field metadata aside; names ignore case. */
export function sameType(a: DataType, b: DataType): boolean {
  if (a === b) return true
  if (a.kind === 'decimal' && b.kind === 'decimal') return a.precision === b.precision && a.scale === b.scale
  if (a.kind === 'array' && b.kind === 'array') return sameType(a.elementType, b.elementType)
  if (a.kind === 'map' && b.kind === 'map') {
    return sameType(a.keyType, b.keyType) && sameType(a.valueType, b.valueType)
  }
  if (a.kind === 'struct' && b.kind === 'struct') {
    return (
      a.fields.length === b.fields.length &&
      a.fields.every((each, i) => {
        const other = b.fields[i]!
        return sameName(each.name, other.name) && sameType(each.dataType, other.dataType)
      })
    )
  }
  return a.kind === b.kind
}
