import { physicalName } from '../../delta/index.ts'
import { duckdbType } from '../../sql/duckdb/types.ts'
import {
  BINARY,
  type DataType,
  field,
  type StructField,
  type StructType,
  struct,
} from '../../types/data-type.ts'
import { mapInnerTypes } from '../../types/nested-types.ts'
import { quoteIdentifier } from './quote.ts'

/** The field as data files name it, nested ones too. */
export function physicalField(field: StructField): StructField {
  return { ...field, name: physicalName(field), dataType: physicalType(field.dataType) }
}

function physicalType(type: DataType): DataType {
  return mapStructs(type, (each) => struct(each.fields.map(physicalField)))
}

/** The type without the fields that no file can hold: those of type void. */
export function withoutVoid(type: DataType): DataType {
  return mapStructs(type, ({ fields }) =>
    struct(
      fields
        .filter((each) => each.dataType.kind !== 'void')
        .map((each) => ({ ...each, dataType: withoutVoid(each.dataType) })),
    ),
  )
}

/** An unshredded variant (PROTOCOL.md, Variant Data Type): two binaries. */
export const VARIANT_BYTES: StructType = struct([field('metadata', BINARY), field('value', BINARY)])

/** The type as it is written: DuckDB would shred a variant, for which a table needs another feature. */
export function unshredded(type: DataType): DataType {
  return type.kind === 'variant' ? VARIANT_BYTES : mapInnerTypes(type, unshredded)
}

function mapStructs(type: DataType, change: (type: StructType) => DataType): DataType {
  return type.kind === 'struct' ? change(type) : mapInnerTypes(type, (each) => mapStructs(each, change))
}

/**
 * SQL for a value of type `from` under the nested names of `to`, a type of the same shape: DuckDB's casts match struct
 * fields by name. A value whose names agree passes as it is; the two binaries of a variant become one.
 */
export function renamed(value: string, from: DataType, to: DataType, depth = 0): string {
  if (from === to || duckdbType(from) === duckdbType(to)) return value
  if (from.kind === 'variant' && to.kind === 'struct') {
    return `CASE WHEN ${value} IS NOT NULL THEN variant_to_parquet_variant(${value}) END`
  }
  if (from.kind === 'struct' && to.kind === 'variant') {
    return `variant_bytes_to_variant(${value}.metadata || ${value}."value")`
  }
  const item = `x${depth}`
  if (from.kind === 'struct' && to.kind === 'struct') {
    const fields = to.fields.map((target, index) => {
      const source = from.fields[index]!
      const inner = renamed(
        `${value}.${quoteIdentifier(source.name)}`,
        source.dataType,
        target.dataType,
        depth,
      )
      return `${quoteIdentifier(target.name)} := ${inner}`
    })
    return `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`
  }
  if (from.kind === 'array' && to.kind === 'array') {
    const inner = renamed(item, from.elementType, to.elementType, depth + 1)
    return `list_transform(${value}, lambda ${item}: ${inner})`
  }
  if (from.kind === 'map' && to.kind === 'map') {
    const key = renamed(`${item}.key`, from.keyType, to.keyType, depth + 1)
    const item2 = renamed(`${item}.value`, from.valueType, to.valueType, depth + 1)
    const entry = `struct_pack(key := ${key}, value := ${item2})`
    return `map_from_entries(list_transform(map_entries(${value}), lambda ${item}: ${entry}))`
  }
  return value
}

/** The ids of columns and of the fields in them, as COPY's FIELD_IDS takes them; undefined where there are none. */
export function fieldIds(fields: readonly StructField[]): string | undefined {
  const entries = fields.flatMap((field) => {
    const id = field.metadata['delta.columnMapping.id']
    const inner = nestedIds(field.dataType)
    const known = typeof id === 'number' ? `__duckdb_field_id: ${id}` : undefined
    const all = [known, inner].filter((each) => each !== undefined)
    return all.length === 0 ? [] : [`${quoteIdentifier(physicalName(field))}: {${all.join(', ')}}`]
  })
  return entries.length === 0 ? undefined : entries.join(', ')
}

function nestedIds(type: DataType): string | undefined {
  const child = (name: string, inner: DataType) => {
    const ids = nestedIds(inner)
    return ids === undefined ? [] : [`${name}: {${ids}}`]
  }
  switch (type.kind) {
    case 'struct':
      return fieldIds(type.fields)
    case 'array':
      return child('element', type.elementType)[0]
    case 'map': {
      const ids = [...child('key', type.keyType), ...child('value', type.valueType)]
      return ids.length === 0 ? undefined : ids.join(', ')
    }
    default:
      return undefined
  }
}
