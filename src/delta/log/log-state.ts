import { PipelineError } from '../../errors/index.ts'
import { fileKey } from '../files/file-path.ts'
import { type Metadata, metadataFrom } from '../schema/metadata.ts'
import { checkReadable } from '../schema/protocol.ts'
import { deletedFileRetentionMs, hasInCommitTimestamps } from '../schema/table-properties.ts'
import { type Snapshot, snapshotFrom } from '../snapshot.ts'
import type {
  Action,
  Commit,
  DomainMetadata,
  MetadataAction,
  Protocol,
  RemoveFile,
  SetTransaction,
} from './actions.ts'
import { FileSet } from './file-set.ts'

/** Versions after which removed files are looked through for old ones. */
const FORGET_EVERY = 100

/** The state that a log describes, advanced commit by commit (PROTOCOL.md, Action Reconciliation). */
export class LogState {
  readonly #tableName: string
  readonly #files = new FileSet()
  readonly #tombstones = new Map<string, RemoveFile>()
  #version = -1
  #txnId: string | undefined
  #timestampMs = 0
  #protocol: Protocol | undefined
  #metadataAction: MetadataAction | undefined
  #metadata: Metadata | undefined
  #metadataSince = 0
  #transactions: ReadonlyMap<string, SetTransaction> = new Map()
  #domains: ReadonlyMap<string, DomainMetadata> = new Map()

  constructor(tableName: string) {
    this.#tableName = tableName
  }

  get version(): number {
    return this.#version
  }

  get timestampMs(): number {
    return this.#timestampMs
  }

  get protocol(): Protocol | undefined {
    return this.#protocol
  }

  get metadataAction(): MetadataAction | undefined {
    return this.#metadataAction
  }

  /** Live metadata domains by name. */
  get domains(): ReadonlyMap<string, DomainMetadata> {
    return this.#domains
  }

  /** Live files. */
  get numFiles(): number {
    return this.#files.count
  }

  get sizeBytes(): number {
    return this.#files.sizeBytes
  }

  /** What the writer of the newest commit called it. */
  get txnId(): string | undefined {
    return this.#txnId
  }

  get hasInCommitTimestamps(): boolean {
    return hasInCommitTimestamps(this.#metadataAction?.configuration ?? {})
  }

  /** Takes over rows of a checkpoint, in any order. */
  restore(version: number, timestampMs: number, actions: Iterable<Action>): void {
    const transactions = new Map(this.#transactions)
    const domains = new Map(this.#domains)
    for (const action of actions) {
      if (action.add) this.#files.restore(action.add)
      else if (action.remove) this.#tombstones.set(fileKey(action.remove), action.remove)
      else if (action.txn) transactions.set(action.txn.appId, action.txn)
      else if (action.domainMetadata) setDomain(domains, action.domainMetadata)
      else if (action.metaData) this.#metadataAction = action.metaData
      else if (action.protocol) this.#protocol = action.protocol
    }
    this.#transactions = transactions
    this.#domains = domains
    this.#metadataSince = version
    this.#version = version
    this.#timestampMs = timestampMs
  }

  /** Applies the commit that follows. Removes go before adds: a commit may replace a file's deletion vector. */
  advance(commit: Commit): void {
    for (const remove of commit.removes) {
      this.#files.remove(commit.version, remove)
      this.#tombstones.set(fileKey(remove), remove)
    }
    for (const add of commit.adds) {
      this.#files.add(commit.version, add)
      this.#tombstones.delete(fileKey(add))
    }
    if (commit.transactions.length > 0) {
      const latest = new Map(this.#transactions)
      for (const txn of commit.transactions) latest.set(txn.appId, txn)
      this.#transactions = latest
    }
    if (commit.domains.length > 0) {
      const latest = new Map(this.#domains)
      for (const domain of commit.domains) setDomain(latest, domain)
      this.#domains = latest
    }
    if (commit.protocol) this.#protocol = commit.protocol
    if (commit.metaData) {
      this.#metadataAction = commit.metaData
      this.#metadata = undefined
      this.#metadataSince = commit.version
    }
    const txnId = commit.commitInfo?.txnId
    this.#txnId = typeof txnId === 'string' ? txnId : undefined
    this.#version = commit.version
    this.#timestampMs = commit.timestampMs
    if (commit.version % FORGET_EVERY === 0) this.#forgetTombstones()
  }

  /** Who only reads a table for a long time needs no removed file; who writes needs those that are kept. */
  #forgetTombstones(): void {
    // Without it nobody has read the table so far, nor knows whether it can be read.
    if (this.#metadata === undefined) return
    this.tombstonesAfter(this.#timestampMs - deletedFileRetentionMs(this.#metadata))
  }

  /** Throws DELTA_STATE_RECOVER_ERROR for a log without protocol or metaData, and what `checkReadable` throws. */
  snapshot(): Snapshot {
    const protocol = this.#protocol ?? this.#missing('protocol')
    checkReadable(protocol, this.#tableName)
    this.#metadata ??= metadataFrom(this.#metadataAction ?? this.#missing('metadata'))
    return snapshotFrom({
      tableName: this.#tableName,
      version: this.#version,
      timestampMs: this.#timestampMs,
      protocol,
      metadata: this.#metadata,
      metadataSince: this.#metadataSince,
      transactions: this.#transactions,
      domainMetadata: this.#domains,
      files: this.#files.view(this.#version),
    })
  }

  /** Removed files that VACUUM must know of: those removed after `cutoffMs`. Older ones are forgotten. */
  tombstonesAfter(cutoffMs: number): Iterable<RemoveFile> {
    for (const [key, remove] of this.#tombstones) {
      if ((remove.deletionTimestamp ?? 0) <= cutoffMs) this.#tombstones.delete(key)
    }
    return this.#tombstones.values()
  }

  #missing(operation: 'protocol' | 'metadata'): never {
    throw new PipelineError('DELTA_STATE_RECOVER_ERROR', {
      operation,
      version: this.#version.toString(),
      table: this.#tableName,
    })
  }
}

function setDomain(domains: Map<string, DomainMetadata>, domain: DomainMetadata): void {
  if (domain.removed) domains.delete(domain.domain)
  else domains.set(domain.domain, domain)
}
