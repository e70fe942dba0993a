import { loadGraph } from '../graph/load.ts'
import { pipelineCatalog } from '../graph/pipeline-catalog.ts'
import { LandedFiles } from '../sources/watch/landed-files.ts'
import { FilePins } from './inputs/file-pins.ts'
import { resolvePipeline } from './resolve-pipeline.ts'
import type { UpdateRun } from './run.ts'
import { type Selection, selectTables } from './selection.ts'
import { Tables } from './tables/tables.ts'
import type { UpdateOptions } from './update-api.ts'
import type { UpdateStop } from './update-stop.ts'

/** What an update has before it knows its pipeline. */
export type RunParts = Pick<
  UpdateRun,
  'updateId' | 'storage' | 'events' | 'lease' | 'engine' | 'secrets' | 'clock'
> & { readonly options: UpdateOptions; readonly stop: UpdateStop }

/**
 * Loads and resolves the pipeline's definitions and finds what the request asks of them. Throws UnresolvedPipelineError and
 * the conditions of a bad selection.
 */
export async function openRun({
  options,
  stop,
  ...parts
}: RunParts): Promise<{ run: UpdateRun; selection: Selection }> {
  const { project, request } = options
  const { engine, lease, secrets } = parts
  const definitions = await loadGraph(project)
  const files = new FilePins(project, engine.fileSchemaReader, secrets)
  const resolving = { project, definitions, catalog: pipelineCatalog(project), engine, files, secrets }
  const graph = await resolvePipeline(resolving)
  const selection = selectTables(request, graph)
  const catalog = pipelineCatalog(
    project,
    graph.datasets.filter((each) => each.isPrivate).map((each) => each.identifier),
  )
  const run: UpdateRun = {
    ...parts,
    ...resolving,
    graph,
    catalog,
    tables: new Tables({ catalog, port: engine.deltaPort, pipelineId: project.spec.id, lease }),
    selected: new Set([...selection.refresh, ...selection.fullRefresh]),
    signal: stop.signal,
    stopping: stop.stopping,
    evolution: Promise.resolve(),
    ...(project.spec.continuous && { landed: new LandedFiles() }),
  }
  return { run, selection }
}
