import { randomUUID } from 'node:crypto'
import { PipelineError } from '../errors/index.ts'
import type { Storage } from '../storage/storage.ts'
import { type CommitOptions, commitInfoOf } from './commit-info.ts'
import { checkConflict, type IsolationLevel, type TransactionReads } from './conflict.ts'
import { fileKey } from './files/file-path.ts'
import { printCommit } from './log/action-json.ts'
import type {
  AddCdcFile,
  AddFile,
  Commit,
  CommitActions,
  DomainMetadata,
  Protocol,
  RemoveFile,
  SetTransaction,
} from './log/actions.ts'
import { commitPath } from './log/log-files.ts'
import { missingCommit, readCommit } from './log/read-log.ts'
import { assignRowIds, givesRowIds, rowIdMark } from './row-tracking/assign-row-ids.ts'
import { physicalPath } from './schema/column-mapping.ts'
import { completeMetadata } from './schema/complete-metadata.ts'
import { changeMetadata, type Metadata, type MetadataFields } from './schema/metadata.ts'
import { atLeast, checkWritable, neededFeatures, protocolFor, withoutFeatures } from './schema/protocol.ts'
import { type ProtocolRequest, protocolRequestOf, storedProperties } from './schema/protocol-request.ts'
import { checkTableDefinition } from './schema/table-definition.ts'
import { hasInCommitTimestamps } from './schema/table-properties.ts'
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
   * Throws the conditions of `checkTableDefinition`, `protocolRequestOf` and `completeMetadata`.
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

  /** Takes features from the protocol. The caller has removed all that is left of them. */
  dropFeatures(names: readonly string[]): this {
    this.#dropped = names
    return this
  }

  #define(metadata: Metadata): void {
    this.requestProtocol(protocolRequestOf(metadata.configuration, this.#log.storage.name))
    const configuration = storedProperties(metadata.configuration)
    const stored = changeMetadata(metadata.action, { configuration })
    this.#metadata = completeMetadata(stored, this.readSnapshot?.metadata, { isReplaced: this.#isReplaced })
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
    const actions = this.#actions()
    this.#checkFences()
    const txnId = randomUUID()
    let reads = this.#reads(actions)
    let version = (this.readSnapshot?.version ?? -1) + 1
    let previousMs = this.readSnapshot?.timestampMs
    let mark = rowIdMark(this.readSnapshot?.domainMetadata.values() ?? [])
    for (;;) {
      const commitInfo = commitInfoOf(options, {
        txnId,
        previousMs,
        nowMs: this.#log.now(),
        isolation: reads.isolation,
        isBlind: this.#readsNothing && actions.removes.length === 0,
        readVersion: this.readSnapshot?.version,
        configuration: this.#metadata.configuration,
      })
      const timed = this.#withEnablement(actions, version, commitInfo.inCommitTimestamp)
      const outcome = await this.#put(version, { ...this.#withRowIds(timed, version, mark), commitInfo })
      if (outcome === 'created') break
      const winners = await this.#winnersFrom(version)
      const own = winners.find((winner) => winner.commitInfo?.txnId === txnId)
      if (own !== undefined) {
        version = own.version
        break
      }
      for (const winner of winners) {
        checkConflict(actions, reads, winner, this.#log.storage.name)
        reads = { ...reads, metadata: winner.metaData ?? reads.metadata }
        mark = maximum(mark, rowIdMark(winner.domains))
      }
      version += winners.length
      previousMs = winners.at(-1)?.timestampMs
    }
    return this.#log.committed(version)
  }

  #actions(): CommitActions {
    const protocol = this.#nextProtocol()
    checkWritable(protocol, this.#metadata, this.#log.storage.name)
    const removes = [...this.#removes.values()]
    const isAppendOnly = this.#metadata.configuration['delta.appendOnly']?.toLowerCase() === 'true'
    if (isAppendOnly && removes.some((each) => each.dataChange)) {
      throw new PipelineError('DELTA_CANNOT_MODIFY_APPEND_ONLY', { table: this.#log.storage.name })
    }
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

  /** The commit that turns in-commit timestamps on says since when there are any (PROTOCOL.md, In-Commit Timestamps). */
  #withEnablement(actions: CommitActions, version: number, timestampMs: unknown): CommitActions {
    const before = this.readSnapshot?.metadata.configuration
    if (!actions.metaData || !before || hasInCommitTimestamps(before) || timestampMs === undefined)
      return actions
    const configuration = {
      ...actions.metaData.configuration,
      'delta.inCommitTimestampEnablementVersion': version.toString(),
      'delta.inCommitTimestampEnablementTimestamp': String(timestampMs),
    }
    return { ...actions, metaData: { ...actions.metaData, configuration } }
  }

  #withRowIds(actions: CommitActions, version: number, mark: bigint): CommitActions {
    const protocol = actions.protocol ?? this.#protocol
    const isTracked = protocol !== undefined && givesRowIds(protocol, this.#metadata)
    return isTracked ? assignRowIds(actions, version, mark) : actions
  }

  #reads(actions: CommitActions): TransactionReads {
    const changesData = [...actions.adds, ...actions.removes].some((each) => each.dataChange)
    const onlyMoves = !changesData && actions.adds.length > 0 && !actions.metaData
    return {
      isolation: onlyMoves ? 'SnapshotIsolation' : isolationOf(this.#metadata),
      wholeTable: this.#readsWholeTable,
      files: this.#filesRead,
      conditions: this.#conditions,
      metadata: this.readSnapshot?.metadata.action,
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

  /** Puts the commit file; an error whose outcome is unknown counts as 'exists', to be settled by reading it back. */
  async #put(version: number, commit: CommitActions): Promise<'created' | 'exists'> {
    const { storage } = this.#log
    const path = commitPath(version)
    try {
      return await storage.putIfAbsent(path, printCommit(commit))
    } catch (error) {
      const landed = await storage.stat(path).catch((): undefined => undefined)
      if (landed === undefined) throw error
      return 'exists'
    }
  }

  /** The commits that came first: at least that of `version`, which exists. */
  async #winnersFrom(version: number): Promise<Commit[]> {
    const { storage } = this.#log
    const winners: Commit[] = []
    for (let next = version; ; next++) {
      const commit = await readCommit(storage, next)
      if (commit === undefined && next === version) throw missingCommit(storage, version)
      if (commit === undefined) return winners
      winners.push(commit)
    }
  }

  get #readsNothing(): boolean {
    return !this.#readsWholeTable && this.#filesRead.size === 0 && this.#conditions.length === 0
  }
}

/** The tombstone of a live file. Path and deletion vector are its own, letter by letter, or it would stay live. */
function tombstoneOf(file: AddFile, deletionTimestamp: number, dataChange: boolean): RemoveFile {
  return {
    path: file.path,
    deletionTimestamp,
    dataChange,
    extendedFileMetadata: true,
    partitionValues: file.partitionValues,
    size: file.size,
    ...(file.tags != null && { tags: file.tags }),
    ...(file.deletionVector != null && { deletionVector: file.deletionVector }),
    ...(file.baseRowId != null && { baseRowId: file.baseRowId }),
    ...(file.defaultRowCommitVersion != null && { defaultRowCommitVersion: file.defaultRowCommitVersion }),
  }
}

/** Serializable unless the table asks for less; Databricks' default is WriteSerializable. */
function isolationOf(metadata: Metadata): IsolationLevel {
  const level = metadata.configuration['delta.isolationLevel']?.toLowerCase()
  return level === 'writeserializable' ? 'WriteSerializable' : 'Serializable'
}

function maximum(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
