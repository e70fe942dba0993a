import { randomUUID } from 'node:crypto'
import { PipelineError } from '../errors/index.ts'
import type { PointInTime } from '../plan/point-in-time.ts'
import type { Storage } from '../storage/storage.ts'
import type { StructType } from '../types/data-type.ts'
import { printSchemaJson } from '../types/schema-json.ts'
import type { Commit, RemoveFile } from './log/actions.ts'
import { afterCommit } from './log/after-commit.ts'
import { type CheckpointTask, writeCheckpoint } from './log/checkpoint.ts'
import { type HistoryEntry, readHistory } from './log/history.ts'
import { readLastCheckpoint } from './log/last-checkpoint.ts'
import { commitPath } from './log/log-files.ts'
import { newestVersion } from './log/log-listing.ts'
import type { LogState } from './log/log-state.ts'
import { loadState, missingCommit, readCommit } from './log/read-log.ts'
import { versionAsOf } from './log/time-travel.ts'
import type { DeltaPort } from './port.ts'
import { metadataFrom } from './schema/metadata.ts'
import { checkTableDefinition } from './schema/table-definition.ts'
import type { Snapshot } from './snapshot.ts'
import { type CommitLog, type CommitResult, Transaction } from './transaction.ts'

export interface CreateTableOptions {
  readonly schema: StructType
  readonly partitionColumns?: readonly string[]
  /** Table properties, stored as they are. */
  readonly configuration?: Readonly<Record<string, string>>
  readonly name?: string
  readonly description?: string
  /** Clustering keys, each a path of field names. */
  readonly clusteringColumns?: readonly (readonly string[])[]
}

/** A Delta table in a storage rooted at its folder. It holds the newest version that it has seen. */
export class DeltaTable {
  readonly #storage: Storage
  readonly #port: DeltaPort
  readonly #state: LogState
  readonly #now: () => number
  #snapshot: Snapshot

  private constructor(storage: Storage, port: DeltaPort, state: LogState, now: () => number) {
    this.#storage = storage
    this.#port = port
    this.#state = state
    this.#now = now
    this.#snapshot = state.snapshot()
  }

  /** Opens the newest version. Throws DELTA_PATH_DOES_NOT_EXIST where there is no log. `now` is the writer's clock. */
  static async open(storage: Storage, port: DeltaPort, now = Date.now): Promise<DeltaTable> {
    const table = await DeltaTable.openIfExists(storage, port, now)
    if (table === undefined) throw new PipelineError('DELTA_PATH_DOES_NOT_EXIST', { path: storage.name })
    return table
  }

  static async openIfExists(
    storage: Storage,
    port: DeltaPort,
    now = Date.now,
  ): Promise<DeltaTable | undefined> {
    const state = await loadState(storage, port)
    return state && new DeltaTable(storage, port, state, now)
  }

  /** An older version of a table that is not held, read alone. Throws what `open` and the method of an open table throw. */
  static async snapshotAt(storage: Storage, port: DeltaPort, at: PointInTime): Promise<Snapshot> {
    return snapshotOf(storage, port, await versionAsOf(storage, at))
  }

  /** Prepares version 0: protocol and metadata, to which data can be added before the commit. */
  static create(storage: Storage, port: DeltaPort, options: CreateTableOptions, now = Date.now): Transaction {
    const metadata = metadataFrom({
      id: randomUUID(),
      ...(options.name !== undefined && { name: options.name }),
      ...(options.description !== undefined && { description: options.description }),
      format: { provider: 'parquet', options: {} },
      schemaString: printSchemaJson(options.schema),
      partitionColumns: options.partitionColumns ?? [],
      configuration: options.configuration ?? {},
      createdTime: now(),
    })
    checkTableDefinition(metadata, options.clusteringColumns)
    const log: CommitLog = {
      storage,
      now,
      committed: async (version) => (await DeltaTable.open(storage, port, now)).#committed(version),
    }
    const transaction = new Transaction(log, { metadata })
    if (options.clusteringColumns !== undefined) transaction.clusterBy(options.clusteringColumns)
    return transaction
  }

  /** The newest version, found by names alone: nothing is replayed and no Parquet is read. Undefined without a log. */
  static async latestVersion(storage: Storage): Promise<number | undefined> {
    let version = (await readLastCheckpoint(storage))?.version
    if (version === undefined || (await storage.stat(commitPath(version))) === undefined) {
      return newestVersion(storage)
    }
    while ((await storage.stat(commitPath(version + 1))) !== undefined) version += 1
    return version
  }

  /** The newest version seen. */
  get snapshot(): Snapshot {
    return this.#snapshot
  }

  /** Looks for commits behind the held version, one by one, and never lists the log again. */
  async refresh(): Promise<Snapshot> {
    for (;;) {
      const { version, timestampMs } = this.#state
      const commit = await readCommit(this.#storage, version + 1, { previousMs: timestampMs })
      if (commit === undefined) break
      // Another refresh may have come first while this one was reading.
      if (commit.version === this.#state.version + 1) this.#state.advance(commit)
    }
    if (this.#state.version !== this.#snapshot.version) this.#snapshot = this.#state.snapshot()
    return this.#snapshot
  }

  /**
   * An older version, by number or as it was at a time. Throws DELTA_VERSION_NOT_FOUND,
   * DELTA_TIMESTAMP_GREATER_THAN_COMMIT and DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION outside of what the log holds.
   */
  async snapshotAt(at: PointInTime): Promise<Snapshot> {
    const version = await versionAsOf(this.#storage, at)
    if (version === this.#snapshot.version) return this.#snapshot
    return snapshotOf(this.#storage, this.#port, version)
  }

  /** Files removed after `cutoffMs` (milliseconds since the epoch): older versions still read them. */
  removedAfter(cutoffMs: number): Iterable<RemoveFile> {
    return this.#state.tombstonesAfter(cutoffMs)
  }

  /** A transaction on the held version. */
  startTransaction(): Transaction {
    const log: CommitLog = {
      storage: this.#storage,
      now: this.#now,
      committed: (version) => this.#committed(version),
    }
    return new Transaction(log, { snapshot: this.#snapshot })
  }

  /** What was done to the table, newest first, at most `limit` versions. */
  async history(limit?: number): Promise<HistoryEntry[]> {
    return readHistory(this.#storage, limit)
  }

  /**
   * The commits of versions `from` to `to` (default: the newest). Throws DELTA_VERSION_NOT_FOUND beyond the log's ends and
   * DELTA_LOG_FILE_NOT_FOUND where a commit in between was cleaned up.
   */
  async *changes(from: number, to?: number): AsyncIterable<Commit> {
    let previousMs: number | undefined
    const last = to ?? Infinity
    for (let version = from; version <= last; version++) {
      const commit = await readCommit(this.#storage, version, { previousMs })
      if (commit === undefined) {
        if (to === undefined && version > this.#snapshot.version) return
        await versionAsOf(this.#storage, { version })
        throw missingCommit(this.#storage, version)
      }
      previousMs = commit.timestampMs
      yield commit
    }
  }

  /** The commit of a version; undefined where the log does not have it, not yet or no more. */
  commitAt(version: number): Promise<Commit | undefined> {
    return readCommit(this.#storage, version)
  }

  /** Writes a checkpoint of the held version: its readers need no older commit. */
  async checkpoint(): Promise<void> {
    await writeCheckpoint(this.#checkpointTask())
  }

  #checkpointTask(): CheckpointTask {
    return {
      storage: this.#storage,
      port: this.#port,
      snapshot: this.#snapshot,
      state: this.#state,
      nowMs: this.#now(),
    }
  }

  async #committed(version: number): Promise<CommitResult> {
    await this.refresh()
    const snapshot = this.#snapshot
    try {
      await afterCommit(this.#checkpointTask(), version)
      return { version, snapshot }
    } catch (checkpointError) {
      return { version, snapshot, checkpointError }
    }
  }
}

async function snapshotOf(storage: Storage, port: DeltaPort, version: number): Promise<Snapshot> {
  const state = await loadState(storage, port, version)
  if (state === undefined) throw new PipelineError('DELTA_PATH_DOES_NOT_EXIST', { path: storage.name })
  return state.snapshot()
}
