import { parseInterval } from '../delta/schema/table-properties.ts'
import { PipelineError } from '../errors/index.ts'

/** How long events are kept: a setting of the pipeline's configuration, such as `90 days`. */
export const RETENTION_KEY = 'pipelines.eventLog.retention'

const DEFAULT_RETENTION = '30 days'

/** Milliseconds that events are kept. Throws PIPELINE_SPEC_INVALID_FIELD for what is no length of time. */
export function retentionMsOf(configuration: Readonly<Record<string, string>>): number {
  const text = configuration[RETENTION_KEY] ?? DEFAULT_RETENTION
  const retentionMs = parseInterval(text)
  if (retentionMs !== undefined && retentionMs > 0) return retentionMs
  throw new PipelineError('PIPELINE_SPEC_INVALID_FIELD', {
    field_name: `configuration.${RETENTION_KEY}`,
    expected: `a length of time such as '${DEFAULT_RETENTION}'`,
    actual: `'${text}'`,
  })
}
