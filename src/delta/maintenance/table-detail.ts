import { logicalPath } from '../schema/column-mapping.ts'
import type { TableContext } from '../table-context.ts'

/** The row of DESCRIBE DETAIL, with Delta Lake's columns. Times in milliseconds since the epoch, sizes in bytes. */
export interface TableDetail {
  readonly format: 'delta'
  readonly id: string
  readonly name: string | null
  readonly description: string | null
  readonly location: string
  readonly createdAt: number | null
  readonly lastModified: number
  readonly partitionColumns: readonly string[]
  /** By the names that the schema has, nested ones with dots. */
  readonly clusteringColumns: readonly string[]
  readonly numFiles: number
  readonly sizeInBytes: number
  readonly properties: Readonly<Record<string, string>>
  readonly minReaderVersion: number
  readonly minWriterVersion: number
  readonly tableFeatures: readonly string[]
}

/** What the newest version's log tells of a table; no data file is opened. */
export function tableDetail({ table, storage }: Pick<TableContext, 'table' | 'storage'>): TableDetail {
  const { metadata, protocol, clusteringColumns = [], timestampMs, numFiles, sizeBytes } = table.snapshot
  const features = [...(protocol.readerFeatures ?? []), ...(protocol.writerFeatures ?? [])]
  return {
    format: 'delta',
    id: metadata.id,
    name: metadata.name ?? null,
    description: metadata.description ?? null,
    location: storage.name,
    createdAt: metadata.createdTime ?? null,
    lastModified: timestampMs,
    partitionColumns: metadata.partitionColumns,
    clusteringColumns: clusteringColumns.map((path) => logicalPath(metadata.schema, path).join('.')),
    numFiles,
    sizeInBytes: sizeBytes,
    properties: metadata.configuration,
    minReaderVersion: protocol.minReaderVersion,
    minWriterVersion: protocol.minWriterVersion,
    tableFeatures: [...new Set(features)].sort(),
  }
}
