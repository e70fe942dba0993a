import { allowsWidening, widenField } from '../../delta/index.ts'
import { PipelineError } from '../../errors/index.ts'
import type { ResolvedDataset } from '../../graph/resolved-graph.ts'
import {
  type DataType,
  fieldNamed,
  type StructField,
  type StructType,
  struct,
} from '../../types/data-type.ts'
import { printDataType } from '../../types/ddl.ts'
import { sameType } from '../../types/same-type.ts'

/**
 * A streaming table's schema with what its definition adds, as Delta's schema evolution does it: columns and fields of structs
 * that are new join at the end, also inside of arrays and maps, and are NULL in the rows that are there; what the definition leaves
 * out stays. A type is widened where the table may be; NOT NULL can be lifted, and not be put on rows that are there.
 * Throws CANNOT_UPDATE_TABLE_SCHEMA for another type.
 */
export function grownSchema(existing: StructType, dataset: ResolvedDataset): StructType {
  return grownStruct(existing, dataset.schema, [], dataset)
}

function grownStruct(
  existing: StructType,
  wanted: StructType,
  path: readonly string[],
  dataset: ResolvedDataset,
): StructType {
  const known = existing.fields.map((field) => {
    const given = fieldNamed(wanted, field.name)
    return given === undefined ? field : grownField(field, given, [...path, field.name], dataset)
  })
  const added = wanted.fields
    .filter(({ name }) => fieldNamed(existing, name) === undefined)
    .map((field) => ({ ...field, nullable: true }))
  return struct([...known, ...added])
}

function grownField(
  known: StructField,
  wanted: StructField,
  path: readonly string[],
  dataset: ResolvedDataset,
): StructField {
  const dataType = grownType(known.dataType, wanted.dataType, path, dataset)
  const field = dataType === undefined ? widened(known, wanted.dataType, dataset) : { ...known, dataType }
  if (field === undefined) throw otherType(known, wanted, path, dataset)
  const { comment = known.metadata.comment } = wanted.metadata
  return {
    ...field,
    nullable: known.nullable || wanted.nullable,
    ...(comment !== known.metadata.comment && { metadata: { ...field.metadata, comment } }),
  }
}

/** The type with new fields of structs in it; undefined where the types differ in more. */
function grownType(
  known: DataType,
  wanted: DataType,
  path: readonly string[],
  dataset: ResolvedDataset,
): DataType | undefined {
  if (known.kind === 'struct' && wanted.kind === 'struct') return grownStruct(known, wanted, path, dataset)
  if (known.kind === 'array' && wanted.kind === 'array') {
    const elementType = grownType(known.elementType, wanted.elementType, [...path, 'element'], dataset)
    return elementType && { ...known, elementType, containsNull: known.containsNull || wanted.containsNull }
  }
  if (known.kind === 'map' && wanted.kind === 'map') {
    const keyType = grownType(known.keyType, wanted.keyType, [...path, 'key'], dataset)
    const valueType = grownType(known.valueType, wanted.valueType, [...path, 'value'], dataset)
    const valueContainsNull = known.valueContainsNull || wanted.valueContainsNull
    return keyType && valueType && { ...known, keyType, valueType, valueContainsNull }
  }
  const holdsIt = wanted.kind === 'unknown' || wanted.kind === 'void' || sameType(known, wanted)
  return holdsIt ? known : undefined
}

function widened(
  known: StructField,
  wanted: DataType,
  { tableProperties }: ResolvedDataset,
): StructField | undefined {
  return allowsWidening({ configuration: tableProperties }) ? widenField(known, wanted) : undefined
}

function otherType(
  known: StructField,
  wanted: StructField,
  path: readonly string[],
  { identifier, position }: ResolvedDataset,
): PipelineError {
  return new PipelineError(
    'CANNOT_UPDATE_TABLE_SCHEMA',
    {
      tableName: identifier,
      column: path.join('.'),
      existingType: printDataType(known.dataType),
      requestedType: printDataType(wanted.dataType),
    },
    { position, dataset: identifier },
  )
}
