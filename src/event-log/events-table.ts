import { rm } from 'node:fs/promises'
import {
  type AddFile,
  addFileFrom,
  type DeltaPort,
  DeltaTable,
  dataFilePath,
  deltaScanOf,
  type Snapshot,
  type Transaction,
} from '../delta/index.ts'
import type { EngineSession } from '../engine/engine.ts'
import type { Relation, Scan } from '../plan/relation.ts'
import type { Storage } from '../storage/storage.ts'
import { storageFolder } from '../storage/storage-folder.ts'
import { EVENT_SCHEMA } from './event-schema.ts'

/** Where the table is in a pipeline's storage, as in Databricks' pipelines with a storage location. */
export const EVENTS_FOLDER = 'system/events'

/** `txn.appId` of the folds: its version is the number of the last journal whose events are in the table. */
const FOLD_APP = 'event-log'

/** The Delta table that holds a pipeline's older events. */
export class EventsTable {
  readonly delta: DeltaTable
  readonly storage: Storage

  private constructor(storage: Storage, delta: DeltaTable) {
    this.storage = storage
    this.delta = delta
  }

  /** `nowMs` is the writer's clock. Undefined while nothing was ever folded. */
  static async openIfExists(
    pipelineStorage: Storage,
    port: DeltaPort,
    nowMs?: () => number,
  ): Promise<EventsTable | undefined> {
    const storage = storageFolder(pipelineStorage, EVENTS_FOLDER)
    const delta = await DeltaTable.openIfExists(storage, port, nowMs)
    return delta && new EventsTable(storage, delta)
  }

  /** Opens the table and makes it where there is none. */
  static async open(pipelineStorage: Storage, port: DeltaPort, nowMs: () => number): Promise<EventsTable> {
    const existing = await EventsTable.openIfExists(pipelineStorage, port, nowMs)
    if (existing !== undefined) return existing
    const storage = storageFolder(pipelineStorage, EVENTS_FOLDER)
    const description = 'Event log of the pipeline'
    await DeltaTable.create(storage, port, { schema: EVENT_SCHEMA, description }, nowMs).commit({
      operation: 'CREATE TABLE',
    })
    return new EventsTable(storage, await DeltaTable.open(storage, port, nowMs))
  }

  get snapshot(): Snapshot {
    return this.delta.snapshot
  }

  /** Number of the last journal whose events are in the table; -1 before the first. */
  get foldedJournal(): number {
    return Number(this.snapshot.transactionVersion(FOLD_APP) ?? -1n)
  }

  async scan(files?: Iterable<AddFile>): Promise<Scan> {
    const input = await deltaScanOf(this.snapshot, this.storage, files)
    return { kind: 'Scan', input, schema: EVENT_SCHEMA }
  }

  /** Writes rows to files of the table that belong to no version yet. */
  async write(session: EngineSession, query: Relation, nowMs: number): Promise<AddFile[]> {
    const folder = await this.storage.stagingPath('')
    const { files } = await session.write({
      query,
      schema: EVENT_SCHEMA,
      partitionColumns: [],
      folder,
      orderBy: ['timestamp'],
    })
    const named = files.map((file) => ({ file, path: dataFilePath([], {}) }))
    await this.storage.publish(named.map(({ file, path }) => ({ local: file.localPath, path })))
    await rm(folder, { recursive: true, force: true })
    const { metadata } = this.snapshot
    return named.map(({ file, path }) => addFileFrom(file, path, metadata, nowMs))
  }

  /** Commits a journal's events, and with them that they are in the table: at most one fold can do that. */
  async commitFold(files: readonly AddFile[], journal: number): Promise<void> {
    const transaction = this.delta.startTransaction().addFiles(files)
    transaction.setTransaction(FOLD_APP, BigInt(journal))
    await transaction.commit({ operation: 'STREAMING UPDATE' })
  }

  startTransaction(): Transaction {
    return this.delta.startTransaction()
  }
}
