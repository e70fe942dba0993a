import {
  definedSchema,
  logicalPath,
  type MetadataChange,
  type Snapshot,
  storedProperties,
} from '../../delta/index.ts'
import { PipelineError } from '../../errors/index.ts'
import type { ResolvedDataset } from '../../graph/resolved-graph.ts'
import type { StructType } from '../../types/data-type.ts'
import { sameName } from '../../types/same-name.ts'
import { grownSchema } from './grown-schema.ts'
import type { OpenTable, Tables } from './tables.ts'

/**
 * Makes a dataset's table, or brings an existing one to the definition: comment, properties and clustering are altered in
 * place; a streaming table gains new columns, and new fields of structs. Throws for a change that only a full refresh can make (a
 * column's type, the partitioning); a materialized view takes its new schema with its next refresh.
 */
export async function setUpTable(dataset: ResolvedDataset, tables: Tables): Promise<OpenTable> {
  const table = await tables.openOwn(dataset.identifier)
  if (table === undefined) return tables.create(dataset.identifier, definitionOf(dataset))
  await alterTable(
    dataset,
    table,
    dataset.kind === 'streaming_table' ? mergeSchema(dataset, table) : undefined,
  )
  return table
}

/** What a materialized view's next refresh changes of its table's columns and layout; undefined when nothing. */
export function changedDefinition(dataset: ResolvedDataset, snapshot: Snapshot): LayoutChange | undefined {
  if (dataset.kind !== 'materialized_view') return undefined
  const { metadata } = snapshot
  const { schema, partitionColumns } = dataset
  const isSame =
    JSON.stringify([schema, partitionColumns]) ===
    JSON.stringify([definedSchema(metadata.schema), metadata.partitionColumns])
  return isSame ? undefined : redefinition(dataset, snapshot)
}

/** The definition's columns and layout, for a table that gets other rows in the same commit. */
export function redefinition(dataset: ResolvedDataset, snapshot: Snapshot): LayoutChange {
  const { schema, partitionColumns } = dataset
  return { schema, partitionColumns, ...changedClustering(dataset, snapshot) }
}

type LayoutChange = Pick<MetadataChange, 'schema' | 'partitionColumns' | 'clusteringColumns'>

function changedClustering(
  dataset: ResolvedDataset,
  { metadata, clusteringColumns: now = [] }: Snapshot,
): Pick<MetadataChange, 'clusteringColumns'> {
  const wanted = clusteringColumns(dataset)
  const isSame =
    JSON.stringify(wanted) === JSON.stringify(now.map((path) => logicalPath(metadata.schema, path)))
  return isSame ? {} : { clusteringColumns: wanted }
}

function definitionOf(dataset: ResolvedDataset) {
  const clusterBy = clusteringColumns(dataset)
  return {
    schema: dataset.schema,
    partitionColumns: dataset.partitionColumns,
    configuration: dataset.tableProperties,
    ...(dataset.comment !== undefined && { description: dataset.comment }),
    ...(clusterBy.length > 0 && { clusteringColumns: clusterBy }),
  }
}

function clusteringColumns(dataset: ResolvedDataset): string[][] {
  return dataset.clusterBy === 'auto' ? [] : dataset.clusterBy.map((column) => column.split('.'))
}

async function alterTable(
  dataset: ResolvedDataset,
  table: OpenTable,
  schema: StructType | undefined,
): Promise<void> {
  const { metadata } = table.delta.snapshot
  checkPartitioning(dataset, metadata.partitionColumns)
  const wanted = { ...metadata.configuration, ...storedProperties(dataset.tableProperties) }
  const change = {
    ...((dataset.comment ?? '') !== (metadata.description ?? '') && { description: dataset.comment ?? '' }),
    ...(!sameRecord(wanted, metadata.configuration) && { configuration: wanted }),
    ...(schema !== undefined && { schema }),
    ...(!waitsForRefresh(dataset, metadata.partitionColumns) &&
      changedClustering(dataset, table.delta.snapshot)),
  }
  if (Object.keys(change).length === 0) return
  await table.commit((transaction) => transaction.updateMetadata(change), {
    operation: schema === undefined ? 'SET TBLPROPERTIES' : 'ADD COLUMNS',
    operationParameters: { properties: JSON.stringify(dataset.tableProperties) },
  })
  await table.delta.refresh()
}

/** A view that was partitioned is clustered once its rows are in no partitions any more. */
function waitsForRefresh(dataset: ResolvedDataset, partitionColumns: readonly string[]): boolean {
  return partitionColumns.length > 0 && dataset.partitionColumns.length === 0
}

function checkPartitioning(dataset: ResolvedDataset, now: readonly string[]): void {
  if (dataset.kind !== 'streaming_table') return
  const wanted = dataset.partitionColumns
  if (wanted.length === now.length && wanted.every((name, i) => sameName(name, now[i]!))) return
  throw new PipelineError(
    'CANNOT_UPDATE_PARTITION_COLUMNS',
    {
      tableName: dataset.identifier,
      existingPartitionColumns: now.join(', ') || 'none',
      requestedPartitionColumns: wanted.join(', ') || 'none',
    },
    { position: dataset.position, dataset: dataset.identifier },
  )
}

/** The table's schema with what the definition adds; undefined when it has all. */
function mergeSchema(dataset: ResolvedDataset, table: OpenTable): StructType | undefined {
  const existing = table.delta.snapshot.metadata.schema
  const merged = grownSchema(existing, dataset)
  return JSON.stringify(merged) === JSON.stringify(existing) ? undefined : merged
}

function sameRecord(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}
