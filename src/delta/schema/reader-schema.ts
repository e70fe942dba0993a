import type { StructType } from '../../types/data-type.ts'
import { mapFields } from '../../types/nested-types.ts'

/**
 * The schema as a query sees it: what a table keeps in its fields for writers (generation expressions, defaults, identity
 * marks, ids and names of mapped columns, earlier types) is no property of the values, and must not pass to a table that is
 * made from the query. Comments pass.
 */
export function readerSchema(schema: StructType): StructType {
  return mapFields(schema, (field) => {
    const kept = Object.entries(field.metadata).filter(([key]) => !isForWriters(key))
    return { ...field, metadata: Object.fromEntries(kept) }
  })
}

function isForWriters(key: string): boolean {
  return key.startsWith('delta.') || key === 'CURRENT_DEFAULT' || key === 'EXISTS_DEFAULT'
}
