import { PipelineError } from '../../errors/index.ts'
import type { StructField } from '../../types/data-type.ts'
import type { WrittenDataFile } from '../files/written-file.ts'
import type { Metadata } from '../schema/metadata.ts'

type Layout = Pick<Metadata, 'schema' | 'partitionColumns'>

/**
 * Checks the NOT NULL columns of plain types in files that are not published yet, by the counts that came with them: no row
 * is read again. Nested ones are checked by `prepareRows`. Throws DELTA_NOT_NULL_CONSTRAINT_VIOLATED.
 */
export function checkNotNull(files: readonly WrittenDataFile[], layout: Layout, tableName: string): void {
  for (const field of layout.schema.fields) {
    if (field.nullable || isNested(field)) continue
    const count = nullsOf(field, layout, files)
    if (count === 0n) continue
    throw new PipelineError('DELTA_NOT_NULL_CONSTRAINT_VIOLATED', {
      columnName: field.name,
      tableName,
      count: `${count}`,
    })
  }
}

function nullsOf(field: StructField, layout: Layout, files: readonly WrittenDataFile[]): bigint {
  const { name } = field
  const isPartition = layout.partitionColumns.includes(name)
  return files.reduce((sum, file) => {
    if (isPartition) return file.partitionValues[name] === null ? sum + file.numRecords : sum
    const column = file.columns.find((each) => each.path.length === 1 && each.path[0] === name)
    return sum + (column?.nullCount ?? 0n)
  }, 0n)
}

function isNested({ dataType: { kind } }: StructField): boolean {
  return kind === 'struct' || kind === 'array' || kind === 'map'
}
