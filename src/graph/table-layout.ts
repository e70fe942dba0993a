import { nearestAll, PipelineError } from '../errors/index.ts'
import { type DataType, fieldNamed, type StructField, type StructType } from '../types/data-type.ts'
import { printSqlType } from '../types/ddl.ts'

/** Databricks' limit of clustering columns. */
export const MAX_CLUSTERING_COLUMNS = 4

export interface TableLayout {
  readonly partitionColumns: readonly string[]
  readonly clusterBy: readonly string[] | 'auto'
}

/**
 * Checks that a table can be laid out as asked: the columns exist and have types that can be compared, at most four cluster it, and it
 * is not partitioned as well. Gives the columns in the spelling of the schema.
 */
export function checkLayout(layout: TableLayout, schema: StructType, datasetName: string): TableLayout {
  const partitionColumns = layout.partitionColumns.map((each) => columnOf(each, schema).name)
  if (layout.clusterBy === 'auto' || layout.clusterBy.length > 0) {
    if (partitionColumns.length > 0) {
      throw new PipelineError('SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED', { datasetName })
    }
  }
  checkPartitioning(partitionColumns, schema)
  if (layout.clusterBy === 'auto') return { partitionColumns, clusterBy: 'auto' }
  return { partitionColumns, clusterBy: clusteringColumns(layout.clusterBy, schema, datasetName) }
}

function checkPartitioning(columns: readonly string[], schema: StructType): void {
  for (const name of columns) {
    const { dataType } = columnOf(name, schema)
    if (isAtomic(dataType)) continue
    const parameters = { name, dataType: printSqlType(dataType) }
    throw new PipelineError('DELTA_INVALID_PARTITION_COLUMN_TYPE', parameters)
  }
  if (columns.length > 0 && columns.length === schema.fields.length && !schema.open) {
    throw new PipelineError('DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION', {})
  }
}

function clusteringColumns(names: readonly string[], schema: StructType, datasetName: string): string[] {
  if (names.length > MAX_CLUSTERING_COLUMNS) {
    throw new PipelineError('DELTA_CLUSTER_BY_INVALID_NUM_COLUMNS', {
      datasetName,
      actualColumns: String(names.length),
      numColumnsLimit: String(MAX_CLUSTERING_COLUMNS),
    })
  }
  return names.map((name) => {
    const column = columnOf(name, schema)
    if (canCluster(column)) return column.name
    const dataType = printSqlType(column.dataType)
    throw new PipelineError('DELTA_CLUSTERING_COLUMNS_DATATYPE_NOT_SUPPORTED', {
      datasetName,
      columnName: column.name,
      dataType,
    })
  })
}

/** The column of that name; in a schema that is not known yet, any. Throws UNRESOLVED_COLUMN.*. */
export function columnOf(name: string, schema: StructType): StructField {
  const found = fieldNamed(schema, name)
  if (found !== undefined) return found
  if (schema.open) return { name, dataType: { kind: 'unknown' }, nullable: true, metadata: {} }
  throw unresolvedColumn(
    name,
    schema.fields.map((each) => each.name),
  )
}

function unresolvedColumn(name: string, columns: readonly string[]): PipelineError {
  const near = nearestAll(name, columns, 5)
  const proposal = (near.length > 0 ? near : columns.slice(0, 5)).join(', ')
  if (proposal === '') return new PipelineError('UNRESOLVED_COLUMN.WITHOUT_SUGGESTION', { objectName: name })
  return new PipelineError('UNRESOLVED_COLUMN.WITH_SUGGESTION', { objectName: name, proposal })
}

function isAtomic({ kind }: DataType): boolean {
  return !['array', 'map', 'struct', 'variant', 'void', 'binary'].includes(kind)
}

/** Whether Delta keeps the least and greatest value of a column, by which files can be passed over. */
export function canCluster({ dataType }: StructField): boolean {
  return isAtomic(dataType) && dataType.kind !== 'boolean'
}
