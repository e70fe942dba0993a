import { resolve } from 'node:path'
import { isTable } from '../catalog/index.ts'
import { DataFrame } from '../dataframe/index.ts'
import {
  addConstraint,
  addFeature,
  appendRows,
  type CloneResult,
  DeltaTable as CoreTable,
  changeFeedScan,
  convertToDelta,
  deleteRows,
  dropConstraint,
  dropFeature,
  type HistoryEntry,
  overwriteRows,
  type RestoreResult,
  restore,
  setTableProperties,
  shallowClone,
  type TableContext,
  type TableDetail,
  tableDetail,
  unboundScan,
  unsetTableProperties,
  updateRows,
  upgradeProtocol,
  type VacuumResult,
  vacuum,
} from '../delta/index.ts'
import type { Relation, Scan } from '../plan/relation.ts'
import { localStorage } from '../storage/index.ts'
import type { StructType } from '../types/data-type.ts'
import { parseSchema } from '../types/ddl.ts'
import { MergeBuilder, type MergeNames } from './builders/merge-builder.ts'
import { OptimizeBuilder } from './builders/optimize-builder.ts'
import { TableBuilder } from './builders/table-builder.ts'
import { checkOptions } from './check-options.ts'
import { type Assignments, assignmentsOf, type Condition, conditionOf } from './condition.ts'
import { type CountOptions, countQuery, type ReadOptions, readQuery } from './read-query.ts'
import { type RowSource, withSource } from './rows/row-source.ts'
import { type OutputRow, rowObject } from './rows/table-row.ts'
import { boundRows } from './statements/select-rows.ts'
import {
  CONVERT_OPTIONS,
  type ConvertOptions,
  type DeltaTableOptions,
  type ProgramWorkspace,
  programWorkspace,
} from './table-options.ts'
import {
  type At,
  type ChangeResult,
  OVERWRITE_OPTIONS,
  type OverwriteOptions,
  pointOf,
  WRITE_OPTIONS,
  type WriteOptions,
  type WriteResult,
} from './table-types.ts'

/**
 * A Delta table at a path: to be read, written, changed and maintained as with Spark's `DeltaTable`. Tables share one embedded
 * engine, which is opened when something first needs it and closed with the last table.
 *
 * ```ts
 * await using orders = await DeltaTable.forPath('data/orders')
 * await orders.append([{ id: 1n, amount: '12.50' }])
 * for await (const row of orders.rows({ where: 'amount > 10' })) console.log(row)
 * ```
 */
export class DeltaTable implements AsyncDisposable {
  /** Absolute path of the table's folder. */
  readonly path: string
  readonly #table: CoreTable
  readonly #program: ProgramWorkspace

  private constructor(path: string, table: CoreTable, program: ProgramWorkspace) {
    this.path = path
    this.#table = table
    this.#program = program
  }

  /**
   * Opens the table at a path. Throws DELTA_PATH_DOES_NOT_EXIST.
   *
   * ```ts
   * const orders = await DeltaTable.forPath('data/orders')
   * ```
   */
  static async forPath(path: string, options: DeltaTableOptions = {}): Promise<DeltaTable> {
    const program = programWorkspace(options)
    const { workspace } = program
    const folder = resolve(workspace.folder, path)
    try {
      const table = await CoreTable.open(localStorage(folder), workspace.engine.deltaPort, workspace.now)
      return new DeltaTable(folder, table, program)
    } catch (error) {
      await program.release()
      throw error
    }
  }

  /**
   * Whether a Delta table is at a path.
   *
   * ```ts
   * if (!DeltaTable.isDeltaTable('data/orders')) await DeltaTable.convertToDelta('data/orders')
   * ```
   */
  static isDeltaTable(path: string): boolean {
    return isTable(resolve(path))
  }

  /**
   * Begins a new table; `execute()` fails where one is there.
   *
   * ```ts
   * const orders = await DeltaTable.create('data/orders').addColumns('id BIGINT NOT NULL, day DATE').partitionedBy('day').execute()
   * ```
   */
  static create(path: string, options: DeltaTableOptions = {}): TableBuilder {
    return new TableBuilder(path, 'create', options, DeltaTable.forPath)
  }

  /** As `create`, but a table that is there stays as it is. */
  static createIfNotExists(path: string, options: DeltaTableOptions = {}): TableBuilder {
    return new TableBuilder(path, 'createIfNotExists', options, DeltaTable.forPath)
  }

  /** As `create`, but a table that is there is replaced and keeps its history. */
  static createOrReplace(path: string, options: DeltaTableOptions = {}): TableBuilder {
    return new TableBuilder(path, 'createOrReplace', options, DeltaTable.forPath)
  }

  /** Begins the replacement of a table, which must be there. */
  static replace(path: string, options: DeltaTableOptions = {}): TableBuilder {
    return new TableBuilder(path, 'replace', options, DeltaTable.forPath)
  }

  /**
   * Makes a folder of Parquet files a Delta table, in place. `partitionSchema` gives the columns in the names of its folders.
   *
   * ```ts
   * const events = await DeltaTable.convertToDelta('data/events', { partitionSchema: 'day DATE' })
   * ```
   */
  static async convertToDelta(path: string, options: ConvertOptions = {}): Promise<DeltaTable> {
    checkOptions('convertToDelta', options, CONVERT_OPTIONS)
    const { partitionSchema, collectStatistics, ...tableOptions } = options
    const { workspace, release } = programWorkspace(tableOptions)
    try {
      const storage = localStorage(resolve(workspace.folder, path))
      await convertToDelta(
        { storage, engine: await workspace.rowEngine() },
        {
          ...(partitionSchema !== undefined && { partitionSchema: parseSchema(partitionSchema) }),
          ...(collectStatistics !== undefined && { collectStatistics }),
        },
      )
      return await DeltaTable.forPath(path, tableOptions)
    } finally {
      await release()
    }
  }

  /** The newest version that this object has seen; `refresh` looks for newer ones. */
  get version(): number {
    return this.#table.snapshot.version
  }

  /** The columns, with Spark's types. */
  get schema(): StructType {
    return this.#table.snapshot.metadata.schema
  }

  /** Columns that the table is partitioned by. */
  get partitionColumns(): readonly string[] {
    return this.#table.snapshot.metadata.partitionColumns
  }

  /** The table properties. */
  get properties(): Readonly<Record<string, string>> {
    return this.#table.snapshot.metadata.configuration
  }

  /** The number of an application's last write here (`WriteOptions.application`), in the newest version that this object has seen. */
  applicationVersion(id: string): bigint | undefined {
    return this.#table.snapshot.transactionVersion(id)
  }

  /** Looks for versions that others committed; returns the newest. Every read and command does so by itself. */
  async refresh(): Promise<number> {
    return (await this.#table.refresh()).version
  }

  /**
   * The rows, as they come, in bounded memory. Files that cannot hold a match are not opened.
   *
   * ```ts
   * for await (const { id, amount } of orders.rows({ columns: ['id', 'amount'], where: "day = '2026-01-31'", version: 3 })) ...
   * ```
   */
  async *rows(options: ReadOptions = {}): AsyncGenerator<OutputRow, void> {
    yield* this.#query(await this.#versionOf(options), (scan) => readQuery(scan, options))
  }

  /**
   * All rows of a (small) read.
   *
   * ```ts
   * const newest = await orders.toArray({ orderBy: 'ts DESC', limit: 10 })
   * ```
   */
  async toArray(options: ReadOptions = {}): Promise<OutputRow[]> {
    const rows: OutputRow[] = []
    for await (const row of this.rows(options)) rows.push(row)
    return rows
  }

  /**
   * How many rows there are.
   *
   * ```ts
   * await orders.count({ where: 'amount IS NULL' })
   * ```
   */
  async count(options: CountOptions = {}): Promise<number> {
    const snapshot = await this.#versionOf(options)
    for await (const row of this.#query(snapshot, (scan) => countQuery(scan, options))) return Number(row.n)
    return 0
  }

  /**
   * The table as a DataFrame, to be a part of other queries: of a MERGE's source, of what another table appends.
   *
   * ```ts
   * await archive.append(orders.toDF().where("day < '2026-01-01'"))
   * ```
   */
  toDF(): DataFrame {
    return new DataFrame({
      kind: 'DataSource',
      format: 'delta',
      paths: [this.path],
      options: {},
      isStreaming: false,
    })
  }

  /**
   * INSERT INTO: adds rows. Columns are matched by name; what a row leaves out gets its default, its generated value or NULL.
   * Throws INVALID_ROW_VALUE, and the conditions of constraints.
   *
   * ```ts
   * await orders.append([{ id: 1n, amount: '12.50', day: new Date() }])
   * await orders.append('SELECT * FROM json.`/data/landing`')
   * ```
   */
  append(rows: RowSource, options: WriteOptions = {}): Promise<WriteResult> {
    checkOptions('append', options, WRITE_OPTIONS)
    return this.#write(rows, (context, query) => appendRows(context, query, options))
  }

  /**
   * INSERT OVERWRITE: rows in place of all rows, of those of a condition, or of their partitions, in one version.
   *
   * ```ts
   * await orders.overwrite(corrected, { replaceWhere: "day = '2026-01-31'" })
   * ```
   */
  overwrite(rows: RowSource, options: OverwriteOptions = {}): Promise<WriteResult> {
    checkOptions('overwrite', options, OVERWRITE_OPTIONS)
    const { replaceWhere, ...others } = options
    const where = replaceWhere === undefined ? {} : { replaceWhere: conditionOf(replaceWhere) }
    return this.#write(rows, (context, query) => overwriteRows(context, query, { ...others, ...where }))
  }

  /**
   * DELETE: removes the rows for which a condition holds; without one, all.
   *
   * ```ts
   * const { numAffectedRows } = await orders.delete("status = 'cancelled'")
   * ```
   */
  async delete(condition?: Condition): Promise<ChangeResult> {
    const where = condition === undefined ? {} : { condition: await this.#bound(condition) }
    const { version, numAffectedRows } = await deleteRows(await this.#context(), where)
    return { version, numAffectedRows }
  }

  /**
   * UPDATE: changes the rows for which `where` holds; without it, all. Texts are SQL, as with Spark.
   *
   * ```ts
   * await orders.update({ set: { status: "'paid'", amount: 'amount * 1.19' }, where: 'id = 7' })
   * ```
   */
  async update(change: { set: Assignments; where?: Condition }): Promise<ChangeResult> {
    checkOptions('update', change, { set: true, where: true })
    const { set, where } = change
    const { version, numAffectedRows } = await updateRows(await this.#context(), {
      assignments: assignmentsOf(set),
      ...(where !== undefined && { condition: await this.#bound(where) }),
    })
    return { version, numAffectedRows }
  }

  /**
   * Begins a MERGE with rows of a source. In conditions and values the table is `target` and the rows are `source`, unless
   * `names` says otherwise.
   *
   * ```ts
   * await orders.merge(changes, 'target.id = source.id')
   *   .whenMatchedDelete('source.deleted')
   *   .whenMatchedUpdateAll()
   *   .whenNotMatchedInsertAll()
   *   .execute()
   * ```
   */
  merge(source: RowSource, condition: Condition, names: MergeNames = {}): MergeBuilder {
    return new MergeBuilder(
      { workspace: this.#program.workspace, context: () => this.#context(), schema: this.schema },
      { source, condition, names },
    )
  }

  /**
   * What was done to the table, newest first.
   *
   * ```ts
   * const [last] = await orders.history(1)
   * ```
   */
  history(limit?: number): Promise<HistoryEntry[]> {
    return this.#table.history(limit)
  }

  /** DESCRIBE DETAIL: the newest version's size, form and protocol. */
  async detail(): Promise<TableDetail> {
    await this.#table.refresh()
    return tableDetail({ table: this.#table, storage: localStorage(this.path) })
  }

  /**
   * The change data feed: each row that was inserted, updated or deleted, with `_change_type`, `_commit_version` and
   * `_commit_timestamp`. Both ends belong to it; without `to` it goes on to the newest version.
   * Throws DELTA_MISSING_CHANGE_DATA where `delta.enableChangeDataFeed` was off.
   *
   * ```ts
   * for await (const change of orders.changes({ from: { version: 5 } })) ...
   * ```
   */
  async *changes(range: { from: At; to?: At }): AsyncGenerator<OutputRow, void> {
    checkOptions('changes', range, { from: true, to: true })
    const { from, to } = range
    await this.#table.refresh()
    const scan = changeFeedScan(
      { table: this.#table, storage: localStorage(this.path) },
      { start: pointOf(from), ...(to !== undefined && { end: pointOf(to) }) },
    )
    yield* this.#objects(scan.then((changes) => ({ kind: 'Scan', ...changes })))
  }

  /**
   * Begins an OPTIMIZE.
   *
   * ```ts
   * await orders.optimize().where("day >= '2026-01-01'").executeZOrderBy('customer_id')
   * ```
   */
  optimize(): OptimizeBuilder {
    return new OptimizeBuilder(() => this.#context())
  }

  /**
   * VACUUM: deletes files that no version of the last `retentionHours` (default: the table's retention, a week) reads.
   *
   * ```ts
   * const { files } = await orders.vacuum(undefined, { dryRun: true })
   * ```
   */
  async vacuum(
    retentionHours?: number,
    options: { readonly dryRun?: boolean; readonly lite?: boolean } = {},
  ): Promise<VacuumResult> {
    checkOptions('vacuum', options, { dryRun: true, lite: true })
    const { settings, now } = this.#program.workspace
    return vacuum(await this.#context(), {
      ...(retentionHours !== undefined && { retentionHours }),
      dryRun: options.dryRun ?? false,
      mode: options.lite === true ? 'lite' : 'full',
      checkRetention: settings.checksRetention,
      nowMs: now(),
    })
  }

  /** RESTORE to a version: its rows and definition become the newest version. */
  async restoreToVersion(version: number): Promise<RestoreResult> {
    return restore(await this.#context(), { version })
  }

  /** RESTORE to what the table was at a time. */
  async restoreToTimestamp(timestamp: string | Date): Promise<RestoreResult> {
    return restore(await this.#context(), pointOf({ timestamp }))
  }

  /**
   * SHALLOW CLONE: a table of its own at another path, whose first version reads this one's files.
   *
   * ```ts
   * await orders.clone('data/orders-test', { at: { version: 3 } })
   * ```
   */
  async clone(
    path: string,
    options: {
      readonly at?: At
      readonly replace?: boolean
      readonly properties?: Readonly<Record<string, string>>
    } = {},
  ): Promise<CloneResult> {
    checkOptions('clone', options, { at: true, replace: true, properties: true })
    const { at, replace = false, properties } = options
    return shallowClone(await this.#context(), localStorage(resolve(this.#program.workspace.folder, path)), {
      ...(at !== undefined && { at: pointOf(at) }),
      mode: replace ? 'replace' : 'create',
      ...(properties !== undefined && { properties }),
    })
  }

  /**
   * ALTER TABLE ADD CONSTRAINT: every row must fulfil a condition from now on; those that are there are checked first.
   *
   * ```ts
   * await orders.addConstraint('positive', 'amount > 0')
   * ```
   */
  async addConstraint(name: string, condition: string): Promise<void> {
    await addConstraint(await this.#context(), { name, expression: condition })
  }

  async dropConstraint(name: string): Promise<void> {
    await dropConstraint(await this.#context(), name)
  }

  /**
   * ALTER TABLE SET TBLPROPERTIES.
   *
   * ```ts
   * await orders.setProperties({ 'delta.enableDeletionVectors': 'true' })
   * ```
   */
  async setProperties(properties: Readonly<Record<string, string>>): Promise<void> {
    await setTableProperties(await this.#context(), properties)
  }

  async unsetProperties(...keys: readonly string[]): Promise<void> {
    await unsetTableProperties(await this.#context(), keys)
  }

  /** Raises the protocol's versions; they are never lowered. */
  async upgradeTableProtocol(readerVersion: number, writerVersion: number): Promise<void> {
    await upgradeProtocol(await this.#context(), readerVersion, writerVersion)
  }

  /** Adds a table feature to the protocol, such as `deletionVectors`. */
  async addFeatureSupport(feature: string): Promise<void> {
    await addFeature(await this.#context(), feature)
  }

  /** Takes a table feature out of the protocol, where no version that is kept needs it. */
  async dropFeatureSupport(feature: string): Promise<void> {
    await dropFeature(await this.#context(), feature)
  }

  /** Gives the share of the engine back; the last one closes it. */
  async close(): Promise<void> {
    await this.#program.release()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #context(): Promise<TableContext> {
    return {
      table: this.#table,
      storage: localStorage(this.path),
      engine: await this.#program.workspace.rowEngine(),
    }
  }

  #bound(condition: Condition) {
    return this.#program.workspace.bindExpression(conditionOf(condition))
  }

  async #write(
    rows: RowSource,
    write: (context: TableContext, query: Relation) => Promise<WriteResult>,
  ): Promise<WriteResult> {
    const context = await this.#context()
    const { schema } = (await this.#table.refresh()).metadata
    const written = await withSource(rows, schema, this.#program.workspace, (query) => write(context, query))
    return { version: written.version, numInsertedRows: written.numInsertedRows }
  }

  async #versionOf({ version, timestamp }: Pick<ReadOptions, 'version' | 'timestamp'>) {
    if (version !== undefined) return this.#table.snapshotAt({ version })
    if (timestamp !== undefined) return this.#table.snapshotAt(pointOf({ timestamp }))
    return this.#table.refresh()
  }

  async *#query(
    snapshot: CoreTable['snapshot'],
    build: (scan: Scan) => Relation,
  ): AsyncGenerator<OutputRow, void> {
    const scan = unboundScan(snapshot)
    const versions = new Map([[scan, { snapshot, storage: localStorage(this.path) }]])
    yield* this.#objects(this.#program.workspace.bind(build(scan), versions))
  }

  async *#objects(bound: Promise<Relation>): AsyncGenerator<OutputRow, void> {
    const { schema, chunks } = await boundRows(bound, this.#program.workspace)
    for await (const chunk of chunks) for (const row of chunk) yield rowObject(row, schema)
  }
}
