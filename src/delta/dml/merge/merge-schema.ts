import { fieldNamed, type StructType, struct } from '../../../types/data-type.ts'
import { evolvedSchema } from './evolve-schema.ts'
import type { MergeOptions } from './merge-into.ts'

/**
 * A table's columns after a MERGE with schema evolution: `*` brings all of the source's, an assignment the one column that
 * it names.
 */
export function evolvedFor(
  table: StructType,
  source: StructType,
  { clauses, targetAlias }: Pick<MergeOptions, 'clauses' | 'targetAlias'>,
): StructType {
  return clauses.reduce((schema, { action }) => {
    if (action.kind === 'updateAll' || action.kind === 'insertAll') return evolvedSchema(schema, source)
    if (!('assignments' in action)) return schema
    const named = action.assignments.flatMap(({ column }) => {
      const isQualified = column.length > 1 && column[0]!.toLowerCase() === targetAlias?.toLowerCase()
      return fieldNamed(source, column[isQualified ? 1 : 0]!) ?? []
    })
    return evolvedSchema(schema, struct(named))
  }, table)
}
