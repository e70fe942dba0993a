import { DeltaTable, rowMetadata } from '../delta/index.ts'
import { isCondition } from '../errors/index.ts'
import { resolveGraph } from '../graph/resolve.ts'
import type { ResolvedGraph } from '../graph/resolved-graph.ts'
import type { DataSource, Read, TableValuedFunction } from '../plan/relation.ts'
import { bindFiles, cloudFilesSource } from '../sources/cloud-files/index.ts'
import { isFiles } from '../sources/is-files.ts'
import type { SourceSchema } from '../sources/source.ts'
import { memoryStorage } from '../storage/index.ts'
import { sourceKey, sourceStorage } from './inputs/file-pins.ts'
import { tableStorage } from './inputs/input-factory.ts'
import type { UpdateRun } from './run.ts'

/** What resolution needs of an update. */
export type ResolveRun = Pick<
  UpdateRun,
  'project' | 'definitions' | 'catalog' | 'engine' | 'files' | 'secrets'
>

/**
 * Resolves the pipeline's definitions against the world: tables of the warehouse by their logs, folders by their stored
 * schema, and by a look into their files where none is stored yet.
 */
export function resolvePipeline(run: ResolveRun): Promise<ResolvedGraph> {
  return resolveGraph(run.definitions, run.project, {
    externalSchema: (name, read) => tableSchema(run, { ...read, name }),
    sourceSchema: (source) => sourceSchema(run, source),
  })
}

async function tableSchema(run: ResolveRun, leaf: Read | DataSource): Promise<SourceSchema | undefined> {
  try {
    const table = await DeltaTable.open(tableStorage(run, leaf), run.engine.deltaPort)
    const { metadata } = table.snapshot
    return { schema: metadata.schema, hidden: rowMetadata(metadata) }
  } catch (error) {
    if (leaf.kind === 'Read' && isCondition(error, 'TABLE_OR_VIEW_NOT_FOUND')) return undefined
    throw error
  }
}

async function sourceSchema(
  run: ResolveRun,
  source: DataSource | TableValuedFunction,
): Promise<SourceSchema | undefined> {
  if (source.kind === 'TableValuedFunction') return undefined
  if (!isFiles(source)) return tableSchema(run, source)
  const revealed = run.secrets.reveal(source)
  const context = { baseFolder: run.project.folder, reader: run.engine.fileSchemaReader }
  if (!source.isStreaming) {
    const { schema, hidden } = bindFiles(revealed, await run.files.pin(source), context)
    return { schema, hidden }
  }
  const schemas = sourceStorage(run.project, sourceKey(source))
  return cloudFilesSource(revealed, { ...context, state: memoryStorage(), schemas }).schema()
}
