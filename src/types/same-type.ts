import type { DataType } from './data-type.ts'
import { sameName } from './same-name.ts'

/** True when two types are the same, nullability inside containers and field metadata aside; names ignore case. */
export function sameType(a: DataType, b: DataType): boolean {
  return isSame(a, b, sameName)
}

/** True when two types are the same but for the names of fields too. */
export function sameStructure(a: DataType, b: DataType): boolean {
  return isSame(a, b, () => true)
}

function isSame(a: DataType, b: DataType, isSameField: (a: string, b: string) => boolean): boolean {
  if (a === b) return true
  if (a.kind === 'decimal' && b.kind === 'decimal') return a.precision === b.precision && a.scale === b.scale
  if (a.kind === 'array' && b.kind === 'array') return isSame(a.elementType, b.elementType, isSameField)
  if (a.kind === 'map' && b.kind === 'map') {
    return isSame(a.keyType, b.keyType, isSameField) && isSame(a.valueType, b.valueType, isSameField)
  }
  if (a.kind === 'struct' && b.kind === 'struct') {
    return (
      a.fields.length === b.fields.length &&
      a.fields.every((each, i) => {
        const other = b.fields[i]!
        return isSameField(each.name, other.name) && isSame(each.dataType, other.dataType, isSameField)
      })
    )
  }
  return a.kind === b.kind
}
