import { nearest, PipelineError } from '../../errors/index.ts'
import {
  type ArrayType,
  type DataType,
  fieldNamed,
  type MapType,
  type StructField,
  type StructType,
} from '../../types/data-type.ts'

/** Where a column stands among its siblings; at the end where it is not said. */
export type ColumnPlace = 'first' | { readonly after: string }

/**
 * Paths are field names from the root. A step into an array is `element`, into a map `key` or `value`, as in Spark.
 * Names ignore case.
 */
export type ColumnPath = readonly string[]

/** The field at a path. Throws DELTA_COLUMN_NOT_FOUND_IN_SCHEMA. */
export function fieldAt(schema: StructType, path: ColumnPath): StructField {
  let found: StructField | undefined
  editSiblings(schema, path, (fields, at) => {
    found = fields[at]
    return fields
  })
  return found!
}

/** The schema with the field at a path replaced. Throws DELTA_COLUMN_NOT_FOUND_IN_SCHEMA. */
export function replaceField(
  schema: StructType,
  path: ColumnPath,
  change: (field: StructField) => StructField,
): StructType {
  return editSiblings(schema, path, (fields, at) => fields.with(at, change(fields[at]!)))
}

/** Throws DELTA_COLUMN_NOT_FOUND_IN_SCHEMA, DELTA_DROP_COLUMN_ON_SINGLE_FIELD_SCHEMA. */
export function removeField(schema: StructType, path: ColumnPath): StructType {
  return editSiblings(schema, path, (fields, at) => {
    if (fields.length > 1) return fields.toSpliced(at, 1)
    const parent = path.slice(0, -1).join('.') || 'the table'
    throw new PipelineError('DELTA_DROP_COLUMN_ON_SINGLE_FIELD_SCHEMA', { parent })
  })
}

/** The field moved among its siblings. Throws DELTA_COLUMN_NOT_FOUND_IN_SCHEMA. */
export function moveField(schema: StructType, path: ColumnPath, place: ColumnPlace): StructType {
  return editSiblings(schema, path, (fields, at) => placed(fields.toSpliced(at, 1), fields[at]!, place))
}

/** A new field below `parent` (empty: a column of the table). Throws DELTA_COLUMN_NOT_FOUND_IN_SCHEMA. */
export function addField(
  schema: StructType,
  parent: ColumnPath,
  added: StructField,
  place?: ColumnPlace,
): StructType {
  return insideStruct(schema, parent, (fields) => placed(fields, added, place)) as StructType
}

/**
 * The field that a change of type at a path changes: for `tags.element` it is the array `tags`, with the new type inside.
 * Throws DELTA_COLUMN_NOT_FOUND_IN_SCHEMA.
 */
export function ownerOf(
  schema: StructType,
  path: ColumnPath,
  dataType: DataType | undefined,
): { readonly path: ColumnPath; readonly dataType: DataType | undefined } {
  const parent = path.slice(0, -1)
  if (dataType === undefined || parent.length === 0) return { path, dataType }
  const around = typeAt(schema, parent)
  const step = `${around.kind}.${path.at(-1)!.toLowerCase()}`
  if (step === 'array.element')
    return ownerOf(schema, parent, { ...around, elementType: dataType } as ArrayType)
  if (step === 'map.key') return ownerOf(schema, parent, { ...around, keyType: dataType } as MapType)
  if (step === 'map.value') return ownerOf(schema, parent, { ...around, valueType: dataType } as MapType)
  return { path, dataType }
}

function typeAt(type: DataType, path: ColumnPath): DataType {
  const [step, ...rest] = path
  if (step === undefined) return type
  if (type.kind === 'struct') return typeAt(type.fields[positionOf(type.fields, step)]!.dataType, rest)
  const name = step.toLowerCase()
  if (type.kind === 'array' && name === 'element') return typeAt(type.elementType, rest)
  if (type.kind === 'map' && name === 'key') return typeAt(type.keyType, rest)
  if (type.kind === 'map' && name === 'value') return typeAt(type.valueType, rest)
  throw notFound(step, [])
}

function placed(fields: readonly StructField[], added: StructField, place?: ColumnPlace): StructField[] {
  if (place === undefined) return [...fields, added]
  if (place === 'first') return [added, ...fields]
  return fields.toSpliced(positionOf(fields, place.after) + 1, 0, added)
}

type Edit = (fields: readonly StructField[], at: number) => readonly StructField[]

function editSiblings(schema: StructType, path: ColumnPath, edit: Edit): StructType {
  const name = path.at(-1)!
  const change = (fields: readonly StructField[]) => edit(fields, positionOf(fields, name))
  return insideStruct(schema, path.slice(0, -1), change) as StructType
}

/** The type with the fields of the struct at a path changed. */
function insideStruct(
  type: DataType,
  path: ColumnPath,
  change: (fields: readonly StructField[]) => readonly StructField[],
): DataType {
  const [step, ...rest] = path
  if (type.kind === 'struct') {
    if (step === undefined) return { ...type, fields: change(type.fields) }
    const at = positionOf(type.fields, step)
    const field = type.fields[at]!
    return {
      ...type,
      fields: type.fields.with(at, { ...field, dataType: insideStruct(field.dataType, rest, change) }),
    }
  }
  switch (`${type.kind}.${step?.toLowerCase()}`) {
    case 'array.element':
      return {
        ...type,
        elementType: insideStruct((type as ArrayType).elementType, rest, change),
      } as ArrayType
    case 'map.key':
      return { ...type, keyType: insideStruct((type as MapType).keyType, rest, change) } as MapType
    case 'map.value':
      return { ...type, valueType: insideStruct((type as MapType).valueType, rest, change) } as MapType
    default:
      throw notFound(step ?? '', [])
  }
}

function positionOf(fields: readonly StructField[], name: string): number {
  const found = fieldNamed({ kind: 'struct', fields }, name)
  if (found !== undefined) return fields.indexOf(found)
  throw notFound(
    name,
    fields.map((each) => each.name),
  )
}

function notFound(column: string, names: readonly string[]): PipelineError {
  return new PipelineError('DELTA_COLUMN_NOT_FOUND_IN_SCHEMA', {
    column,
    columns: names.join(', '),
    suggestion: nearest(column, names) ?? names[0] ?? '',
  })
}
