import type { ResolvedDataset } from '../../graph/resolved-graph.ts'
import { tableProperty } from '../../graph/table-properties.ts'
import { settingValue } from '../../settings/settings.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'

const KEYS = [
  'pipelines.cdc.tombstoneGCThresholdInSeconds',
  'pipelines.applyChanges.tombstoneGCThresholdInSeconds',
] as const
/** Databricks' default: two days. */
const DEFAULT_SECONDS = 172_800

/**
 * The time, microseconds since the epoch, before which hidden events are folded: the batch's without the retention that the
 * table's property or the pipeline's configuration names. Undefined for a negative one: nothing is ever forgotten.
 * Throws PIPELINE_SPEC_INVALID_FIELD for a configuration that is no number.
 */
export function forgetBefore(
  { timestampMicros, configuration }: Pick<BatchRecord, 'timestampMicros' | 'configuration'>,
  { tableProperties }: Pick<ResolvedDataset, 'tableProperties'>,
): bigint | undefined {
  const settingOf = (key: string) => tableProperty(tableProperties, key) ?? configuration[key]
  const key = KEYS.find((each) => settingOf(each) !== undefined)
  const seconds = key === undefined ? DEFAULT_SECONDS : settingValue(key, settingOf(key)!)
  return seconds < 0 ? undefined : timestampMicros - BigInt(Math.round(seconds * 1e6))
}
