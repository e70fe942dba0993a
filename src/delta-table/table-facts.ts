import type { TableDetail } from '../delta/index.ts'
import type { Row, Value } from '../engine/engine.ts'
import {
  array,
  BOOLEAN,
  field,
  INTEGER,
  LONG,
  map,
  STRING,
  type StructType,
  struct,
  TIMESTAMP,
} from '../types/data-type.ts'
import { printDataType } from '../types/ddl.ts'
import type { RowStream } from './row-stream.ts'
import type { OpenTable } from './workspace.ts'

const columnSchema = struct([field('col_name', STRING), field('data_type', STRING), field('comment', STRING)])

/** `DESCRIBE TABLE`: a row for each column, then the partition columns under a heading of their own, as Spark prints them. */
export function columnsOf(schema: StructType, partitionColumns: readonly string[] = []): RowStream {
  const describe = ({ name, dataType, metadata }: StructType['fields'][number]): Row => [
    name,
    printDataType(dataType),
    typeof metadata.comment === 'string' ? metadata.comment : null,
  ]
  const partitions = schema.fields.filter(({ name }) => partitionColumns.includes(name))
  const rows = schema.fields.map(describe)
  if (partitions.length > 0) {
    rows.push(['# Partition Information', '', ''], ['# col_name', 'data_type', 'comment'])
    rows.push(...partitions.map(describe))
  }
  return { schema: columnSchema, chunks: [rows] }
}

const texts = array(STRING)

const detailSchema = struct([
  field('format', STRING),
  field('id', STRING),
  field('name', STRING),
  field('description', STRING),
  field('location', STRING),
  field('createdAt', TIMESTAMP),
  field('lastModified', TIMESTAMP),
  field('partitionColumns', texts),
  field('clusteringColumns', texts),
  field('numFiles', LONG),
  field('sizeInBytes', LONG),
  field('properties', map(STRING, STRING)),
  field('minReaderVersion', INTEGER),
  field('minWriterVersion', INTEGER),
  field('tableFeatures', texts),
])

/** `DESCRIBE DETAIL`, with Delta Lake's columns. */
export function detailOf(detail: TableDetail): RowStream {
  const row: Row = [
    detail.format,
    detail.id,
    detail.name,
    detail.description,
    detail.location,
    detail.createdAt === null ? null : timestamp(detail.createdAt),
    timestamp(detail.lastModified),
    detail.partitionColumns,
    detail.clusteringColumns,
    BigInt(detail.numFiles),
    BigInt(detail.sizeInBytes),
    new Map(Object.entries(detail.properties)),
    detail.minReaderVersion,
    detail.minWriterVersion,
    detail.tableFeatures,
  ]
  return { schema: detailSchema, chunks: [[row]] }
}

const job = struct(
  ['jobId', 'jobName', 'jobRunId', 'runId', 'jobOwnerId', 'triggerType'].map((name) => field(name, STRING)),
)

const historySchema = struct([
  field('version', LONG),
  field('timestamp', TIMESTAMP),
  field('userId', STRING),
  field('userName', STRING),
  field('operation', STRING),
  field('operationParameters', map(STRING, STRING)),
  field('job', job),
  field('notebook', struct([field('notebookId', STRING)])),
  field('clusterId', STRING),
  field('readVersion', LONG),
  field('isolationLevel', STRING),
  field('isBlindAppend', BOOLEAN),
  field('operationMetrics', map(STRING, STRING)),
  field('userMetadata', STRING),
  field('engineInfo', STRING),
])

/** `DESCRIBE HISTORY`, newest first, with Delta Lake's columns. */
export async function historyOf({ table }: Pick<OpenTable, 'table'>, limit?: number): Promise<RowStream> {
  const entries = await table.history(limit)
  const rows = entries.map(
    (entry): Row => [
      BigInt(entry.version),
      timestamp(entry.timestamp),
      entry.userId,
      entry.userName,
      entry.operation,
      mapOf(entry.operationParameters),
      textsOf(entry.job, job),
      textsOf(entry.notebook, struct([field('notebookId', STRING)])),
      entry.clusterId,
      entry.readVersion === null ? null : BigInt(entry.readVersion),
      entry.isolationLevel,
      entry.isBlindAppend,
      mapOf(entry.operationMetrics),
      entry.userMetadata,
      entry.engineInfo,
    ],
  )
  return { schema: historySchema, chunks: [rows] }
}

const propertySchema = struct([field('key', STRING), field('value', STRING)])

/** `SHOW TBLPROPERTIES`, by key. */
export function propertiesOf({ snapshot }: OpenTable): RowStream {
  const entries = Object.entries(snapshot.metadata.configuration).sort(([a], [b]) => (a < b ? -1 : 1))
  return { schema: propertySchema, chunks: [entries] }
}

/** What a writer on Databricks told of its job or notebook: an object of texts. */
function textsOf(found: unknown, type: StructType): Value {
  if (typeof found !== 'object' || found === null) return null
  const texts = found as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    type.fields.map(({ name }) => [name, texts[name] == null ? null : String(texts[name])]),
  )
}

function mapOf(record: Readonly<Record<string, string | null>>): Value {
  return new Map(Object.entries(record))
}

/** Milliseconds since the epoch in the engine's form of timestamps. */
function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().replace('T', ' ').slice(0, -1)}000`
}
