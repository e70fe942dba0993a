import type { StructField } from '../../types/data-type.ts'
import type { Metadata } from './metadata.ts'

/** How columns are found in data files (PROTOCOL.md, Column Mapping). */
export function columnMappingOf({ configuration }: Pick<Metadata, 'configuration'>): 'none' | 'name' | 'id' {
  const mode = configuration['delta.columnMapping.mode']
  return mode === 'name' || mode === 'id' ? mode : 'none'
}

/** The name of a field in data files, statistics and partition values (PROTOCOL.md, Column Mapping). */
export function physicalName(field: StructField): string {
  const name = field.metadata['delta.columnMapping.physicalName']
  return typeof name === 'string' ? name : field.name
}

/** The same for the fields of one table, which are named as they are where it maps none. */
export function physicalNaming(metadata: Pick<Metadata, 'configuration'>): (field: StructField) => string {
  return columnMappingOf(metadata) === 'none' ? (field) => field.name : physicalName
}
