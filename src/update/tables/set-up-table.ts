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

/** What a materialized view's next refresh changes of its table's columns and partitioning; undefined when nothing. */
export function changedDefinition(
  dataset: ResolvedDataset,
  { metadata }: Snapshot,
): Pick<MetadataChange, 'schema' | 'partitionColumns'> | undefined {
  if (dataset.kind !== 'materialized_view') return undefined
  const { schema, partitionColumns } = dataset
  const isSame =
    JSON.stringify([schema, partitionColumns]) ===
    JSON.stringify([definedSchema(metadata.schema), metadata.partitionColumns])
  return isSame ? undefined : { schema, partitionColumns }
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
  const { metadata, clusteringColumns: clustered = [] } = table.delta.snapshot
  const clusteredNow = clustered.map((path) => logicalPath(metadata.schema, path))
  checkPartitioning(dataset, metadata.partitionColumns)
  const wanted = { ...metadata.configuration, ...storedProperties(dataset.tableProperties) }
  const change = {
    ...((dataset.comment ?? '') !== (metadata.description ?? '') && { description: dataset.comment ?? '' }),
    ...(!sameRecord(wanted, metadata.configuration) && { configuration: wanted }),
    ...(schema !== undefined && { schema }),
    ...(JSON.stringify(clusteringColumns(dataset)) !== JSON.stringify(clusteredNow) && {
      clusteringColumns: clusteringColumns(dataset),
    }),
  }
  if (Object.keys(change).length === 0) return
  await table.commit((transaction) => transaction.updateMetadata(change), {
    operation: schema === undefined ? 'SET TBLPROPERTIES' : 'ADD COLUMNS',
    operationParameters: { properties: JSON.stringify(dataset.tableProperties) },
  })
  await table.delta.refresh()
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
