import { PipelineError } from '../../errors/index.ts'
import type { WatermarkPolicy } from './watermark.ts'

type Configuration = Readonly<Record<string, string>>

/** `spark.sql.streaming.multipleWatermarkPolicy`, by default `min`. Throws PIPELINE_SPEC_INVALID_FIELD. */
export function watermarkPolicy(configuration: Configuration): WatermarkPolicy {
  return setting(configuration, 'spark.sql.streaming.multipleWatermarkPolicy', ['min', 'max'])
}

/** `spark.sql.streaming.noDataMicroBatches.enabled`, by default true. Throws PIPELINE_SPEC_INVALID_FIELD. */
export function runsEmptyBatches(configuration: Configuration): boolean {
  return (
    setting(configuration, 'spark.sql.streaming.noDataMicroBatches.enabled', ['true', 'false']) === 'true'
  )
}

/** `spark.sql.streaming.minBatchesToRetain`, by default 100. Throws PIPELINE_SPEC_INVALID_FIELD. */
export function minBatchesToRetain(configuration: Configuration): number {
  const key = 'spark.sql.streaming.minBatchesToRetain'
  const text = configuration[key] ?? '100'
  if (/^[1-9]\d{0,8}$/.test(text.trim())) return Number(text)
  throw invalidSetting(key, 'a positive whole number', text)
}

/** One of the values that a setting may have, whatever its case; the first where it is not set. */
function setting<Value extends string>(
  configuration: Configuration,
  key: string,
  values: readonly [Value, ...Value[]],
): Value {
  const text = configuration[key]
  if (text === undefined) return values[0]
  const found = values.find((each) => each === text.trim().toLowerCase())
  if (found !== undefined) return found
  throw invalidSetting(key, values.join(' or '), text)
}

function invalidSetting(key: string, expected: string, actual: string): PipelineError {
  return new PipelineError('PIPELINE_SPEC_INVALID_FIELD', {
    field_name: `configuration.${key}`,
    expected,
    actual: `'${actual}'`,
  })
}
