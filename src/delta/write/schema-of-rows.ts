import { nearest, PipelineError } from '../../errors/index.ts'
import { type DataType, fieldNamed, type StructType } from '../../types/data-type.ts'
import { sameType } from '../../types/same-type.ts'
import { mergeSchemas } from '../schema/merge-schemas.ts'
import type { Metadata } from '../schema/metadata.ts'
import { allowsWidening } from '../schema/type-widening.ts'
import type { Transaction } from '../transaction.ts'

/**
 * The metadata under which a table takes rows of these columns. With `mergeSchema` the transaction also adds what the table
 * lacks, and takes over wider types where `delta.enableTypeWidening` is set. Throws DELTA_METADATA_MISMATCH where nothing may
 * be added, what `mergeSchemas` throws, and DELTA_DUPLICATE_COLUMNS_FOUND where the rows have a column twice.
 */
export function metadataForRows(
  transaction: Transaction,
  rows: StructType,
  { mergeSchema, tableName }: { mergeSchema: boolean; tableName: string },
): Metadata {
  const { metadata } = transaction
  checkDuplicates(rows)
  const [unknown] = unknownFields(metadata.schema, rows, [])
  const allowWidening = mergeSchema && allowsWidening(metadata)
  if (unknown === undefined && !allowWidening) return metadata
  if (!mergeSchema) {
    const columns = metadata.schema.fields.map((each) => each.name)
    const near = nearest(unknown!.join('.'), columns)
    throw new PipelineError('DELTA_METADATA_MISMATCH', {
      column: unknown!.join('.'),
      table: tableName,
      columns: columns.join(', '),
      suggestion: near === undefined ? '' : `Did you mean '${near}'? `,
    })
  }
  const schema = mergeSchemas(metadata.schema, rows, { allowWidening, allowCasts: true })
  return sameType(schema, metadata.schema) ? metadata : transaction.updateMetadata({ schema }).metadata
}

function checkDuplicates({ fields }: StructType): void {
  const seen = new Set<string>()
  for (const { name } of fields) {
    if (seen.has(name.toLowerCase()))
      throw new PipelineError('DELTA_DUPLICATE_COLUMNS_FOUND', { column: name })
    seen.add(name.toLowerCase())
  }
}

/** Paths of the fields that only the rows have. */
function unknownFields(table: StructType, rows: StructType, parents: readonly string[]): string[][] {
  return rows.fields.flatMap((given) => {
    const path = [...parents, given.name]
    const known = fieldNamed(table, given.name)
    return known === undefined ? [path] : unknownInside(known.dataType, given.dataType, path)
  })
}

function unknownInside(table: DataType, rows: DataType, path: readonly string[]): string[][] {
  if (table.kind === 'struct' && rows.kind === 'struct') return unknownFields(table, rows, path)
  if (table.kind === 'array' && rows.kind === 'array') {
    return unknownInside(table.elementType, rows.elementType, [...path, 'element'])
  }
  if (table.kind !== 'map' || rows.kind !== 'map') return []
  return [
    ...unknownInside(table.keyType, rows.keyType, [...path, 'key']),
    ...unknownInside(table.valueType, rows.valueType, [...path, 'value']),
  ]
}
