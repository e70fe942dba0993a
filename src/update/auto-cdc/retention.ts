import type { ResolvedDataset } from '../../graph/resolved-graph.ts'
import { tableProperty } from '../../graph/table-properties.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'

const KEYS = [
  'pipelines.cdc.tombstoneGCThresholdInSeconds',
  'pipelines.applyChanges.tombstoneGCThresholdInSeconds',
]
/** Databricks' default: two days. */
const DEFAULT_SECONDS = 172_800

/**
 * The time, microseconds since the epoch, before which hidden events are folded: the batch's without the retention that the
 * table's property or the pipeline's configuration names. Undefined for a negative one: nothing is ever forgotten.
 */
export function forgetBefore(
  { timestampMicros, configuration }: Pick<BatchRecord, 'timestampMicros' | 'configuration'>,
  { tableProperties }: Pick<ResolvedDataset, 'tableProperties'>,
): bigint | undefined {
  const wanted = KEYS.map((key) => tableProperty(tableProperties, key) ?? configuration[key]).find(
    (each) => each !== undefined,
  )
  const seconds = Number(wanted ?? DEFAULT_SECONDS)
  return seconds < 0 ? undefined : timestampMicros - BigInt(Math.round(seconds * 1e6))
}
