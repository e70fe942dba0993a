import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { nearest, PipelineError, type Position } from '../errors/index.ts'
import { formatTableName, parseTableName } from '../plan/table-name.ts'
import {
  formatName,
  type NameScope,
  nameKey,
  namePath,
  partOfFolder,
  qualifyName,
  type TableName,
} from './table-name.ts'

export interface CatalogOptions {
  /** Absolute folder of the tables that all pipelines see. */
  readonly warehouse: string
  /** Absolute folder of the pipeline's own files, its private tables among them. */
  readonly storage: string
  /** Tables elsewhere: absolute folders by name, `table`, `schema.table` or `catalog.schema.table`. */
  readonly tables: Readonly<Record<string, string>>
  readonly defaultCatalog: string
  readonly defaultSchema: string
  /** Names of the pipeline's private tables. */
  readonly privateTables?: Iterable<NameOrParts>
}

/** A name as its parts, or as SQL text (`main.shop.orders`). */
export type NameOrParts = string | readonly string[]

export interface TableEntry {
  readonly name: TableName
  /** Absolute path of the table's folder. */
  readonly folder: string
}

/** What a table name means: the folder of a Delta table. Names are compared without case. */
export class Catalog {
  readonly #options: CatalogOptions
  readonly #scope: NameScope
  readonly #registered: ReadonlyMap<string, TableEntry>
  readonly #private: ReadonlySet<string>

  constructor(options: CatalogOptions) {
    this.#options = options
    this.#scope = { catalog: options.defaultCatalog, schema: options.defaultSchema }
    this.#registered = new Map(
      Object.entries(options.tables).map(([text, folder]) => {
        const name = this.qualify(text)
        return [nameKey(name), { name, folder }]
      }),
    )
    this.#private = new Set(Array.from(options.privateTables ?? [], (name) => nameKey(this.qualify(name))))
  }

  /** One to three parts as a whole name. Throws IDENTIFIER_TOO_MANY_NAME_PARTS, INVALID_TABLE_NAME. */
  qualify(name: NameOrParts): TableName {
    return qualifyName(typeof name === 'string' ? parseTableName(name) : name, this.#scope)
  }

  /** The folder in which the table is or would be: registered tables first, then private ones, then the warehouse. */
  locate(given: NameOrParts): TableEntry {
    const name = this.qualify(given)
    const registered = this.#registered.get(nameKey(name))
    if (registered !== undefined) return { name, folder: registered.folder }
    const root = this.#private.has(nameKey(name)) ? this.#privateFolder : this.#options.warehouse
    return { name, folder: join(root, namePath(name)) }
  }

  /** The folder of a table that is there, private ones included. Throws TABLE_OR_VIEW_NOT_FOUND with the nearest name. */
  find(given: NameOrParts, position?: Position): TableEntry {
    const entry = this.locate(given)
    if (isTable(entry.folder)) return entry
    const folder = join(this.#privateFolder, namePath(entry.name))
    if (isTable(folder)) return { name: entry.name, folder }
    throw new PipelineError(
      'TABLE_OR_VIEW_NOT_FOUND',
      { relationName: formatName(entry.name), suggestion: this.#suggest(entry.name) },
      { position },
    )
  }

  /** Every table that a name reaches: those of the warehouse, the registered and the private ones, sorted by name. */
  list(): TableEntry[] {
    const found = [...tablesBelow(this.#options.warehouse), ...tablesBelow(this.#privateFolder)]
    const entries = new Map(found.map((entry) => [nameKey(entry.name), entry]))
    for (const [key, entry] of this.#registered) entries.set(key, entry)
    return [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
  }

  /** True for a folder in which this catalog keeps tables: not for those that are only registered. */
  holds(folder: string): boolean {
    return [this.#options.warehouse, this.#privateFolder].some((root) => folder.startsWith(join(root, '/')))
  }

  get #privateFolder(): string {
    return join(this.#options.storage, 'tables')
  }

  #suggest(name: TableName): string {
    const known = this.list().map((entry) => this.#shortName(entry.name))
    const near = nearest(this.#shortName(name), known)
    if (near !== undefined) return `Did you mean '${near}'?`
    return known.length === 0
      ? `No table is in ${this.#options.warehouse} yet.`
      : `Tables are: ${known.slice(0, 10).join(', ')}${known.length > 10 ? ', ...' : ''}.`
  }

  /** Without the parts that the defaults would add. */
  #shortName(name: TableName): string {
    const { table, schema } = name
    const parts = [[table], [schema, table]].find((each) => nameKey(this.qualify(each)) === nameKey(name))
    return parts === undefined ? formatName(name) : formatTableName(parts)
  }
}

/** True when a folder holds a Delta table's log. */
export function isTable(folder: string): boolean {
  return existsSync(join(folder, '_delta_log'))
}

function* tablesBelow(root: string): Generator<TableEntry> {
  for (const catalog of partsIn(root)) {
    for (const schema of partsIn(catalog.folder)) {
      for (const table of partsIn(schema.folder)) {
        if (!isTable(table.folder)) continue
        const name = { catalog: catalog.part, schema: schema.part, table: table.part }
        yield { name, folder: table.folder }
      }
    }
  }
}

function partsIn(folder: string): { part: string; folder: string }[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const part = entry.isDirectory() ? partOfFolder(entry.name) : undefined
    return part === undefined ? [] : [{ part, folder: join(folder, entry.name) }]
  })
}
