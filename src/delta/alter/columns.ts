import { PipelineError } from '../../errors/index.ts'
import { fieldNamed, struct } from '../../types/data-type.ts'
import { sameName } from '../../types/same-name.ts'
import { dataTypeToJson } from '../../types/schema-json.ts'
import { joinColumnPath, logicalPath, splitColumnPaths } from '../schema/column-mapping.ts'
import { addField, type ColumnPath, fieldAt, removeField, replaceField } from '../schema/edit-schema.ts'
import type { Metadata } from '../schema/metadata.ts'
import { columnMappingOf } from '../schema/physical-name.ts'
import { STATISTICS_COLUMNS } from '../schema/statistics-columns.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import type { CommitResult } from '../transaction.ts'
import { alterTable } from './alter-table.ts'
import { fieldOfColumn, type NewColumn } from './column-definition.ts'
import { checkNotReferenced } from './column-references.ts'
import { changedFields } from './replace-columns.ts'

/**
 * ALTER TABLE ADD COLUMNS. Rows that are there hold NULL in them. Throws DELTA_COLUMN_NOT_FOUND_IN_SCHEMA,
 * DELTA_DUPLICATE_COLUMNS_FOUND, DELTA_OPERATION_NOT_ALLOWED for NOT NULL, generated and identity columns,
 * WRONG_COLUMN_DEFAULTS_FOR_DELTA_ALTER_TABLE_ADD_COLUMN_NOT_SUPPORTED.
 */
export function addColumns(
  context: TableContext,
  columns: readonly NewColumn[],
  { ifNotExists = false }: { ifNotExists?: boolean } = {},
): Promise<CommitResult> {
  const operationParameters = {
    columns: columns.map((each) => ({ column: columnJson(each), ...placeJson(each) })),
  }
  return alterTable(
    context,
    { operation: 'ADD COLUMNS', operationParameters },
    (transaction, { metadata }) => {
      let { schema } = metadata
      for (const column of columns) {
        checkCanBeAdded(column)
        const parent = column.path.slice(0, -1)
        const isThere =
          parent.length === 0 && fieldNamed(schema, column.path[0]!) !== undefined && ifNotExists
        if (!isThere) schema = addField(schema, parent, fieldOfColumn(column), column.place)
      }
      transaction.updateMetadata({ schema })
    },
  )
}

/**
 * ALTER TABLE RENAME COLUMN: with column mapping, no file is touched. Throws DELTA_UNSUPPORTED_RENAME_COLUMN without it,
 * DELTA_DUPLICATE_COLUMNS_FOUND, and what `checkNotReferenced` throws.
 */
export function renameColumn(context: TableContext, path: ColumnPath, to: string): Promise<CommitResult> {
  const renamed = [...path.slice(0, -1), to]
  const operationParameters = { oldColumnPath: path.join('.'), newColumnPath: renamed.join('.') }
  return alterTable(
    context,
    { operation: 'RENAME COLUMN', operationParameters },
    (transaction, { metadata }) => {
      if (columnMappingOf(metadata) === 'none') {
        throw new PipelineError('DELTA_UNSUPPORTED_RENAME_COLUMN', { table: context.storage.name })
      }
      fieldAt(metadata.schema, path)
      checkNotReferenced(metadata, context.engine, path, 'rename')
      const isSame = (name: string) => path.length === 1 && sameName(name, path[0]!)
      transaction.updateMetadata({
        schema: replaceField(metadata.schema, path, (field) => ({ ...field, name: to })),
        partitionColumns: metadata.partitionColumns.map((name) => (isSame(name) ? to : name)),
        configuration: withStatisticsColumns(metadata, (each) =>
          startsWith(each, path) ? [...renamed, ...each.slice(path.length)] : each,
        ),
      })
    },
  )
}

/**
 * ALTER TABLE DROP COLUMNS: with column mapping, no file is touched. Throws DELTA_UNSUPPORTED_DROP_COLUMN without it,
 * DELTA_UNSUPPORTED_DROP_PARTITION_COLUMN, DELTA_UNSUPPORTED_DROP_CLUSTERING_COLUMN, and what `checkNotReferenced` throws.
 */
export function dropColumns(
  context: TableContext,
  paths: readonly ColumnPath[],
  { ifExists = false }: { ifExists?: boolean } = {},
): Promise<CommitResult> {
  const operationParameters = { columns: paths.map((path) => path.join('.')) }
  return alterTable(context, { operation: 'DROP COLUMNS', operationParameters }, (transaction, snapshot) => {
    const { metadata } = snapshot
    if (columnMappingOf(metadata) === 'none') {
      throw new PipelineError('DELTA_UNSUPPORTED_DROP_COLUMN', { table: context.storage.name })
    }
    let { schema } = metadata
    for (const path of paths) {
      if (ifExists && path.length === 1 && fieldNamed(schema, path[0]!) === undefined) continue
      checkLayoutStays(snapshot, path)
      checkNotReferenced(metadata, context.engine, path, 'drop')
      schema = removeField(schema, path)
    }
    const isDropped = (each: ColumnPath) => paths.some((path) => startsWith(each, path))
    const configuration = withStatisticsColumns(metadata, (each) => (isDropped(each) ? undefined : each))
    transaction.updateMetadata({ schema, configuration })
  })
}

/**
 * ALTER TABLE REPLACE COLUMNS: the list becomes the table's; columns keep what they were by their names.
 * Throws DELTA_UNSUPPORTED_ALTER_TABLE_REPLACE_COL_OP where rows would be lost or misread.
 */
export function replaceColumns(context: TableContext, columns: readonly NewColumn[]): Promise<CommitResult> {
  const operationParameters = { columns: columns.map(columnJson) }
  return alterTable(
    context,
    { operation: 'REPLACE COLUMNS', operationParameters },
    (transaction, snapshot) => {
      const { metadata } = snapshot
      const fields = changedFields(metadata, columns.map(fieldOfColumn))
      const kept = new Set(fields.map((each) => each.name.toLowerCase()))
      for (const { name } of metadata.schema.fields) {
        if (kept.has(name.toLowerCase())) continue
        checkLayoutStays(snapshot, [name])
        checkNotReferenced(metadata, context.engine, [name], 'drop')
      }
      transaction.updateMetadata({ schema: struct(fields) })
    },
  )
}

function checkCanBeAdded({ path, nullable, defaultValue, generatedAs, identity }: NewColumn): void {
  const columnName = path.join('.')
  if (defaultValue !== undefined) {
    throw new PipelineError('WRONG_COLUMN_DEFAULTS_FOR_DELTA_ALTER_TABLE_ADD_COLUMN_NOT_SUPPORTED', {
      columnName,
    })
  }
  const clause =
    generatedAs !== undefined ? 'GENERATED ALWAYS AS' : identity !== undefined ? 'IDENTITY' : 'NOT NULL'
  if (nullable === false || generatedAs !== undefined || identity !== undefined) {
    throw new PipelineError('DELTA_OPERATION_NOT_ALLOWED', {
      operation: `${clause} in ALTER TABLE ADD COLUMNS (${columnName})`,
      alternative: `Rows that are there would have no value. Add the column without ${clause} and fill it, or create the table anew.`,
    })
  }
}

/** Partition and clustering columns hold the table's files together. */
function checkLayoutStays({ metadata, clusteringColumns = [] }: Snapshot, path: ColumnPath): void {
  const partition = metadata.partitionColumns.filter((name) => startsWith([name], path))
  if (partition.length > 0) {
    throw new PipelineError('DELTA_UNSUPPORTED_DROP_PARTITION_COLUMN', { columnList: partition.join(', ') })
  }
  const clustering = clusteringColumns
    .map((each) => logicalPath(metadata.schema, each))
    .filter((each) => startsWith(each, path))
    .map((each) => each.join('.'))
  if (clustering.length > 0) {
    throw new PipelineError('DELTA_UNSUPPORTED_DROP_CLUSTERING_COLUMN', { columnList: clustering.join(', ') })
  }
}

/** `delta.dataSkippingStatsColumns` names columns as users do. */
function withStatisticsColumns(
  { configuration }: Metadata,
  change: (path: ColumnPath) => ColumnPath | undefined,
): Metadata['configuration'] {
  const text = configuration[STATISTICS_COLUMNS]
  if (text === undefined) return configuration
  const paths = splitColumnPaths(text).map(change)
  const kept = paths.filter((path) => path !== undefined).map(joinColumnPath)
  return { ...configuration, [STATISTICS_COLUMNS]: kept.join(',') }
}

function startsWith(path: ColumnPath, prefix: ColumnPath): boolean {
  return prefix.every((name, i) => path[i]?.toLowerCase() === name.toLowerCase())
}

function columnJson(column: NewColumn): object {
  const { dataType, nullable, metadata } = fieldOfColumn(column)
  return { name: column.path.join('.'), type: dataTypeToJson(dataType), nullable, metadata }
}

function placeJson({ place }: NewColumn): object {
  return place === undefined ? {} : { position: place === 'first' ? 'FIRST' : `AFTER ${place.after}` }
}
