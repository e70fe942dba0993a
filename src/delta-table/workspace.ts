import { resolve } from 'node:path'
import type { Catalog } from '../catalog/index.ts'
import {
  bindScans,
  changeFeedScan,
  DeltaTable,
  type RowEngine,
  readsChangeFeed,
  type ScannedVersion,
  type Snapshot,
  type TableContext,
  unboundScan,
} from '../delta/index.ts'
import type { EngineSession, QueryContext } from '../engine/engine.ts'
import type { LazyEngine } from '../engine/lazy-engine.ts'
import { rowEngineOf } from '../engine/row-engine.ts'
import { PipelineError } from '../errors/index.ts'
import type { Expression } from '../plan/expression.ts'
import { pointInTime } from '../plan/point-in-time.ts'
import type { DataSource, Filter, Read, Relation, Scan } from '../plan/relation.ts'
import { resolveFiles } from '../sources/cloud-files/index.ts'
import { changeFeedOptions } from '../sources/delta/index.ts'
import { isFiles } from '../sources/is-files.ts'
import { localStorage, type Storage } from '../storage/index.ts'
import { bindTables } from './bind-tables.ts'
import { Settings } from './settings.ts'

export interface WorkspaceOptions {
  readonly engine: LazyEngine
  /** Absolute: where relative paths begin. */
  readonly folder: string
  /** What names mean; without one, tables have paths alone. */
  readonly catalog?: Catalog
  /** Keys of Spark's configuration, such as `spark.sql.ansi.enabled`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Throws where a statement may not change the rows of a table. */
  readonly checkChange?: (change: TableChange) => Promise<void>
  /** Puts what only this workspace knows, such as the events of a pipeline, into a query. */
  readonly prepare?: (query: Relation) => Promise<Relation>
  /** The query of a view; undefined for a name that is none. */
  readonly viewQuery?: (name: Read) => Promise<Relation | undefined>
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

/** The tables that a query reads, by the Scan that stands for each. */
type Versions = Map<Scan, ScannedVersion>

/** The change of a table's rows by a statement: `DELETE`, `MERGE` ... */
export interface TableChange {
  readonly leaf: TableLeaf
  readonly context: TableContext
  readonly operation: string
}

/** Leaves of a query: tables by name or path, files. */
export type TableLeaf = Read | DataSource

/** A table that a statement names. */
export interface OpenTable {
  /** The last part of its name, which its columns may be qualified with; undefined for one named by path. */
  readonly alias: string | undefined
  /** Absolute path. */
  readonly folder: string
  readonly table: DeltaTable
  /** The version asked for, by default the newest. */
  readonly snapshot: Snapshot
}

/** Where statements run: what their names and relative paths mean, the engine, the settings. */
export class Workspace {
  readonly engine: LazyEngine
  readonly folder: string
  readonly catalog: Catalog | undefined
  readonly settings: Settings
  readonly now: () => number
  readonly #checkChange: (change: TableChange) => Promise<void>
  readonly #prepare: (query: Relation) => Promise<Relation>
  readonly #viewQuery: (name: Read) => Promise<Relation | undefined>

  constructor(options: WorkspaceOptions) {
    this.engine = options.engine
    this.folder = options.folder
    this.catalog = options.catalog
    this.settings = new Settings(options.settings)
    this.now = options.now ?? Date.now
    this.#checkChange = options.checkChange ?? (async () => undefined)
    this.#prepare = options.prepare ?? (async (query) => query)
    this.#viewQuery = options.viewQuery ?? (async () => undefined)
  }

  /** The folder of a table that is there. Throws TABLE_OR_VIEW_NOT_FOUND. */
  folderOf(leaf: TableLeaf): string {
    if (leaf.kind === 'DataSource') return resolve(this.folder, leaf.paths[0]!)
    return this.#catalogFor(leaf).find(leaf.name, leaf.position).folder
  }

  /** The folder in which a table of that name would be, whether it is there or not. */
  placeOf(leaf: TableLeaf): string {
    if (leaf.kind === 'DataSource') return resolve(this.folder, leaf.paths[0]!)
    return this.#catalogFor(leaf).locate(leaf.name).folder
  }

  /** Throws TABLE_OR_VIEW_NOT_FOUND, DELTA_PATH_DOES_NOT_EXIST, and for a version that is not there the log's conditions. */
  async open(leaf: TableLeaf): Promise<OpenTable> {
    const folder = this.folderOf(leaf)
    const table = await DeltaTable.open(localStorage(folder), this.engine.deltaPort, this.now)
    const { timeTravel } = leaf
    return {
      alias: leaf.kind === 'Read' ? leaf.name.at(-1) : undefined,
      folder,
      table,
      snapshot:
        timeTravel === undefined
          ? table.snapshot
          : await table.snapshotAt(pointInTime(timeTravel, leaf.position)),
    }
  }

  /** A table with what commands need to work on it. */
  async context(leaf: TableLeaf): Promise<TableContext> {
    const [{ table, folder }, engine] = await Promise.all([this.open(leaf), this.rowEngine()])
    return { table, storage: localStorage(folder), engine }
  }

  /** A table whose rows a statement changes. Throws where its pipeline alone may. */
  async changing(leaf: TableLeaf, operation: string): Promise<TableContext> {
    const context = await this.context(leaf)
    await this.#checkChange({ leaf, context, operation })
    return context
  }

  /** Opens the engine. */
  async rowEngine(): Promise<RowEngine> {
    return rowEngineOf(await this.engine.get(), this.queryContext())
  }

  async openSession(): Promise<EngineSession> {
    return (await this.engine.get()).openSession(this.queryContext())
  }

  queryContext(): QueryContext {
    return { timestampMicros: BigInt(this.now()) * 1000n, ansi: this.settings.ansi }
  }

  /**
   * A query with the tables that it names in the place of their names, of each the files that it needs; also of `known`, Scans
   * in the query whose version the caller chose.
   */
  async bind(query: Relation, known: Versions = new Map()): Promise<Relation> {
    const versions = new Map(known)
    return bindScans(await this.#bindNames(query, versions), versions, this.queryContext())
  }

  async #bindNames(query: Relation, versions: Versions): Promise<Relation> {
    return bindTables(await this.#prepare(query), (leaf) => this.#scan(leaf, versions))
  }

  /** An expression with the tables that its subqueries name. */
  async bindExpression(expression: Expression): Promise<Expression> {
    const rows: Relation = { kind: 'LocalRelation', rows: [[]], columns: [] }
    const bound = await this.bind({ kind: 'Filter', input: rows, condition: expression })
    return (bound as Filter).condition
  }

  /** The rows of a table, a view or files as a relation that an engine can read. */
  async #scan(leaf: TableLeaf, versions: Versions): Promise<Relation> {
    if (isFiles(leaf)) {
      const reader = this.engine.fileSchemaReader
      const { input, schema, hidden } = await resolveFiles(leaf, { baseFolder: this.folder, reader })
      return { kind: 'Scan', input, schema, hidden, source: leaf }
    }
    const view = leaf.kind === 'Read' ? await this.#viewQuery(leaf) : undefined
    const relation =
      view === undefined ? await this.#tableScan(leaf, versions) : await this.#bindNames(view, versions)
    if (leaf.kind !== 'Read') return relation
    return { kind: 'SubqueryAlias', input: relation, alias: leaf.name.at(-1)!, position: leaf.position }
  }

  async #tableScan(leaf: TableLeaf, versions: Versions): Promise<Relation> {
    if (readsChangeFeed(leaf.options)) return this.#changesScan(leaf)
    const storage = localStorage(this.folderOf(leaf))
    const snapshot = await this.#snapshot(leaf, storage)
    const scan: Scan = { ...unboundScan(snapshot), source: leaf }
    versions.set(scan, { snapshot, storage })
    return scan
  }

  /** Of an older version that one is read, and not the newest first. */
  async #snapshot({ timeTravel, position }: TableLeaf, storage: Storage): Promise<Snapshot> {
    const { deltaPort } = this.engine
    if (timeTravel === undefined) return (await DeltaTable.open(storage, deltaPort, this.now)).snapshot
    return DeltaTable.snapshotAt(storage, deltaPort, pointInTime(timeTravel, position))
  }

  async #changesScan(leaf: TableLeaf): Promise<Relation> {
    const { folder, table } = await this.open(leaf)
    const context = { table, storage: localStorage(folder) }
    return { kind: 'Scan', ...(await changeFeedScan(context, changeFeedOptions(leaf.options))) }
  }

  #catalogFor({ name, position }: Read): Catalog {
    if (this.catalog !== undefined) return this.catalog
    throw new PipelineError(
      'TABLE_OR_VIEW_NOT_FOUND',
      {
        relationName: name.join('.'),
        suggestion:
          'No pipeline is in this folder or above: name the table by its path, as in delta.`path/to/table`.',
      },
      { position },
    )
  }
}
