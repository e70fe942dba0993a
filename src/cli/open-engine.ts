import type { Engine } from '../engine/engine.ts'
import type { PipelineProject } from '../graph/project.ts'

/**
 * Opens the engine that a pipeline runs on. Its configuration may set `duckdb.memory_limit` (`2GB`), `duckdb.threads` and
 * `duckdb.temp_directory`.
 */
export async function openEngine(project?: PipelineProject): Promise<Engine> {
  const { openDuckdbEngine } = await import('../engine/duckdb/engine.ts')
  const settings = project?.spec.configuration ?? {}
  const threads = settings['duckdb.threads']
  return openDuckdbEngine({
    memoryLimit: settings['duckdb.memory_limit'],
    threads: threads === undefined ? undefined : Number(threads),
    tempDirectory: settings['duckdb.temp_directory'],
    remembersFiles: project?.spec.continuous !== true,
  })
}
