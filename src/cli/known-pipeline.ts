import type { Catalog } from '../catalog/index.ts'
import { type DeltaPort, DeltaTable, rowMetadata } from '../delta/index.ts'
import { LazyEngine } from '../engine/lazy-engine.ts'
import { isCondition } from '../errors/index.ts'
import { loadGraph } from '../graph/load.ts'
import { pipelineCatalog } from '../graph/pipeline-catalog.ts'
import type { PipelineProject } from '../graph/project.ts'
import { resolveGraph } from '../graph/resolve.ts'
import type { ResolvedGraph } from '../graph/resolved-graph.ts'
import type { DataSource, Read, TableValuedFunction } from '../plan/relation.ts'
import { knownFilesSchema } from '../sources/cloud-files/index.ts'
import { isFiles } from '../sources/is-files.ts'
import type { SourceSchema } from '../sources/source.ts'
import { sourceKey, sourceStorage } from '../update/inputs/file-pins.ts'
import { tableStorage } from '../update/inputs/input-factory.ts'
import { openEngine } from './open-engine.ts'

/** What is known of a pipeline without reading any data: its definitions, the logs of tables, stored schemas of folders. */
export class KnownPipeline {
  readonly #project: PipelineProject
  readonly #catalog: Catalog
  readonly #port: DeltaPort

  constructor(project: PipelineProject, port: DeltaPort) {
    this.#project = project
    this.#catalog = pipelineCatalog(project)
    this.#port = port
  }

  /** Loads and resolves the definitions. Throws UnresolvedPipelineError with all that is wrong. */
  async resolve(): Promise<ResolvedGraph> {
    return resolveGraph(await loadGraph(this.#project), this.#project, {
      externalSchema: (name, read) => this.leafSchema({ ...read, name }),
      sourceSchema: (source) => this.leafSchema(source),
    })
  }

  /** Columns of a table outside of the pipeline or of files; undefined while they are not known. */
  async leafSchema(leaf: Read | DataSource | TableValuedFunction): Promise<SourceSchema | undefined> {
    if (leaf.kind === 'TableValuedFunction') return undefined
    if (!isFiles(leaf)) return this.#tableSchema(leaf)
    const schemas = sourceStorage(this.#project, sourceKey(leaf))
    return knownFilesSchema(leaf, { baseFolder: this.#project.folder, schemas })
  }

  async #tableSchema(leaf: Read | DataSource): Promise<SourceSchema | undefined> {
    try {
      const storage = tableStorage({ catalog: this.#catalog, project: this.#project }, leaf)
      const { snapshot } = await DeltaTable.open(storage, this.#port)
      const { metadata } = snapshot
      return { schema: metadata.schema, hidden: rowMetadata(metadata) }
    } catch (error) {
      if (leaf.kind === 'Read' && isCondition(error, 'TABLE_OR_VIEW_NOT_FOUND')) return undefined
      throw error
    }
  }
}

/** Runs `work` on what is known of a pipeline. An engine is opened only when a table's log needs its checkpoint read. */
export async function withKnownPipeline<Result>(
  project: PipelineProject,
  work: (pipeline: KnownPipeline, engine: LazyEngine) => Promise<Result>,
): Promise<Result> {
  const engine = new LazyEngine(() => openEngine(project))
  try {
    return await work(new KnownPipeline(project, engine.deltaPort), engine)
  } finally {
    await engine.close()
  }
}
