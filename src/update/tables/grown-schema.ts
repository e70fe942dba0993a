import { allowsWidening, growStruct, widenField } from '../../delta/index.ts'
import { PipelineError } from '../../errors/index.ts'
import type { ResolvedDataset } from '../../graph/resolved-graph.ts'
import type { DataType, StructField, StructType } from '../../types/data-type.ts'
import { printDataType } from '../../types/ddl.ts'
import { sameType } from '../../types/same-type.ts'

/**
 * A streaming table's schema with what its definition adds, as Delta's schema evolution does it: columns and fields of structs
 * that are new join at the end, also inside of arrays and maps, and are NULL in the rows that are there; what the definition leaves
 * out stays. A type is widened where the table may be; NOT NULL can be lifted, and not be put on rows that are there.
 * Throws CANNOT_UPDATE_TABLE_SCHEMA for another type.
 */
export function grownSchema(existing: StructType, dataset: ResolvedDataset): StructType {
  return growStruct(existing, dataset.schema, {
    added: (field) => ({ ...field, nullable: true }),
    known: (known, wanted, dataType, path) => {
      const field = dataType === undefined ? widened(known, wanted.dataType, dataset) : { ...known, dataType }
      if (field === undefined) throw otherType(known, wanted, path, dataset)
      return describedAs(wanted, field)
    },
    holds: (known, wanted) => isUntyped(wanted) || sameType(known, wanted),
    liftsNotNull: true,
  })
}

/** NULL, or what is not known before the flow runs: any column takes it. */
function isUntyped({ kind }: DataType): boolean {
  return kind === 'unknown' || kind === 'void'
}

/** The field with the definition's comment, and without NOT NULL where the definition has none. */
function describedAs(wanted: StructField, field: StructField): StructField {
  const { comment = field.metadata.comment } = wanted.metadata
  return {
    ...field,
    nullable: field.nullable || wanted.nullable,
    ...(comment !== field.metadata.comment && { metadata: { ...field.metadata, comment } }),
  }
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
