import { PipelineError } from '../../errors/index.ts'
import { type DataType, fieldNamed, type StructType } from '../../types/data-type.ts'
import { evolvedSchema } from '../dml/merge/evolve-schema.ts'
import type { Metadata } from '../schema/metadata.ts'
import type { Transaction } from '../transaction.ts'

/**
 * The metadata under which a table takes rows of these columns. With `mergeSchema` what the table lacks is added to it in the
 * same transaction. Throws DELTA_METADATA_MISMATCH where it must not be added, DELTA_DUPLICATE_COLUMNS_FOUND where the rows
 * have a column twice.
 */
export function metadataForRows(transaction: Transaction, rows: StructType, mergeSchema: boolean): Metadata {
  const { metadata } = transaction
  checkDuplicates(rows)
  const [unknown] = unknownFields(metadata.schema, rows, [])
  if (unknown === undefined) return metadata
  if (mergeSchema)
    return transaction.updateMetadata({ schema: evolvedSchema(metadata.schema, rows) }).metadata
  throw new PipelineError('DELTA_METADATA_MISMATCH', {
    column: unknown.join('.'),
    table: metadata.name ?? metadata.id,
    columns: metadata.schema.fields.map((each) => each.name).join(', '),
  })
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
