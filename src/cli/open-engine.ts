import type { Engine } from '../engine/engine.ts'
import type { PipelineProject } from '../graph/project.ts'
import { setting } from '../settings/settings.ts'

/**
 * Opens the engine that a pipeline runs on. Its configuration may set `duckdb.memory_limit` (`2GB`), `duckdb.threads` and
 * `duckdb.temp_directory`.
 */
export async function openEngine(project?: PipelineProject): Promise<Engine> {
  const { openDuckdbEngine } = await import('../engine/duckdb/engine.ts')
  const configuration = project?.spec.configuration ?? {}
  return openDuckdbEngine({
    memoryLimit: setting(configuration, 'duckdb.memory_limit'),
    threads: setting(configuration, 'duckdb.threads'),
    tempDirectory: setting(configuration, 'duckdb.temp_directory'),
    remembersFiles: project?.spec.continuous !== true,
  })
}
