/**
 * The actions of the Delta log as plain data, named as in PROTOCOL.md. Fields that a newer writer added are kept on the
 * objects and written back.
 */

export interface Protocol {
  readonly minReaderVersion: number
  readonly minWriterVersion: number
  /** Present exactly with reader version 3. */
  readonly readerFeatures?: readonly string[]
  /** Present exactly with writer version 7. */
  readonly writerFeatures?: readonly string[]
}

/** The `metaData` action as it stands in the log. */
export interface MetadataAction {
  readonly id: string
  readonly name?: string | null
  readonly description?: string | null
  readonly format?: { readonly provider: string; readonly options: Readonly<Record<string, string>> }
  /** Absent in the first commit of Databricks' own pipelines: no columns yet. */
  readonly schemaString?: string
  readonly partitionColumns?: readonly string[]
  readonly configuration?: Readonly<Record<string, string>>
  readonly createdTime?: number | null
}

export interface DeletionVectorDescriptor {
  /** `u` file named by an encoded UUID, `i` inline, `p` absolute path. */
  readonly storageType: 'u' | 'i' | 'p'
  readonly pathOrInlineDv: string
  readonly offset?: number | null
  readonly sizeInBytes: number
  readonly cardinality: number
}

export type PartitionValues = Readonly<Record<string, string | null>>

interface FileAction {
  /** Percent-encoded URI reference, relative to the table's root or absolute. */
  readonly path: string
  readonly dataChange: boolean
  readonly tags?: Readonly<Record<string, string>> | null
  readonly deletionVector?: DeletionVectorDescriptor | null
  readonly baseRowId?: number | bigint | null
  readonly defaultRowCommitVersion?: number | null
}

export interface AddFile extends FileAction {
  /** Text forms of the protocol; null is null. */
  readonly partitionValues: PartitionValues
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly modificationTime: number
  /** JSON text of the file's statistics. */
  readonly stats?: string | null
  readonly clusteringProvider?: string | null
}

export interface RemoveFile extends FileAction {
  readonly deletionTimestamp?: number | null
  readonly extendedFileMetadata?: boolean | null
  readonly partitionValues?: PartitionValues | null
  readonly size?: number | null
}

/** A file of the change feed. */
export interface AddCdcFile {
  readonly path: string
  readonly partitionValues: PartitionValues
  readonly size: number
  readonly dataChange: false
}

export interface SetTransaction {
  readonly appId: string
  readonly version: bigint
  readonly lastUpdated?: number | null
}

export interface DomainMetadata {
  readonly domain: string
  /** Usually JSON text. */
  readonly configuration: string
  readonly removed: boolean
}

/** What a writer told about its commit. Free-form: nothing in it may be relied on. */
export type CommitInfo = Readonly<Record<string, unknown>>

/** One line of a commit or one row of a checkpoint: at most one of the fields is set. */
export interface Action {
  readonly protocol?: Protocol
  readonly metaData?: MetadataAction
  readonly add?: AddFile
  readonly remove?: RemoveFile
  readonly cdc?: AddCdcFile
  readonly txn?: SetTransaction
  readonly domainMetadata?: DomainMetadata
  readonly commitInfo?: CommitInfo
  /** In V2 checkpoints only. */
  readonly sidecar?: Sidecar
}

/** A file that holds adds and removes of a V2 checkpoint. */
export interface Sidecar {
  /** Relative to `_delta_log/_sidecars`, percent-encoded. */
  readonly path: string
  readonly sizeInBytes: number
  readonly modificationTime: number
  readonly tags?: Readonly<Record<string, string>>
}

/** One row of a checkpoint: exactly one of the fields is set. */
export interface CheckpointAction extends Omit<Action, 'add' | 'cdc' | 'commitInfo'> {
  readonly add?: CheckpointedFile
  readonly checkpointMetadata?: { readonly version: number; readonly tags?: Readonly<Record<string, string>> }
}

/** An `add` with its statistics and partition values as columns too. */
export interface CheckpointedFile extends AddFile {
  readonly stats_parsed?: object
  readonly partitionValues_parsed?: object
}

/** The actions of one committed version, or of one about to be committed. */
export interface CommitActions {
  readonly commitInfo?: CommitInfo
  readonly protocol?: Protocol
  readonly metaData?: MetadataAction
  readonly adds: readonly AddFile[]
  readonly removes: readonly RemoveFile[]
  readonly cdc: readonly AddCdcFile[]
  readonly transactions: readonly SetTransaction[]
  readonly domains: readonly DomainMetadata[]
}

/** A committed version. */
export interface Commit extends CommitActions {
  readonly version: number
  /** When it was committed: the in-commit timestamp where the table has them, else the log file's modification time. */
  readonly timestampMs: number
}
