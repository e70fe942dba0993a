import { nearest, PipelineError } from '../errors/index.ts'

/** The keys of Spark's configuration that statements heed, with what they are by default. */
const known = {
  'spark.sql.ansi.enabled': 'true',
  'spark.sql.sources.partitionOverwriteMode': 'static',
  'spark.databricks.delta.retentionDurationCheck.enabled': 'true',
  'spark.databricks.delta.schema.autoMerge.enabled': 'false',
} as const

/** What `SET key = value` says. */
export class Settings {
  readonly #values: Map<string, string>

  constructor(values: Readonly<Record<string, string>> = {}) {
    this.#values = new Map(Object.entries(values))
  }

  /** Throws SQL_CONF_NOT_FOUND for a misspelt key of Spark's; keys of the user's own are kept. */
  set(key: string, value: string): void {
    const near = key in known || !key.startsWith('spark.') ? undefined : nearest(key, Object.keys(known))
    if (near !== undefined) {
      throw new PipelineError('SQL_CONF_NOT_FOUND', { sqlConf: key, suggestion: `Did you mean '${near}'?` })
    }
    this.#values.set(key, value)
  }

  get ansi(): boolean {
    return this.#flag('spark.sql.ansi.enabled')
  }

  /** INSERT OVERWRITE replaces the partitions that it writes, and no others. */
  get overwritesPartitions(): boolean {
    return this.#text('spark.sql.sources.partitionOverwriteMode').toLowerCase() === 'dynamic'
  }

  /** VACUUM refuses to delete what younger versions than the table's retention read. */
  get checksRetention(): boolean {
    return this.#flag('spark.databricks.delta.retentionDurationCheck.enabled')
  }

  /** Writes may add columns to a table. */
  get mergesSchema(): boolean {
    return this.#flag('spark.databricks.delta.schema.autoMerge.enabled')
  }

  #flag(key: keyof typeof known): boolean {
    return this.#text(key).toLowerCase() === 'true'
  }

  #text(key: keyof typeof known): string {
    return this.#values.get(key) ?? known[key]
  }
}
