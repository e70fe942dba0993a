import { type AutoCdc, resolveAutoCdc, resolveSnapshots } from '../auto-cdc/index.ts'
import { readsChangeFeed } from '../delta/index.ts'
import { PipelineError } from '../errors/index.ts'
import type { Read } from '../plan/relation.ts'
import { type DataType, fieldNamed, type StructType } from '../types/data-type.ts'
import type { Dataset } from './dataset-index.ts'
import type { FlowChanges } from './flow-changes.ts'
import type { PreparedFlow } from './prepare-flow.ts'
import { canCluster, MAX_CLUSTERING_COLUMNS } from './table-layout.ts'
import { tableProperty } from './table-properties.ts'

/**
 * A flow that runs once takes a batch; where its source is a view of a stream, it takes what the stream has at that time.
 */
export function readAsSourceIs(
  prepared: PreparedFlow,
  isStreamingView: (dataset: Dataset) => boolean,
): PreparedFlow {
  const { flow, query } = prepared
  const { changes, once, origin } = flow.definition
  const [input] = prepared.inputs.keys()
  if (changes === undefined || !once || origin.language === 'sql') return prepared
  if (input === undefined || query.kind !== 'Read' || !isStreamingView(input)) return prepared
  const read: Read = { ...query, isStreaming: true }
  return { ...prepared, query: read, inputs: new Map([[input, [read]]]) }
}

/**
 * What the changes of a flow mean for the columns of its query; `versionType` is that of the versions of snapshots.
 * Throws what `resolveAutoCdc` throws, at the place where the column stands that is wrong.
 */
export function resolveChanges(
  changes: FlowChanges,
  querySchema: StructType,
  versionType: DataType,
  names: { readonly flowName: string; readonly tableName: string },
): AutoCdc {
  try {
    const cdc =
      changes.kind === 'auto_cdc'
        ? resolveAutoCdc(changes.spec, querySchema, names)
        : resolveSnapshots(changes.spec, querySchema, versionType, names)
    return querySchema.open ? { ...cdc, targetSchema: { ...cdc.targetSchema, open: true } } : cdc
  } catch (error) {
    if (error instanceof PipelineError) {
      throw error.at({ position: changes.columnPlaces?.get(wrongColumn(error)) })
    }
    throw error
  }
}

/** Clustering columns of a table that says nothing of its layout: the keys, by which its rows are found to be changed. */
export function clusteringByKeys({ definition, flows }: Dataset, schema: StructType): readonly string[] {
  if (definition.partitionColumns.length > 0) return []
  const keys = flows[0]?.definition.changes?.spec.keys ?? []
  const fields = new Set(keys.flatMap((key) => fieldNamed(schema, key) ?? []))
  return [...fields]
    .filter(canCluster)
    .slice(0, MAX_CLUSTERING_COLUMNS)
    .map((field) => field.name)
}

/**
 * A table to which changes are applied has rows rewritten with every batch, which a stream of rows cannot follow.
 * Throws AUTOCDC_TARGET_READ_AS_STREAM unless the reader asks for the change feed, or to pass over changes.
 */
export function checkStreamedTarget(input: Dataset, reads: readonly Read[]): void {
  if (!input.flows.some((each) => each.definition.changes !== undefined)) return
  const wrong = reads.find((read) => read.isStreaming && !followsChanges(read))
  if (wrong === undefined) return
  const parameters = { tableName: input.identifier, flowName: input.flows[0]!.identifier }
  throw new PipelineError('AUTOCDC_TARGET_READ_AS_STREAM', parameters, { position: wrong.position })
}

/**
 * A change feed has what a table recorded, from its first version on where the pipeline makes it.
 * Throws TABLE_WITHOUT_CHANGE_FEED for a table of the pipeline whose definition does not say that it records its changes.
 */
export function checkChangeFeed(input: Dataset, reads: readonly Read[]): void {
  const { kind, name, tableProperties } = input.definition
  if ((kind !== 'streaming_table' && kind !== 'materialized_view') || input.quarantineOf !== undefined) return
  if (tableProperty(tableProperties, 'delta.enableChangeDataFeed')?.toLowerCase() === 'true') return
  const wrong = reads.find((read) => readsChangeFeed(read.options))
  if (wrong === undefined) return
  const parameters = { tableName: input.identifier, shortName: name.at(-1)! }
  throw new PipelineError('TABLE_WITHOUT_CHANGE_FEED', parameters, { position: wrong.position })
}

/** What is to be said of reading a table as a stream of rows that is replaced whole when its query gives others. */
export function streamWarnings(input: Dataset, reads: readonly Read[]): string[] {
  if (input.definition.kind !== 'materialized_view' || input.quarantineOf !== undefined) return []
  if (!reads.some((read) => read.isStreaming && !followsChanges(read))) return []
  return [
    `A stream of the materialized view '${input.identifier}' fails once the view has other rows, since it is replaced whole (DELTA_SOURCE_TABLE_IGNORE_CHANGES). Make it a streaming table, follow its change feed (readChangeFeed), or apply it with AUTO CDC ... FROM SNAPSHOT.`,
  ]
}

const CHANGE_OPTIONS = ['readchangefeed', 'skipchangecommits', 'ignorechanges']

function followsChanges({ options }: Read): boolean {
  return Object.entries(options).some(
    ([name, value]) => CHANGE_OPTIONS.includes(name.toLowerCase()) && value.toLowerCase() === 'true',
  )
}

/** The first column that an error is about, in lower case. */
function wrongColumn({ parameters }: PipelineError): string {
  const { missingColumns, missingKeys, columnName } = parameters as Readonly<Record<string, string>>
  return (missingColumns ?? missingKeys ?? columnName ?? '').split(', ')[0]!.toLowerCase()
}
