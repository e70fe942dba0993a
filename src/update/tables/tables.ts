import { join } from 'node:path'
import { type Catalog, checkOwner, OWNER_PROPERTY } from '../../catalog/index.ts'
import {
  type CommitOptions,
  type CreateTableOptions,
  type DeltaPort,
  DeltaTable,
  type Transaction,
} from '../../delta/index.ts'
import { localStorage, STAGING_FOLDER, type Storage } from '../../storage/index.ts'
import type { Lease } from '../lease/lease.ts'

/** The Delta tables that an update reads and writes, by qualified name. */
export class Tables {
  readonly #catalog: Catalog
  readonly #port: DeltaPort
  readonly #pipelineId: string
  readonly #lease: Lease
  readonly #written = new Map<string, OpenTable>()
  readonly #turns = new Map<string, Promise<void>>()
  /** Called after each commit of rows or definitions, with the table's identifier. */
  onCommit: (identifier: string) => void = () => {}

  constructor(options: { catalog: Catalog; port: DeltaPort; pipelineId: string; lease: Lease }) {
    this.#catalog = options.catalog
    this.#port = options.port
    this.#pipelineId = options.pipelineId
    this.#lease = options.lease
  }

  /** The tables that this update has committed to and that were not taken since; first those that wait longest. */
  get written(): readonly string[] {
    return [...this.#written.keys()]
  }

  /** Takes a table that was written: its next commit puts it behind the others. */
  takeWritten(identifier: string): OpenTable {
    const table = this.#written.get(identifier)!
    this.#written.delete(identifier)
    return table
  }

  /** Does work on a table behind all work that was given before for the same table. */
  async inTurn<Result>(identifier: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#turns.get(identifier) ?? Promise.resolve()
    const result = before.then(work)
    this.#turns.set(
      identifier,
      result.then(
        () => undefined,
        () => undefined,
      ),
    )
    return result
  }

  storageOf(identifier: string): Storage {
    return localStorage(this.#catalog.locate(identifier).folder)
  }

  /** The newest version's number, by names alone; undefined where there is no table. */
  latestVersion(identifier: string): Promise<number | undefined> {
    return DeltaTable.latestVersion(this.storageOf(identifier))
  }

  /** Removes what crashed writers left before they published it. Only while nothing writes the table. */
  async cleanStaging(identifier: string): Promise<void> {
    await this.storageOf(identifier).deleteAll(STAGING_FOLDER)
    await this.#hiddenStorage(identifier).deleteAll(STAGING_FOLDER)
  }

  /** Opens a table of the pipeline's own; undefined where it is yet to be made. Throws TABLE_MANAGED_BY_OTHER_PIPELINE. */
  async openOwn(identifier: string): Promise<OpenTable | undefined> {
    const entry = this.#catalog.locate(identifier)
    const storage = localStorage(entry.folder)
    const delta = await DeltaTable.openIfExists(storage, this.#port)
    if (delta === undefined) return undefined
    checkOwner(entry, delta.snapshot.metadata.configuration, this.#pipelineId)
    return this.#opened(identifier, storage, delta)
  }

  /** Makes a table of the pipeline's own, empty, as version 0. */
  async create(identifier: string, options: CreateTableOptions): Promise<OpenTable> {
    const storage = this.storageOf(identifier)
    return this.#opened(identifier, storage, await this.#create(storage, options))
  }

  /** Opens the hidden table of a table; undefined where there is none. */
  async openHidden(identifier: string): Promise<OpenTable | undefined> {
    const storage = this.#hiddenStorage(identifier)
    const delta = await DeltaTable.openIfExists(storage, this.#port)
    return delta && new OpenTable(identifier, storage, delta, this.#hiddenHooks)
  }

  /** Makes the hidden table of a table, empty. */
  async createHidden(identifier: string, options: CreateTableOptions): Promise<OpenTable> {
    const storage = this.#hiddenStorage(identifier)
    return new OpenTable(identifier, storage, await this.#create(storage, options), this.#hiddenHooks)
  }

  /** Removes the hidden table of a table, where it has one. */
  removeHidden(identifier: string): Promise<void> {
    return this.storageOf(identifier).deleteAll(HIDDEN_FOLDER)
  }

  #hiddenStorage(identifier: string): Storage {
    return localStorage(join(this.#catalog.locate(identifier).folder, HIDDEN_FOLDER))
  }

  /** Its commits are part of those of the table that it belongs to, which looks after it. */
  get #hiddenHooks() {
    return { prepare: this.#fence, committed: () => {} }
  }

  async #create(storage: Storage, options: CreateTableOptions): Promise<DeltaTable> {
    const configuration = { ...options.configuration, [OWNER_PROPERTY]: this.#pipelineId }
    const transaction = DeltaTable.create(storage, this.#port, { ...options, configuration })
    await this.#fence(transaction)
    await transaction.commit({
      operation: 'CREATE TABLE',
      operationParameters: {
        partitionBy: JSON.stringify(options.partitionColumns ?? []),
        clusterBy: JSON.stringify(options.clusteringColumns ?? []),
        description: options.description ?? null,
        isManaged: 'true',
        properties: JSON.stringify(configuration),
      },
    })
    return DeltaTable.open(storage, this.#port)
  }

  #opened(identifier: string, storage: Storage, delta: DeltaTable): OpenTable {
    const table: OpenTable = new OpenTable(identifier, storage, delta, {
      prepare: this.#fence,
      committed: () => {
        this.#written.set(identifier, table)
        this.onCommit(identifier)
      },
    })
    return table
  }

  readonly #fence: Fence = async (transaction) => {
    await this.#lease.assertHeld()
    transaction.setFence(`lease:${this.#pipelineId}`, this.#lease.token)
  }
}

/** Checks that the update still holds its lease and writes the lease's token into the commit. */
type Fence = (transaction: Transaction) => Promise<void>

/**
 * Where a table keeps another one that is no dataset: below its own folder, so that it goes with it; names that begin with
 * `_` are no data to readers and to VACUUM.
 */
const HIDDEN_FOLDER = '_auto_cdc'

/** One table while a flow uses it. */
export class OpenTable {
  /** The dataset; for a hidden table the one that it belongs to. */
  readonly identifier: string
  readonly storage: Storage
  readonly delta: DeltaTable
  /** Holds a transaction to the lease: checks that the update still has it, and writes its token into the commit. */
  readonly prepare: Fence
  readonly #committed: () => void

  constructor(
    identifier: string,
    storage: Storage,
    delta: DeltaTable,
    hooks: { readonly prepare: Fence; readonly committed: () => void },
  ) {
    this.identifier = identifier
    this.storage = storage
    this.delta = delta
    this.prepare = hooks.prepare
    this.#committed = hooks.committed
  }

  /** Commits one change under the lease's fence. `change` fills the transaction. Returns the new version. */
  async commit(change: (transaction: Transaction) => void, options: CommitOptions): Promise<number> {
    const transaction = this.delta.startTransaction()
    change(transaction)
    return this.finish(transaction, options)
  }

  /** Commits a transaction of the table under the lease's fence. Returns the new version. */
  async finish(transaction: Transaction, options: CommitOptions): Promise<number> {
    await this.prepare(transaction)
    const { version } = await transaction.commit(options)
    this.#committed()
    return version
  }
}
