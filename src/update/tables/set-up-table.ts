import {
  definedSchema,
  logicalPath,
  type MetadataChange,
  type Snapshot,
  STATISTICS_COLUMNS,
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
 * column's type, the partitioning); a materialized view takes new columns and partitions, and what lies by them, with its next refresh.
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

/** The definition's columns and layout, for a table that gets other rows, or none, in the same commit. */
export function redefinition(dataset: ResolvedDataset, snapshot: Snapshot): LayoutChange {
  const { schema, partitionColumns, tableProperties } = dataset
  const properties = Object.entries(tableProperties).filter(([key]) => OF_COLUMNS.includes(key))
  return {
    schema,
    partitionColumns,
    configuration: { ...snapshot.metadata.configuration, ...Object.fromEntries(properties) },
    ...changedClustering(dataset, snapshot),
  }
}

type LayoutChange = Pick<
  MetadataChange,
  'schema' | 'partitionColumns' | 'configuration' | 'clusteringColumns'
>

/** Properties that only columns to come may fit. */
const OF_COLUMNS = ['delta.columnMapping.mode', STATISTICS_COLUMNS]

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
  const { snapshot } = table.delta
  const { metadata } = snapshot
  checkPartitioning(dataset, metadata.partitionColumns)
  const waits = changedDefinition(dataset, snapshot) !== undefined
  const wanted = { ...metadata.configuration, ...propertiesOf(dataset, waits) }
  const change = {
    ...((dataset.comment ?? '') !== (metadata.description ?? '') && { description: dataset.comment ?? '' }),
    ...(!sameRecord(wanted, metadata.configuration) && { configuration: wanted }),
    ...(schema !== undefined && { schema }),
    ...(!waits && changedClustering(dataset, snapshot)),
  }
  if (Object.keys(change).length === 0) return
  await table.commit((transaction) => transaction.updateMetadata(change), {
    operation: schema === undefined ? 'SET TBLPROPERTIES' : 'ADD COLUMNS',
    operationParameters: { properties: JSON.stringify(dataset.tableProperties) },
  })
  await table.delta.refresh()
}

/** The properties that a table has; those of columns that its next refresh brings come with them. */
function propertiesOf({ tableProperties }: ResolvedDataset, waits: boolean): Record<string, string> {
  const { [STATISTICS_COLUMNS]: statistics, ...others } = storedProperties(tableProperties)
  return { ...others, ...(statistics !== undefined && !waits && { [STATISTICS_COLUMNS]: statistics }) }
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
