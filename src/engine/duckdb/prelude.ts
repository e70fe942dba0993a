import type { DuckDBInstance } from '@duckdb/node-api'
import { createMacroSql, macros, PRELUDE_SCHEMA } from '../../sql/duckdb/prelude/index.ts'

/**
 * The macros of a database. Creating them all takes longer than many an update, so each is created when a query first
 * names it, after those that it calls.
 */
export class Prelude {
  readonly #instance: DuckDBInstance
  readonly #created = new Set<string>()
  #pending: Promise<void> = Promise.resolve()

  constructor(instance: DuckDBInstance) {
    this.#instance = instance
  }

  /** Creates what a query needs. Resolves when it can run. */
  ensure(sql: string): Promise<void> {
    const missing = [...callsIn(sql)].some((name) => !this.#created.has(name))
    if (missing) this.#pending = this.#pending.then(() => this.#create(sql))
    return this.#pending
  }

  async #create(sql: string): Promise<void> {
    const needed = new Set<string>()
    collect(sql, needed)
    const missing = macros.filter(({ name }) => needed.has(name) && !this.#created.has(name))
    if (missing.length === 0) return
    const connection = await this.#instance.connect()
    try {
      const statements = missing.map(createMacroSql)
      await connection.run([`CREATE SCHEMA IF NOT EXISTS ${PRELUDE_SCHEMA};`, ...statements].join('\n'))
    } finally {
      connection.closeSync()
    }
    for (const { name } of missing) this.#created.add(name)
  }
}

const bodies = new Map(macros.map(({ name, body }) => [name, body]))

function collect(sql: string, names: Set<string>): void {
  for (const name of callsIn(sql)) {
    if (names.has(name)) continue
    names.add(name)
    collect(bodies.get(name) ?? '', names)
  }
}

function* callsIn(sql: string): Generator<string> {
  for (const [, name] of sql.matchAll(CALL)) yield name!
}

const CALL = new RegExp(`\\b${PRELUDE_SCHEMA}\\.(\\w+)\\(`, 'g')
