import { PipelineError } from '../errors/index.ts'
import type { Storage } from '../storage/storage.ts'
import { baseOf } from './commit/commit-base.ts'
import { commitBehind } from './commit/commit-loop.ts'
import { isolationOf } from './commit/isolation.ts'
import type { PreparedCommit, TransactionReads } from './commit/prepared-commit.ts'
import type { CommitOptions } from './commit-info.ts'
import { fileKey } from './files/file-path.ts'
import { tombstoneOf } from './files/tombstone.ts'
import type {
  AddCdcFile,
  AddFile,
  CommitActions,
  DomainMetadata,
  Protocol,
  RemoveFile,
  SetTransaction,
} from './log/actions.ts'
import { checkNotAppendOnly } from './schema/append-only.ts'
import { physicalPath } from './schema/column-mapping.ts'
import { completeMetadata } from './schema/complete-metadata.ts'
import { changeMetadata, type Metadata, type MetadataFields } from './schema/metadata.ts'
import { atLeast, checkWritable, neededFeatures, protocolFor, withoutFeatures } from './schema/protocol.ts'
import { type ProtocolRequest, protocolRequestOf, storedProperties } from './schema/protocol-request.ts'
import { checkStatisticsColumns, STATISTICS_COLUMNS } from './schema/statistics-columns.ts'
import { checkTableDefinition } from './schema/table-definition.ts'
import { CLUSTERING_DOMAIN, clusteringDomain, type Snapshot } from './snapshot.ts'
import { withIdentityMarks } from './write/identity-marks.ts'
import type { WrittenRows } from './write/write-rows.ts'

export interface MetadataChange extends MetadataFields {
  /** Clustering keys, each a path of field names; empty for none. */
  readonly clusteringColumns?: readonly (readonly string[])[]
  /** The table is made anew: its columns have nothing in common with those of the same names before. */
  readonly isReplaced?: boolean
}

export interface CommitResult {
  readonly version: number
  /** The table after the commit: that version, or a later one that others committed meanwhile. */
  readonly snapshot: Snapshot
  /** Why the version's checksum or the checkpoint that was due could not be written; the commit stands all the same. */
  readonly checkpointError?: unknown
}

/** The log that a transaction commits to. */
export interface CommitLog {
  readonly storage: Storage
  readonly now: () => number
  /** Called once with the version that was committed. */
  committed(version: number): Promise<CommitResult>
}

/** The state that a transaction starts from: a version, or nothing yet. */
export type TransactionBase =
  | { readonly snapshot: Snapshot }
  | { readonly snapshot?: undefined; readonly metadata: Metadata }

/**
 * Changes to a table that become one version, or none. The files that it adds must be published already. A transaction is
 * used once.
 */
export class Transaction {
  /** The version that it was prepared on; undefined while it creates the table. */
  readonly readSnapshot: Snapshot | undefined
  readonly #log: CommitLog
  readonly #adds = new Map<string, AddFile>()
  readonly #removes = new Map<string, RemoveFile>()
  readonly #changeFiles: AddCdcFile[] = []
  readonly #transactions = new Map<string, SetTransaction>()
  readonly #fences = new Map<string, bigint>()
  readonly #domains = new Map<string, DomainMetadata>()
  readonly #filesRead = new Set<string>()
  readonly #conditions: ((file: AddFile) => boolean)[] = []
  #readsWholeTable = false
  #metadata: Metadata
  #protocol: Protocol | undefined
  #metadataChanged = false
  #isReplaced = false
  readonly #features = new Set<string>()
  #versions = { reader: 1, writer: 1 }
  #dropped: readonly string[] = []
  #protectsHistory = false

  constructor(log: CommitLog, base: TransactionBase) {
    this.#log = log
    this.readSnapshot = base.snapshot
    this.#metadata = base.snapshot === undefined ? base.metadata : base.snapshot.metadata
    this.#protocol = base.snapshot?.protocol
    if (base.snapshot === undefined) this.#define(base.metadata)
  }

  /** The metadata that the table will have. */
  get metadata(): Metadata {
    return this.#metadata
  }

  /**
   * Changes the table's definition in the same commit; each field given replaces the old one whole. Properties that ask
   * something of the protocol (`delta.feature.*`) are acted upon and not stored; mapped columns get their ids and names.
   * Throws the conditions of `checkTableDefinition`, `protocolRequestOf`, `completeMetadata` and `checkStatisticsColumns`.
   */
  updateMetadata({ clusteringColumns, isReplaced, ...fields }: MetadataChange): this {
    if (isReplaced !== undefined) this.#isReplaced = isReplaced
    this.#define(changeMetadata(this.#metadata.action, fields))
    checkTableDefinition(this.#metadata, clusteringColumns)
    return clusteringColumns === undefined ? this : this.clusterBy(clusteringColumns)
  }

  /** Sets the clustering keys, each a path of the table's column names; none for CLUSTER BY NONE. */
  clusterBy(columns: readonly (readonly string[])[]): this {
    const { schema } = this.#metadata
    return this.setDomainMetadata(clusteringDomain(columns.map((path) => physicalPath(schema, path))))
  }

  /** Asks for table features, or for versions of the protocol, beyond what the metadata needs. */
  requestProtocol({ features, minReaderVersion, minWriterVersion }: ProtocolRequest): this {
    for (const name of features) this.#features.add(name)
    const { reader, writer } = this.#versions
    this.#versions = {
      reader: Math.max(reader, minReaderVersion),
      writer: Math.max(writer, minWriterVersion),
    }
    return this
  }

  /**
   * Takes features from the protocol. The caller has removed all that is left of them. With `protectsHistory` the versions
   * before the commit are kept for readers that do not know the features (PROTOCOL.md, Checkpoint Protection).
   */
  dropFeatures(
    names: readonly string[],
    { protectsHistory = false }: { protectsHistory?: boolean } = {},
  ): this {
    this.#dropped = names
    this.#protectsHistory = protectsHistory
    if (!protectsHistory) return this
    this.#metadataChanged = true
    return this.requestProtocol({
      features: ['checkpointProtection'],
      minReaderVersion: 1,
      minWriterVersion: 1,
    })
  }

  #define(metadata: Metadata): void {
    this.requestProtocol(protocolRequestOf(metadata.configuration, this.#log.storage.name))
    const configuration = storedProperties(metadata.configuration)
    const stored = changeMetadata(metadata.action, { configuration })
    const before = this.readSnapshot?.metadata
    this.#metadata = completeMetadata(stored, before, { isReplaced: this.#isReplaced })
    if (configuration[STATISTICS_COLUMNS] !== before?.configuration[STATISTICS_COLUMNS]) {
      checkStatisticsColumns(this.#metadata)
    }
    this.#metadataChanged = true
  }

  addFile(file: AddFile): this {
    this.#adds.set(fileKey(file), file)
    return this
  }

  addFiles(files: Iterable<AddFile>): this {
    for (const file of files) this.addFile(file)
    return this
  }

  /** Adds what `writeRows` wrote, and moves the marks of identity columns behind the values that it gave. */
  addRows({ adds, identityMarks }: Pick<WrittenRows, 'adds' | 'identityMarks'>): this {
    if (Object.keys(identityMarks).length > 0) {
      this.updateMetadata({ schema: withIdentityMarks(this.#metadata.schema, identityMarks) })
    }
    return this.addFiles(adds)
  }

  /** Removes a live file. `dataChange` is false where its rows only move to other files. */
  removeFile(file: AddFile, { dataChange = true }: { dataChange?: boolean } = {}): this {
    this.#removes.set(fileKey(file), tombstoneOf(file, this.#log.now(), dataChange))
    return this
  }

  removeFiles(files: Iterable<AddFile>, options?: { dataChange?: boolean }): this {
    for (const file of files) this.removeFile(file, options)
    return this
  }

  /** Change data files. With one of them the change feed shows nothing else of this commit. */
  addChangeFiles(files: Iterable<AddCdcFile>): this {
    this.#changeFiles.push(...files)
    return this
  }

  /** Records with the data that an application's batch is in the table. A concurrent commit of the same one is a conflict. */
  setTransaction(appId: string, version: bigint): this {
    this.#transactions.set(appId, { appId, version, lastUpdated: this.#log.now() })
    return this
  }

  /**
   * Records the fencing token of the writer's lease: the commit fails where the table carries a higher one. Commits with
   * the same token do not disturb each other.
   */
  setFence(appId: string, token: bigint): this {
    this.#fences.set(appId, token)
    return this.setTransaction(appId, token)
  }

  setDomainMetadata(domain: DomainMetadata): this {
    this.#domains.set(domain.domain, domain)
    return this
  }

  /** The result depends on every file: any concurrent change of data is a conflict. */
  readsWholeTable(): this {
    this.#readsWholeTable = true
    return this
  }

  /** The result depends on these files, and on there being no others that `matching` holds for. */
  readFiles(files: Iterable<AddFile>, matching?: (file: AddFile) => boolean): this {
    for (const file of files) this.#filesRead.add(fileKey(file))
    if (matching !== undefined) this.#conditions.push(matching)
    return this
  }

  /**
   * Commits as the next version, behind those that others committed in the meantime where they do not conflict.
   * Throws DELTA_CONCURRENT_*, DELTA_METADATA_CHANGED or DELTA_PROTOCOL_CHANGED where they do, what `checkWritable` throws,
   * DELTA_CANNOT_MODIFY_APPEND_ONLY, and storage conditions, after which the outcome may be unknown.
   */
  async commit(options: CommitOptions): Promise<CommitResult> {
    const prepared = this.#prepared(options)
    this.#checkFences()
    return this.#log.committed(await commitBehind(baseOf(this.readSnapshot), prepared, this.#log))
  }

  #prepared(options: CommitOptions): PreparedCommit {
    const actions = this.#actions()
    return {
      actions,
      reads: this.#reads(actions),
      metadata: this.#metadata,
      drops: this.#dropped,
      protectsHistory: this.#protectsHistory,
      isBlind: this.#readsNothing && actions.removes.length === 0,
      readVersion: this.readSnapshot?.version,
      options,
    }
  }

  #actions(): CommitActions {
    const protocol = this.#nextProtocol()
    checkWritable(protocol, this.#metadata, this.#log.storage.name)
    const removes = [...this.#removes.values()]
    if (removes.some((each) => each.dataChange)) checkNotAppendOnly(this.#metadata, this.#log.storage.name)
    return {
      ...(protocol !== this.#protocol && { protocol }),
      ...(this.#metadataChanged && { metaData: this.#metadata.action }),
      adds: [...this.#adds.values()],
      removes,
      cdc: this.#changeFiles,
      transactions: [...this.#transactions.values()],
      domains: [...this.#domains.values()],
    }
  }

  #nextProtocol(): Protocol {
    const extra = [...this.#features]
    if (this.#domains.has(CLUSTERING_DOMAIN)) extra.push('clustering')
    if (this.#domains.size > 0) extra.push('domainMetadata')
    const plain: Protocol = { minReaderVersion: 1, minWriterVersion: 2 }
    const before = atLeast(this.#protocol ?? plain, this.#versions.reader, this.#versions.writer)
    const next = protocolFor(neededFeatures(this.#metadata, extra), before)
    return this.#dropped.length > 0 ? withoutFeatures(next, this.#dropped) : next
  }

  #reads(actions: CommitActions): TransactionReads {
    return {
      isolation: isolationOf(actions, this.#metadata),
      wholeTable: this.#readsWholeTable,
      files: this.#filesRead,
      conditions: this.#conditions,
      fences: this.#fences,
    }
  }

  #checkFences(): void {
    for (const [appId, token] of this.#fences) {
      const found = this.readSnapshot?.transactionVersion(appId)
      if (found === undefined || found <= token) continue
      throw new PipelineError('DELTA_CONCURRENT_TRANSACTION', {
        table: this.#log.storage.name,
        version: this.readSnapshot!.version.toString(),
        operation: 'another writer',
        detail: `it set the transaction ${appId} to ${found}`,
      })
    }
  }

  get #readsNothing(): boolean {
    return !this.#readsWholeTable && this.#filesRead.size === 0 && this.#conditions.length === 0
  }
}
