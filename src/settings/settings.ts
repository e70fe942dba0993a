import { PipelineError } from '../errors/index.ts'
import { parseDuration } from '../plan/duration.ts'
import { sameName } from '../types/same-name.ts'

/** What a setting's text may be, as errors say it, and what it means; undefined for a text that is none of it. */
interface SettingType<Value> {
  readonly expected: string
  readonly read: (text: string) => Value | undefined
}

const TEXT: SettingType<string> = { expected: 'a text', read: (text) => text }

const FLAG: SettingType<boolean> = {
  expected: 'true or false',
  read: (text) => ({ true: true, false: false })[text.toLowerCase()],
}

/** As DuckDB reads it. */
const MEMORY: SettingType<string> = {
  expected: "a size such as '2GB' or '512MiB', or a share such as '50%'",
  read: (text) => (/^\d+(\.\d+)? ?(bytes?|b|[kmgt]i?b|%)$/i.test(text) ? text : undefined),
}

const SECONDS: SettingType<number> = {
  expected: 'a number of seconds',
  read: (text) => (text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined),
}

/** Microseconds. */
const DURATION: SettingType<bigint> = {
  expected: "a length of time such as '10 seconds'",
  read: (text) => {
    try {
      const micros = parseDuration(text)
      return micros < 0n ? undefined : micros
    } catch (error) {
      if (error instanceof PipelineError) return undefined
      throw error
    }
  },
}

/** How much of a row an error may show, as Databricks' sub-conditions `VERBOSITY_*` have it. */
export type Verbosity = 'ALL' | 'OUTPUT' | 'NONE'

const VERBOSITY: SettingType<Verbosity> = {
  expected: 'ALL, OUTPUT or NONE',
  read: (text) => oneOf<Verbosity>('ALL', 'OUTPUT', 'NONE').read(text.replace(/^VERBOSITY_/i, '')),
}

/**
 * What a pipeline's configuration may set, beside parameters of the pipeline's own: names and meanings are those of Spark and
 * Databricks; the engine's begin with `duckdb`.
 */
const SETTINGS = {
  'duckdb.memory_limit': MEMORY,
  'duckdb.temp_directory': TEXT,
  'duckdb.threads': wholeNumber(1),
  'pipelines.applyChanges.tombstoneGCThresholdInSeconds': SECONDS,
  'pipelines.cdc.tombstoneGCThresholdInSeconds': SECONDS,
  'pipelines.eventLog.retention': DURATION,
  'pipelines.execution.maxConcurrentFlows': wholeNumber(1),
  'pipelines.expectations.verbosity': VERBOSITY,
  'pipelines.maxFlowRetryAttempts': wholeNumber(0),
  'pipelines.numUpdateRetryAttempts': wholeNumber(0),
  'pipelines.trigger.interval': DURATION,
  'spark.sql.ansi.enabled': FLAG,
  'spark.sql.session.timeZone': oneOf('UTC', 'Etc/UTC', 'GMT', 'Z'),
  'spark.sql.streaming.minBatchesToRetain': wholeNumber(1),
  'spark.sql.streaming.multipleWatermarkPolicy': oneOf('min', 'max'),
  'spark.sql.streaming.noDataMicroBatches.enabled': FLAG,
} as const

export type SettingKey = keyof typeof SETTINGS
type ValueOf<Key extends SettingKey> = (typeof SETTINGS)[Key] extends SettingType<infer Value> ? Value : never

export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[]

/** Whether a key of a configuration is a setting, not a parameter of the pipeline's own. */
export function isSetting(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key)
}

/** What a configuration says of a setting; undefined where it says nothing. Throws PIPELINE_SPEC_INVALID_FIELD. */
export function setting<Key extends SettingKey>(
  configuration: Readonly<Record<string, string>>,
  key: Key,
): ValueOf<Key> | undefined {
  const text = configuration[key]
  return text === undefined ? undefined : settingValue(key, text)
}

/** What a text means as a setting, such as that of a table property of the same name. Throws PIPELINE_SPEC_INVALID_FIELD. */
export function settingValue<Key extends SettingKey>(key: Key, text: string): ValueOf<Key> {
  const { expected, read }: SettingType<unknown> = SETTINGS[key]
  const value = read(text.trim())
  if (value !== undefined) return value as ValueOf<Key>
  throw new PipelineError('PIPELINE_SPEC_INVALID_FIELD', {
    field_name: `configuration.${key}`,
    expected,
    actual: `'${text}'`,
  })
}

function wholeNumber(least: number): SettingType<number> {
  return {
    expected: `a whole number from ${least} on`,
    read: (text) => (/^\d{1,9}$/.test(text) && Number(text) >= least ? Number(text) : undefined),
  }
}

/** Whatever the case. */
function oneOf<Value extends string>(...values: readonly Value[]): SettingType<Value> {
  return {
    expected: `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`,
    read: (text) => values.find((each) => sameName(each, text)),
  }
}
