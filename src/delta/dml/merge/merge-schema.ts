import { fieldNamed, type StructType, struct } from '../../../types/data-type.ts'
import { sameType } from '../../../types/same-type.ts'
import { mergeSchemas } from '../../schema/merge-schemas.ts'
import type { Metadata } from '../../schema/metadata.ts'
import { allowsWidening } from '../../schema/type-widening.ts'
import type { MergeOptions } from './merge-into.ts'

/**
 * A table's columns after a MERGE with schema evolution: `*` brings all of the source's, an assignment the one column that
 * it names. Columns that are there keep their type, or widen where the table allows it. The same schema where none changes.
 */
export function evolvedFor(
  metadata: Metadata,
  source: StructType,
  { clauses, targetAlias }: Pick<MergeOptions, 'clauses' | 'targetAlias'>,
): StructType {
  const table = metadata.schema
  const allowed = { allowWidening: allowsWidening(metadata), allowCasts: true }
  const evolved = clauses.reduce((schema, { action }) => {
    if (action.kind === 'updateAll' || action.kind === 'insertAll')
      return mergeSchemas(schema, source, allowed)
    if (!('assignments' in action)) return schema
    const named = action.assignments.flatMap(({ column }) => {
      const isQualified = column.length > 1 && column[0]!.toLowerCase() === targetAlias?.toLowerCase()
      return fieldNamed(source, column[isQualified ? 1 : 0]!) ?? []
    })
    return mergeSchemas(schema, struct(named), allowed)
  }, table)
  return sameType(evolved, table) ? table : evolved
}
