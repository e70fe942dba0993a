import type { DataType, DecimalType, StructField } from '../../types/data-type.ts'
import { sameType } from '../../types/same-type.ts'
import { dataTypeToJson } from '../../types/schema-json.ts'
import type { Metadata } from './metadata.ts'

/** Under this key a field keeps the types that its files may have (PROTOCOL.md, Type Widening). */
export const TYPE_CHANGES = 'delta.typeChanges'

/** True where columns of the table may be widened: `delta.enableTypeWidening`. */
export function allowsWidening({ configuration }: Pick<Metadata, 'configuration'>): boolean {
  return configuration['delta.enableTypeWidening']?.toLowerCase() === 'true'
}

const INTEGERS = ['byte', 'short', 'integer', 'long']

/** Whether files of the first type can be read as the second (PROTOCOL.md, Supported Type Changes). */
export function canWiden(from: DataType, to: DataType): boolean {
  if (to.kind === 'decimal') return holds(to, from)
  if (to.kind === 'double') return ['float', 'byte', 'short', 'integer'].includes(from.kind)
  return widensBySchemaEvolution(from, to)
}

/**
 * Whether a write widens a column by itself: as Spark does it, within whole numbers, floats and decimals and from dates to
 * timestamps, but not from a whole number to a decimal or double.
 */
export function widensBySchemaEvolution(from: DataType, to: DataType): boolean {
  if (from.kind === 'decimal' && to.kind === 'decimal') return holds(to, from)
  if (from.kind === 'float' && to.kind === 'double') return true
  if (from.kind === 'date') return to.kind === 'timestamp_ntz'
  const [a, b] = [INTEGERS.indexOf(from.kind), INTEGERS.indexOf(to.kind)]
  return a !== -1 && a < b
}

/** More digits before the point, and no fewer behind it than before it: precision by k1, scale by k2, k1 >= k2 >= 0. */
function holds(to: DecimalType, from: DataType): boolean {
  const base = from.kind === 'decimal' ? from : wholeDigits(from)
  if (base === undefined || (from.kind === 'decimal' && sameType(from, to))) return false
  const added = to.scale - base.scale
  return added >= 0 && to.precision - base.precision >= added
}

function wholeDigits(type: DataType): { precision: number; scale: number } | undefined {
  if (type.kind === 'long') return { precision: 20, scale: 0 }
  return INTEGERS.includes(type.kind) ? { precision: 10, scale: 0 } : undefined
}

interface TypeChange {
  readonly fromType: unknown
  readonly toType: unknown
  /** `element`, `key`, `value`, joined by points, where the change is inside of an array or map. */
  readonly fieldPath?: string
}

/**
 * The field with another type and the change noted, in arrays and maps too. Undefined where the types differ in more than
 * widenings that `rule` allows; the fields of structs are to be changed one by one.
 */
export function widenField(
  field: StructField,
  to: DataType,
  rule: (from: DataType, to: DataType) => boolean = canWiden,
): StructField | undefined {
  const changes: TypeChange[] = []
  const dataType = widen(field.dataType, to, [], changes, rule)
  if (dataType === undefined) return undefined
  if (changes.length === 0) return { ...field, dataType }
  const before = Array.isArray(field.metadata[TYPE_CHANGES]) ? field.metadata[TYPE_CHANGES] : []
  return { ...field, dataType, metadata: { ...field.metadata, [TYPE_CHANGES]: [...before, ...changes] } }
}

function widen(
  from: DataType,
  to: DataType,
  path: readonly string[],
  changes: TypeChange[],
  rule: (from: DataType, to: DataType) => boolean,
): DataType | undefined {
  if (sameType(from, to)) return from
  if (from.kind === 'array' && to.kind === 'array') {
    const elementType = widen(from.elementType, to.elementType, [...path, 'element'], changes, rule)
    return elementType && { ...from, elementType }
  }
  if (from.kind === 'map' && to.kind === 'map') {
    const keyType = widen(from.keyType, to.keyType, [...path, 'key'], changes, rule)
    const valueType = widen(from.valueType, to.valueType, [...path, 'value'], changes, rule)
    return keyType && valueType && { ...from, keyType, valueType }
  }
  if (!rule(from, to)) return undefined
  changes.push({
    fromType: dataTypeToJson(from),
    toType: dataTypeToJson(to),
    ...(path.length > 0 && { fieldPath: path.join('.') }),
  })
  return to
}
