import { runScript } from '../../src/delta-table/statements/run-statement.ts'
import { Workspace } from '../../src/delta-table/workspace.ts'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import { LazyEngine } from '../../src/engine/lazy-engine.ts'
import { canonicalValues } from './canonical-values.ts'

/** A system that runs Spark SQL: Spark, or this one. */
export interface SparkSql {
  /** Runs statements one after the other; `settings` of the session hold for them only. */
  run(statements: readonly string[], settings?: Readonly<Record<string, string>>): Promise<unknown>
  /** A query's rows in the canonical form of the golden tables; variants as JSON text. */
  rows(query: string): Promise<string[]>
}

/** This system, by the statements of its library. */
export class Own implements SparkSql {
  readonly #engine = new LazyEngine(() => openDuckdbEngine({ threads: 2 }))

  async run(statements: readonly string[], settings: Readonly<Record<string, string>> = {}): Promise<void> {
    for (const statement of statements) await this.#lines(statement, settings)
  }

  async rows(query: string): Promise<string[]> {
    return (await this.#lines(query, {})).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  }

  async #lines(text: string, settings: Readonly<Record<string, string>>): Promise<string[]> {
    const off = { 'spark.databricks.delta.retentionDurationCheck.enabled': 'false' }
    const workspace = new Workspace({ engine: this.#engine, folder: '/', settings: { ...off, ...settings } })
    const lines: string[] = []
    for await (const { schema, chunks } of runScript(text, workspace)) {
      for await (const rows of chunks) {
        lines.push(...rows.map((row) => JSON.stringify(canonicalValues(row, schema))))
      }
    }
    return lines
  }

  close(): Promise<void> {
    return this.#engine.close()
  }
}
