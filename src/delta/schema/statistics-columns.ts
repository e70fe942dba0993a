import { nearest, PipelineError } from '../../errors/index.ts'
import { type DataType, fieldNamed, type StructField, type StructType } from '../../types/data-type.ts'
import { printDataType } from '../../types/ddl.ts'
import { splitColumnPaths } from './column-mapping.ts'
import type { Metadata } from './metadata.ts'

/** The columns that get statistics, by their names, instead of the table's first ones. */
export const STATISTICS_COLUMNS = 'delta.dataSkippingStatsColumns'

const WITHOUT_STATISTICS: readonly DataType['kind'][] = [
  'array',
  'map',
  'boolean',
  'binary',
  'variant',
  'void',
]

/**
 * Checks the columns that `delta.dataSkippingStatsColumns` names, as Delta Lake does where it is set: each exists, is in
 * the files, has an order (a struct stands for its fields), and is named once. Throws DELTA_COLUMN_NOT_FOUND_IN_SCHEMA,
 * DELTA_COLUMN_DATA_SKIPPING_NOT_SUPPORTED_PARTITIONED_COLUMN, DELTA_COLUMN_DATA_SKIPPING_NOT_SUPPORTED_TYPE,
 * DELTA_DUPLICATE_DATA_SKIPPING_COLUMNS.
 */
export function checkStatisticsColumns({ configuration, schema, partitionColumns }: Metadata): void {
  const partitions = new Set(partitionColumns.map((each) => each.toLowerCase()))
  const leaves = splitColumnPaths(configuration[STATISTICS_COLUMNS] ?? '').flatMap((path) => {
    const column = path.join('.')
    if (partitions.has(column.toLowerCase())) {
      throw new PipelineError('DELTA_COLUMN_DATA_SKIPPING_NOT_SUPPORTED_PARTITIONED_COLUMN', { column })
    }
    return leavesOf(column, columnAt(schema, path).dataType)
  })
  const twice = leaves.filter((leaf, i) => leaves.indexOf(leaf) < i)
  if (twice.length === 0) return
  throw new PipelineError('DELTA_DUPLICATE_DATA_SKIPPING_COLUMNS', { columns: twice.join(', ') })
}

function columnAt(schema: StructType, path: readonly string[]): StructField {
  let fields: readonly StructField[] = schema.fields
  let found: StructField | undefined
  for (const name of path) {
    found = fieldNamed({ kind: 'struct', fields }, name)
    if (found === undefined) throw unknownColumn(path.join('.'), name, fields)
    fields = found.dataType.kind === 'struct' ? found.dataType.fields : []
  }
  return found!
}

function unknownColumn(column: string, name: string, fields: readonly StructField[]): PipelineError {
  const names = fields.map((each) => each.name)
  const parameters = { column, columns: names.join(', '), suggestion: nearest(name, names) ?? names[0] ?? '' }
  return new PipelineError('DELTA_COLUMN_NOT_FOUND_IN_SCHEMA', parameters)
}

/** The names of the atomic columns that a column stands for, in lower case. */
function leavesOf(column: string, type: DataType): string[] {
  if (type.kind === 'struct') {
    return type.fields.flatMap((field) => leavesOf(`${column}.${field.name}`, field.dataType))
  }
  if (WITHOUT_STATISTICS.includes(type.kind)) {
    const parameters = { column, dataType: printDataType(type) }
    throw new PipelineError('DELTA_COLUMN_DATA_SKIPPING_NOT_SUPPORTED_TYPE', parameters)
  }
  return [column.toLowerCase()]
}
