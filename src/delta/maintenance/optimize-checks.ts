import { nearest, PipelineError } from '../../errors/index.ts'
import type { Expression } from '../../plan/expression.ts'
import { walkExpression } from '../../plan/rewrite.ts'
import { fieldNamed, type StructField, type StructType } from '../../types/data-type.ts'
import { indexedLeaves } from '../files/statistics.ts'
import type { Metadata } from '../schema/metadata.ts'

/** Throws DELTA_NON_PARTITION_COLUMN_REFERENCE where a predicate names another column than those of partitions. */
export function checkPartitionPredicate(condition: Expression, { partitionColumns }: Metadata): void {
  const known = new Set(partitionColumns.map((each) => each.toLowerCase()))
  for (const part of walkExpression(condition)) {
    if (part.kind !== 'UnresolvedAttribute') continue
    const columnName = part.parts.at(-1)!
    if (known.has(columnName.toLowerCase())) continue
    throw new PipelineError('DELTA_NON_PARTITION_COLUMN_REFERENCE', {
      columnName,
      columnList: partitionColumns.join(', '),
    })
  }
}

/**
 * The columns of ZORDER BY as the schema spells them. Throws DELTA_ZORDERING_COLUMN_DOES_NOT_EXIST,
 * DELTA_ZORDERING_ON_PARTITION_COLUMN and DELTA_ZORDERING_ON_COLUMN_WITHOUT_STATS.
 */
export function checkZOrderColumns(
  columns: readonly (readonly string[])[],
  metadata: Metadata,
): (readonly string[])[] {
  const partitions = new Set(metadata.partitionColumns.map((each) => each.toLowerCase()))
  const found = columns.map((path) => {
    if (path.length === 1 && partitions.has(path[0]!.toLowerCase())) {
      throw new PipelineError('DELTA_ZORDERING_ON_PARTITION_COLUMN', { colName: path[0]! })
    }
    return existingPath(metadata.schema, path)
  })
  const withStatistics = new Set(
    indexedLeaves(metadata)
      .filter(({ type }) => !['array', 'map', 'binary', 'boolean', 'variant', 'void'].includes(type.kind))
      .map(({ path }) => path.join('\n').toLowerCase()),
  )
  const without = found.filter((path) => !withStatistics.has(path.join('\n').toLowerCase()))
  if (without.length > 0) {
    throw new PipelineError('DELTA_ZORDERING_ON_COLUMN_WITHOUT_STATS', {
      cols: without.map((path) => path.join('.')).join(', '),
    })
  }
  return found
}

function existingPath(schema: StructType, path: readonly string[]): string[] {
  const names: string[] = []
  let level: StructType | undefined = schema
  for (const name of path) {
    const field: StructField | undefined = level && fieldNamed(level, name)
    if (field === undefined) {
      const known = (level ?? schema).fields.map((each) => each.name)
      throw new PipelineError('DELTA_ZORDERING_COLUMN_DOES_NOT_EXIST', {
        columnName: path.join('.'),
        suggestion: nearest(name, known) ?? known[0] ?? '',
      })
    }
    names.push(field.name)
    level = field.dataType.kind === 'struct' ? field.dataType : undefined
  }
  return names
}
