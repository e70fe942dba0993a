import { parseExact } from '../types/exact-json.ts'
import type { AddFile, DomainMetadata, Protocol, SetTransaction } from './log/actions.ts'
import type { FileView } from './log/file-set.ts'
import type { Metadata } from './schema/metadata.ts'

/** One version of a table; it never changes. */
export interface Snapshot {
  /** The table's root, for messages. */
  readonly tableName: string
  readonly version: number
  /** When the version was committed, milliseconds since the epoch. */
  readonly timestampMs: number
  readonly protocol: Protocol
  readonly metadata: Metadata
  /** A version from which on all have this metadata: older ones may have it, too. */
  readonly metadataSince: number
  /** Live files. */
  readonly numFiles: number
  readonly sizeBytes: number
  /** Latest `txn` of each application. */
  readonly transactions: ReadonlyMap<string, SetTransaction>
  /** Live metadata domains by name, those of other writers included. */
  readonly domainMetadata: ReadonlyMap<string, DomainMetadata>
  /** Clustering keys, each a path of field names; undefined for a table without clustering, empty for CLUSTER BY NONE. */
  readonly clusteringColumns: readonly (readonly string[])[] | undefined
  files(): Iterable<AddFile>
  /** Version of an application's latest committed `txn`: batches up to it are in the table. */
  transactionVersion(appId: string): bigint | undefined
}

/** What the log says of a version. */
export interface SnapshotParts {
  readonly tableName: string
  readonly version: number
  readonly timestampMs: number
  readonly protocol: Protocol
  readonly metadata: Metadata
  readonly metadataSince: number
  readonly transactions: ReadonlyMap<string, SetTransaction>
  readonly domainMetadata: ReadonlyMap<string, DomainMetadata>
  readonly files: FileView
}

export function snapshotFrom({ files, ...parts }: SnapshotParts): Snapshot {
  return {
    ...parts,
    numFiles: files.count,
    sizeBytes: files.sizeBytes,
    clusteringColumns: clusteringColumnsOf(parts.domainMetadata.get(CLUSTERING_DOMAIN)),
    files: files.files,
    transactionVersion: (appId) => parts.transactions.get(appId)?.version,
  }
}

export const CLUSTERING_DOMAIN = 'delta.clustering'

/** The `delta.clustering` domain: a list of paths, as Spark writes it, not the flat list of the protocol's example. */
export function clusteringDomain(columns: readonly (readonly string[])[]): DomainMetadata {
  const configuration = JSON.stringify({ clusteringColumns: columns })
  return { domain: CLUSTERING_DOMAIN, configuration, removed: false }
}

function clusteringColumnsOf(domain: DomainMetadata | undefined): (readonly string[])[] | undefined {
  if (domain === undefined) return undefined
  const { clusteringColumns } = parseExact(domain.configuration) as { clusteringColumns?: unknown }
  if (!Array.isArray(clusteringColumns)) return undefined
  return clusteringColumns.map((each: string | string[]) => (typeof each === 'string' ? [each] : each))
}
