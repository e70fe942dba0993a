import { nearest, PipelineError } from '../../errors/index.ts'
import { fieldNamed, type StructField, type StructType } from '../../types/data-type.ts'
import { printDataType } from '../../types/ddl.ts'
import { checkChangeColumns } from '../change-feed/change-columns.ts'
import type { Metadata } from './metadata.ts'
import { columnMappingOf } from './protocol.ts'

/** Characters that Parquet readers stumble over; column mapping lifts the limit. */
const FORBIDDEN = /[ ,;{}()\n\t=]/

/**
 * Checks that a schema can be a Delta table's: unique names without forbidden characters, partition columns that exist and
 * are atomic, at least one column in the files, at most four clustering keys, which exist, have an order and are not beside partitions, no column named like
 * those of its change feed.
 * Throws the DELTA_* condition of the first that is not so.
 */
export function checkTableDefinition(
  metadata: Metadata,
  clusteringColumns: readonly (readonly string[])[] = [],
): void {
  const { schema, partitionColumns } = metadata
  checkNames(schema, '', columnMappingOf(metadata) !== 'none')
  checkChangeColumns(metadata)
  for (const name of partitionColumns) checkPartitionColumn(schema, name)
  if (schema.fields.length > 0 && partitionColumns.length === schema.fields.length) {
    throw new PipelineError('DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION', {})
  }
  if (clusteringColumns.length > 0 && partitionColumns.length > 0) {
    throw new PipelineError('DELTA_CLUSTERING_WITH_PARTITION', {
      partitionColumns: partitionColumns.join(', '),
    })
  }
  checkClustering(metadata, clusteringColumns)
}

/** As many keys as Delta Lake allows: a curve through more orders each of them too little. */
const CLUSTERING_KEYS = 4
const WITHOUT_BOUNDS = ['array', 'map', 'struct', 'variant', 'binary', 'boolean', 'void']

function checkClustering({ schema, name }: Metadata, keys: readonly (readonly string[])[]): void {
  const datasetName = name ?? 'the table'
  if (keys.length > CLUSTERING_KEYS) {
    throw new PipelineError('DELTA_CLUSTER_BY_INVALID_NUM_COLUMNS', {
      datasetName,
      actualColumns: keys.length.toString(),
      numColumnsLimit: CLUSTERING_KEYS.toString(),
    })
  }
  for (const path of keys) {
    const { dataType } = clusteringColumn(schema, path)
    if (!WITHOUT_BOUNDS.includes(dataType.kind)) continue
    throw new PipelineError('DELTA_CLUSTERING_COLUMNS_DATATYPE_NOT_SUPPORTED', {
      datasetName,
      columnName: path.join('.'),
      dataType: printDataType(dataType),
    })
  }
}

function checkNames(schema: StructType, parent: string, isMapped: boolean): void {
  const seen = new Set<string>()
  for (const { name, dataType } of schema.fields) {
    const column = `${parent}${name}`
    if (seen.has(name.toLowerCase())) throw new PipelineError('DELTA_DUPLICATE_COLUMNS_FOUND', { column })
    seen.add(name.toLowerCase())
    if (!isMapped && FORBIDDEN.test(name)) {
      throw new PipelineError('DELTA_INVALID_CHARACTERS_IN_COLUMN_NAME', { column })
    }
    if (dataType.kind === 'struct') checkNames(dataType, `${column}.`, isMapped)
    if (dataType.kind === 'unknown' || dataType.kind.startsWith('interval')) {
      throw new PipelineError('DELTA_UNSUPPORTED_DATA_TYPES', { column, dataType: dataType.kind })
    }
  }
}

function checkPartitionColumn(schema: StructType, name: string): void {
  const { dataType } = existing(schema, name)
  if (['array', 'map', 'struct', 'variant', 'void'].includes(dataType.kind)) {
    throw new PipelineError('DELTA_INVALID_PARTITION_COLUMN_TYPE', { name, dataType: dataType.kind })
  }
}

function clusteringColumn(schema: StructType, path: readonly string[]): StructField {
  let inner: StructType | undefined = schema
  let field: StructField | undefined
  for (const name of path) {
    field = existing(inner ?? { kind: 'struct', fields: [] }, name)
    inner = field.dataType.kind === 'struct' ? field.dataType : undefined
  }
  return field!
}

function existing(schema: StructType, name: string): StructField {
  const field = fieldNamed(schema, name)
  if (field !== undefined) return field
  const names = schema.fields.map((each) => each.name)
  throw new PipelineError('DELTA_COLUMN_NOT_FOUND_IN_SCHEMA', {
    column: name,
    columns: names.join(', '),
    suggestion: nearest(name, names) ?? names[0] ?? '',
  })
}
