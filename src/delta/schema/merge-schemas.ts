import { PipelineError } from '../../errors/index.ts'
import { asNullable } from '../../types/as-nullable.ts'
import { canCast } from '../../types/cast-rules.ts'
import { tightestCommonType } from '../../types/coercion.ts'
import type { DataType, StructField, StructType } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import { sameType } from '../../types/same-type.ts'
import { growStruct } from './grow-struct.ts'
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
  return growStruct(existing, incoming, {
    added: newField,
    known: (field, given, dataType, path) =>
      dataType === undefined ? otherField(field, given, path, allowed) : { ...field, dataType },
    holds,
    liftsNotNull: false,
  })
}

interface AllowedChanges {
  readonly allowWidening?: boolean
  readonly allowCasts?: boolean
}

/** Rows that are there hold NULL in it; of what the query says of the column only the comment is the table's. */
function newField({ name, dataType, metadata }: StructField): StructField | undefined {
  if (dataType.kind === 'void') return undefined
  const { comment } = metadata
  const kept = typeof comment === 'string' ? { comment } : {}
  return { name, dataType: asNullable(dataType), nullable: true, metadata: kept }
}

function otherField(
  field: StructField,
  given: StructField,
  path: readonly string[],
  { allowWidening, allowCasts }: AllowedChanges,
): StructField {
  const widened = allowWidening ? widenField(field, given.dataType, widensBySchemaEvolution) : undefined
  if (widened !== undefined) return widened
  if (allowCasts && canCast(given.dataType, field.dataType)) return field
  throw new PipelineError('DELTA_FAILED_TO_MERGE_FIELDS', {
    currentField: path.join('.'),
    updateField: given.name,
    currentType: printSqlType(field.dataType),
    updateType: printSqlType(given.dataType),
  })
}

function holds(type: DataType, given: DataType): boolean {
  if (given.kind === 'void' || given.kind === 'unknown' || sameType(type, given)) return true
  const common = tightestCommonType(type, given)
  return common !== undefined && sameType(common, type)
}
