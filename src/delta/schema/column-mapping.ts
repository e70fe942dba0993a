import { type DataType, fieldNamed, type StructField, type StructType } from '../../types/data-type.ts'
import { mapFields } from '../../types/nested-types.ts'
import { physicalName } from './physical-name.ts'

export const PHYSICAL_NAME = 'delta.columnMapping.physicalName'
export const COLUMN_ID = 'delta.columnMapping.id'
export const MAX_COLUMN_ID = 'delta.columnMapping.maxColumnId'
export const MAPPING_MODE = 'delta.columnMapping.mode'

/** A path of field names as data files spell it; what the schema lacks stays as it is. */
export function physicalPath(schema: StructType, path: readonly string[]): readonly string[] {
  return walkPath(schema, path, fieldNamed, physicalName)
}

/** A path of physical names in the table's own names. */
export function logicalPath(schema: StructType, path: readonly string[]): readonly string[] {
  return walkPath(
    schema,
    path,
    (type, name) => type.fields.find((each) => physicalName(each) === name),
    (field) => field.name,
  )
}

function walkPath(
  schema: StructType,
  path: readonly string[],
  find: (type: StructType, name: string) => StructField | undefined,
  nameOf: (field: StructField) => string,
): readonly string[] {
  let type: DataType | undefined = schema
  return path.map((name): string => {
    const found: StructField | undefined = type?.kind === 'struct' ? find(type, name) : undefined
    type = found?.dataType
    return found === undefined ? name : nameOf(found)
  })
}

/** The schema without what writers keep in it: ids and names of mapped columns, earlier types, marks of identity columns. */
export function definedSchema(schema: StructType): StructType {
  return withoutMetadata(
    schema,
    (key) =>
      key.startsWith('delta.columnMapping.') ||
      key === 'delta.typeChanges' ||
      key === 'delta.identity.highWaterMark',
  )
}

/** The schema without ids and physical names of the fields, at any depth, for which `applies` holds. */
export function withoutMapping(
  schema: StructType,
  applies: (field: StructField) => boolean = () => true,
): StructType {
  return withoutMetadata(schema, (key, field) => key.startsWith('delta.columnMapping.') && applies(field))
}

function withoutMetadata(
  schema: StructType,
  isLeftOut: (key: string, field: StructField) => boolean,
): StructType {
  return mapFields(schema, (field) => {
    const kept = Object.entries(field.metadata).filter(([key]) => !isLeftOut(key, field))
    return { ...field, metadata: Object.fromEntries(kept) }
  })
}

/** `a, b.c, ` + "`odd,name`.d" as paths. */
export function splitColumnPaths(text: string): readonly (readonly string[])[] {
  const names = text.match(/(?:`[^`]*`|[^,`])+/g) ?? []
  return names.map((name) =>
    (name.trim().match(/`[^`]*`|[^.`]+/g) ?? []).map((part) => part.replaceAll('`', '')),
  )
}

/** A path as `splitColumnPaths` reads it. */
export function joinColumnPath(path: readonly string[]): string {
  return path.map((name) => (/^\w+$/.test(name) ? name : `\`${name}\``)).join('.')
}
