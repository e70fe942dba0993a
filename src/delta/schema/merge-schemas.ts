import { PipelineError } from '../../errors/index.ts'
import { asNullable } from '../../types/as-nullable.ts'
import { canCast } from '../../types/cast-rules.ts'
import { tightestCommonType } from '../../types/coercion.ts'
import { type DataType, fieldNamed, type StructField, type StructType } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import { sameType } from '../../types/same-type.ts'
import { widenField, widensBySchemaEvolution } from './type-widening.ts'

/**
 * A table's schema after rows of another one are written with schema evolution: columns and nested fields that are new join
 * at the end and may be NULL; columns that the table has stay as they are, also where the rows' type is narrower; with
 * `allowWidening` they take a wider type, noted in their metadata, and with `allowCasts` rows of other types are to be cast.
 * Throws DELTA_FAILED_TO_MERGE_FIELDS.
 */
export function mergeSchemas(
  existing: StructType,
  incoming: StructType,
  allowed: AllowedChanges = {},
): StructType {
  return mergeStruct(existing, incoming, [], allowed)
}

interface AllowedChanges {
  readonly allowWidening?: boolean
  readonly allowCasts?: boolean
}

function mergeStruct(
  existing: StructType,
  incoming: StructType,
  path: readonly string[],
  allowed: AllowedChanges,
): StructType {
  const known = existing.fields.map((field) => {
    const given = fieldNamed(incoming, field.name)
    return given === undefined ? field : mergeField(field, given, [...path, field.name], allowed)
  })
  const added = incoming.fields
    .filter((each) => fieldNamed(existing, each.name) === undefined && each.dataType.kind !== 'void')
    .map(newField)
  return { kind: 'struct', fields: [...known, ...added] }
}

/** Rows that are there hold NULL in it; of what the query says of the column only the comment is the table's. */
function newField({ name, dataType, metadata }: StructField): StructField {
  const { comment } = metadata
  const kept = typeof comment === 'string' ? { comment } : {}
  return { name, dataType: asNullable(dataType), nullable: true, metadata: kept }
}

function mergeField(
  field: StructField,
  given: StructField,
  path: readonly string[],
  allowed: AllowedChanges,
): StructField {
  const nested = mergeNested(field.dataType, given.dataType, path, allowed)
  if (nested !== undefined) return { ...field, dataType: nested }
  const widened = allowed.allowWidening
    ? widenField(field, given.dataType, widensBySchemaEvolution)
    : undefined
  if (widened !== undefined) return widened
  if (allowed.allowCasts && canCast(given.dataType, field.dataType)) return field
  throw new PipelineError('DELTA_FAILED_TO_MERGE_FIELDS', {
    currentField: path.join('.'),
    updateField: given.name,
    currentType: printSqlType(field.dataType),
    updateType: printSqlType(given.dataType),
  })
}

/** The type that holds both as it is or grown by nested fields; undefined where only widening can help. */
function mergeNested(
  type: DataType,
  given: DataType,
  path: readonly string[],
  allowed: AllowedChanges,
): DataType | undefined {
  if (type.kind === 'struct' && given.kind === 'struct') return mergeStruct(type, given, path, allowed)
  if (type.kind === 'array' && given.kind === 'array') {
    const elementType = mergeNested(type.elementType, given.elementType, [...path, 'element'], allowed)
    return elementType && { ...type, elementType }
  }
  if (type.kind === 'map' && given.kind === 'map') {
    const keyType = mergeNested(type.keyType, given.keyType, [...path, 'key'], allowed)
    const valueType = mergeNested(type.valueType, given.valueType, [...path, 'value'], allowed)
    return keyType && valueType && { ...type, keyType, valueType }
  }
  const holdsIt = given.kind === 'void' || given.kind === 'unknown' || sameType(type, given)
  if (holdsIt) return type
  const common = tightestCommonType(type, given)
  return common !== undefined && sameType(common, type) ? type : undefined
}
