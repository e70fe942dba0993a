import { PipelineError } from '../errors/index.ts'
import { isSetting, setting } from '../settings/settings.ts'

/** Settings with the name of the flow that they come from. */
export interface NamedSettings {
  readonly flow: string
  readonly settings: Readonly<Record<string, string>>
}

/**
 * A flow's own settings together with those of the views that it reads, as Spark fuses them: a view is evaluated inside of
 * the flow, so both must agree. Its own are judged, also those that nothing reads before it runs.
 * Throws DUPLICATE_FLOW_SQL_CONF, naming both, and PIPELINE_SPEC_INVALID_FIELD.
 */
export function fusedSettings(
  dataset: string,
  own: NamedSettings,
  views: readonly NamedSettings[],
): Readonly<Record<string, string>> {
  for (const key of Object.keys(own.settings)) if (isSetting(key)) setting(own.settings, key)
  const fused = new Map<string, { value: string; flow: string }>()
  for (const { flow, settings } of [own, ...views]) {
    for (const [key, value] of Object.entries(settings)) {
      const before = fused.get(key)
      if (before === undefined) fused.set(key, { value, flow })
      else if (before.value !== value) {
        const parameters = { key, datasetName: dataset, flowName1: before.flow, flowName2: flow }
        throw new PipelineError('DUPLICATE_FLOW_SQL_CONF', parameters)
      }
    }
  }
  return Object.fromEntries([...fused].map(([key, { value }]) => [key, value]))
}

/** `spark.sql.ansi.enabled` of a flow or of a batch of it: on unless its configuration says otherwise. */
export function isAnsi({
  configuration,
}: {
  readonly configuration: Readonly<Record<string, string>>
}): boolean {
  return setting(configuration, 'spark.sql.ansi.enabled') ?? true
}
