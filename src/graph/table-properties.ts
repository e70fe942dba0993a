import { checkedProperty } from '../delta/index.ts'
import { PipelineError } from '../errors/index.ts'
import { parseDuration } from '../plan/duration.ts'
import { sameName } from '../types/same-name.ts'
import type { OutputDefinition } from './definition.ts'

/** What the table properties of a definition mean, the clustering aliases taken out of them. */
export interface CheckedProperties {
  readonly tableProperties: Readonly<Record<string, string>>
  /** Undefined where the definition says nothing of it. */
  readonly clusterBy?: readonly string[] | 'auto'
  readonly warnings: readonly string[]
}

type Check = { readonly expected: string; readonly accepts: (value: string) => boolean }

const FLAG: Check = { expected: 'true or false', accepts: (value) => /^(true|false)$/i.test(value) }
const ANY: Check = { expected: 'a text', accepts: () => true }
const SECONDS: Check = {
  expected: 'a number of seconds',
  accepts: (value) => value.trim() !== '' && Number.isFinite(Number(value)),
}
/** Properties of pipelines whose values are checked; others under `pipelines.` are kept as they are. */
const PIPELINES_PROPERTIES: Readonly<Record<string, Check>> = {
  'pipelines.reset.allowed': FLAG,
  'pipelines.autoOptimize.managed': FLAG,
  'pipelines.autoOptimize.zOrderCols': ANY,
  'pipelines.cdc.tombstoneGCThresholdInSeconds': SECONDS,
  'pipelines.applyChanges.tombstoneGCThresholdInSeconds': SECONDS,
  'pipelines.trigger.interval': {
    expected: "a duration such as '10 seconds'",
    accepts: (v) => isDuration(v),
  },
}

const ENABLE_CLUSTERING = 'delta.enableLiquidClustering'
const CLUSTER_BY = 'delta.clusterBy'

/**
 * Checks the table properties of a definition. Keys of Delta and of pipelines are compared without case; others are free labels.
 * `delta.enableLiquidClustering` and `delta.clusterBy`, which no Delta version knows, stand for CLUSTER BY and are not kept.
 * Throws what `checkedProperty` throws, and INVALID_TABLE_PROPERTY.
 */
export function checkProperties(definition: OutputDefinition, datasetName: string): CheckedProperties {
  const kept: Record<string, string> = {}
  const aliases: Record<string, string> = {}
  for (const [key, value] of Object.entries(definition.tableProperties)) {
    const alias = [ENABLE_CLUSTERING, CLUSTER_BY].find((each) => sameName(each, key))
    if (alias !== undefined) aliases[alias] = value
    else kept[checkedKey(key, value, datasetName)] = value
  }
  const clusterBy = definition.clusterBy ?? clusteringOf(aliases)
  const warnings = Object.keys(aliases).map(
    (alias) => `'${alias}' is not a Delta property: it is taken as clusterBy and not written to the table.`,
  )
  return { tableProperties: kept, ...(clusterBy === undefined ? {} : { clusterBy }), warnings }
}

/** `pipelines.reset.allowed` of a table: false keeps its rows when the pipeline is fully refreshed. */
export function isResetAllowed(tableProperties: Readonly<Record<string, string>>): boolean {
  return tableProperty(tableProperties, 'pipelines.reset.allowed')?.toLowerCase() !== 'false'
}

/** The value of a property, its key compared without case. */
export function tableProperty(
  tableProperties: Readonly<Record<string, string>>,
  key: string,
): string | undefined {
  const wanted = key.toLowerCase()
  return Object.entries(tableProperties).find(([each]) => each.toLowerCase() === wanted)?.[1]
}

/** The key in its documented spelling, since Delta's own readers compare with case. */
function checkedKey(key: string, value: string, datasetName: string): string {
  if (key.toLowerCase().startsWith('delta.')) return checkedProperty(key, value, datasetName)
  const name = Object.keys(PIPELINES_PROPERTIES).find((each) => sameName(each, key))
  if (name === undefined) return key
  const { accepts, expected } = PIPELINES_PROPERTIES[name]!
  if (accepts(value)) return name
  throw new PipelineError('INVALID_TABLE_PROPERTY', { property: name, datasetName, expected, actual: value })
}

function clusteringOf(aliases: Readonly<Record<string, string>>): readonly string[] | 'auto' | undefined {
  if (aliases[ENABLE_CLUSTERING]?.toLowerCase() === 'false') return []
  const columns = aliases[CLUSTER_BY]?.split(',').map((each) => each.trim())
  return columns ?? (aliases[ENABLE_CLUSTERING] === undefined ? undefined : 'auto')
}

function isDuration(value: string): boolean {
  try {
    parseDuration(value)
    return true
  } catch (error) {
    if (error instanceof PipelineError) return false
    throw error
  }
}
