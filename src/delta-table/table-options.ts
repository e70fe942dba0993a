import { resolve } from 'node:path'
import { checkOptions } from './check-options.ts'
import { type EngineOptions, shareEngine } from './shared-engine.ts'
import { Workspace } from './workspace.ts'

export interface DeltaTableOptions {
  /** What DuckDB may use. Tables with the same options share one engine. */
  readonly engine?: EngineOptions
  /**
   * Keys of Spark's configuration: `spark.sql.ansi.enabled`, `spark.sql.sources.partitionOverwriteMode`,
   * `spark.databricks.delta.retentionDurationCheck.enabled`, `spark.databricks.delta.schema.autoMerge.enabled`.
   */
  readonly settings?: Readonly<Record<string, string>>
  /** The writer's clock, milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number
}

/** What a folder of Parquet files is taken over with. */
export interface ConvertOptions extends DeltaTableOptions {
  /** Columns in the names of its folders, as DDL: `day DATE`. */
  readonly partitionSchema?: string
  /** Default: true. */
  readonly collectStatistics?: boolean
}

const TABLE_OPTIONS = { engine: true, settings: true, now: true } as const
export const CONVERT_OPTIONS = { ...TABLE_OPTIONS, partitionSchema: true, collectStatistics: true } as const

/** Where a program's tables are worked on, with its share of the engine. Relative paths begin in the working directory. */
export interface ProgramWorkspace {
  readonly workspace: Workspace
  release(): Promise<void>
}

export function programWorkspace(options: DeltaTableOptions): ProgramWorkspace {
  checkOptions('DeltaTable', options, TABLE_OPTIONS)
  const { engine, release } = shareEngine(options.engine)
  const { settings, now } = options
  const workspace = new Workspace({
    engine,
    folder: resolve('.'),
    ...(settings !== undefined && { settings }),
    ...(now !== undefined && { now }),
  })
  return { workspace, release }
}
