import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Catalog } from '../../src/catalog/index.ts'
import { DeltaTable, deltaScanOf } from '../../src/delta/index.ts'
import { type DuckdbEngine, openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import type { Engine, Value } from '../../src/engine/engine.ts'
import type { PipelineEvent } from '../../src/event-log/event.ts'
import { findProject } from '../../src/graph/find-project.ts'
import type { Relation } from '../../src/plan/relation.ts'
import { transform } from '../../src/plan/rewrite.ts'
import { parseQuery } from '../../src/sql/index.ts'
import { localStorage } from '../../src/storage/index.ts'
import { runUpdate } from '../../src/update/update.ts'
import type { UpdateOptions, UpdateRequest, UpdateSummary } from '../../src/update/update-api.ts'

/** A pipeline in a temporary folder, run in this process on a real engine. */
export class TestPipeline {
  readonly folder: string
  /** Events of the last update. */
  events: PipelineEvent[] = []
  readonly #engine: Promise<DuckdbEngine>
  #clockMicros = 1_767_225_600_000_000n

  /** `files` by path; a text without `pipeline.yml` is one SQL file of definitions. */
  constructor(
    definitions: string | Readonly<Record<string, string>>,
    settings: Readonly<Record<string, string>> = {},
    parent = tmpdir(),
  ) {
    this.folder = mkdtempSync(join(parent, 'millrace-test-'))
    this.#engine = openDuckdbEngine({ threads: 2 })
    const configuration = Object.entries(settings).map(([key, value]) => `  ${key}: '${value}'\n`)
    this.write(
      'pipeline.yml',
      'name: test\ncatalog: main\nschema: shop\nlibraries:\n  - glob: { include: definitions/** }\n' +
        (configuration.length > 0 ? `configuration:\n${configuration.join('')}` : ''),
    )
    this.define(definitions)
  }

  /** Puts definitions in the place of those before. */
  define(definitions: string | Readonly<Record<string, string>>): void {
    rmSync(join(this.folder, 'definitions'), { recursive: true, force: true })
    const files = typeof definitions === 'string' ? { 'pipeline.sql': definitions } : definitions
    for (const [path, text] of Object.entries(files)) this.write(join('definitions', path), text)
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true })
    writeFileSync(join(this.folder, path), text)
  }

  /** A file of JSON lines below `data/`. */
  land(path: string, ...rows: readonly object[]): void {
    this.write(join('data', path), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  }

  async run(request: UpdateRequest = {}, options: Partial<UpdateOptions> = {}): Promise<UpdateSummary> {
    this.events = []
    return runUpdate({
      project: await findProject(this.folder),
      request,
      openEngine: async () => borrowed(await this.#engine),
      onEvent: (event) => this.events.push(event),
      clock: { nowMicros: () => this.#tick() },
      ...options,
    })
  }

  /** Rows of a Spark SQL query over the pipeline's tables. Values as the engine gives them, bigints as numbers. */
  async query(sql: string): Promise<unknown[][]> {
    const engine = await this.#engine
    const scans = new Map<string, Relation>()
    transform(parseQuery(sql), (node) => {
      if (node.kind === 'Read') scans.set(node.name.join('.'), node)
      return node
    })
    for (const name of scans.keys()) scans.set(name, await this.#scan(name))
    const bound = transform(parseQuery(sql), (node) =>
      node.kind === 'Read' ? scans.get(node.name.join('.'))! : node,
    )
    const session = await engine.openSession({ timestampMicros: this.#clockMicros, ansi: true })
    const rows = await session.rows(bound)
    await session.close()
    return rows.map((row) => row.map(plain))
  }

  /** The folder of a table of the pipeline. */
  folderOf(name: string): string {
    return this.#catalog().find(name.split('.')).folder
  }

  /** An open Delta table of the pipeline. */
  async table(name: string): Promise<DeltaTable> {
    const { folder } = this.#catalog().find(name.split('.'))
    return DeltaTable.open(localStorage(folder), (await this.#engine).deltaPort)
  }

  /**
   * Makes commits to a table fail, as if a later update had written it: an update stops where a crash may happen, behind all
   * that it did before. Gives back the way to undo that.
   */
  async forbidCommits(name: string): Promise<() => void> {
    const { spec } = await findProject(this.folder)
    const { folder } = this.#catalog().find(name.split('.'))
    const transaction = (await this.table(name)).startTransaction()
    const { version } = await transaction
      .setTransaction(`lease:${spec.id}`, 2n ** 62n)
      .commit({ operation: 'WRITE' })
    const log = join(folder, '_delta_log', String(version).padStart(20, '0'))
    return () => {
      rmSync(`${log}.json`)
      rmSync(`${log}.crc`, { force: true })
    }
  }

  async close(): Promise<void> {
    await (await this.#engine).close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  async #scan(name: string): Promise<Relation> {
    const { folder } = this.#catalog().find(name.split('.'))
    const { snapshot } = await this.table(name)
    const input = await deltaScanOf(snapshot, localStorage(folder))
    const scan: Relation = { kind: 'Scan', input, schema: snapshot.metadata.schema }
    return { kind: 'SubqueryAlias', input: scan, alias: name.split('.').at(-1)! }
  }

  #catalog(): Catalog {
    return new Catalog({
      warehouse: join(this.folder, 'warehouse'),
      storage: join(this.folder, '.millrace'),
      tables: {},
      defaultCatalog: 'main',
      defaultSchema: 'shop',
    })
  }

  /** Time goes on by a millisecond a look. */
  #tick(): bigint {
    this.#clockMicros += 1000n
    return this.#clockMicros
  }
}

/** An engine that outlives the update that closes it. */
function borrowed(engine: DuckdbEngine): Engine {
  return {
    name: engine.name,
    deltaPort: engine.deltaPort,
    compile: (query, context) => engine.compile(query, context),
    openSession: (context) => engine.openSession(context),
    fileSchemaReader: engine.fileSchemaReader,
    holdRows: (schema, chunks) => engine.holdRows(schema, chunks),
    freeResults: () => engine.freeResults(),
    close: async () => undefined,
  }
}

function plain(value: Value): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(plain)
  return value
}
