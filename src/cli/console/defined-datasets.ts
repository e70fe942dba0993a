import { type Catalog, isTable, OWNER_PROPERTY } from '../../catalog/index.ts'
import type { DeltaPort } from '../../delta/index.ts'
import { tableNameOf } from '../../delta-table/table-name-of.ts'
import type { TableChange } from '../../delta-table/workspace.ts'
import { isCondition, PipelineError, UnresolvedPipelineError } from '../../errors/index.ts'
import type { PipelineProject } from '../../graph/project.ts'
import type { ResolvedDataset, ResolvedGraph } from '../../graph/resolved-graph.ts'
import type { Read, Relation } from '../../plan/relation.ts'
import { parseTableName } from '../../plan/table-name.ts'
import { KnownPipeline } from '../known-pipeline.ts'

/** What the console needs of a pipeline's definitions, which are loaded at the first question. */
export class DefinedDatasets {
  readonly #project: PipelineProject
  readonly #catalog: Catalog
  readonly #port: DeltaPort
  #graph: Promise<ResolvedGraph> | undefined

  constructor(project: PipelineProject, catalog: Catalog, port: DeltaPort) {
    this.#project = project
    this.#catalog = catalog
    this.#port = port
  }

  /** The query of a persisted view; undefined for a table, and for a name that the pipeline does not define. */
  async viewQuery(read: Read): Promise<Relation | undefined> {
    if (this.#isTable(read)) return undefined
    const graph = await this.#definitions().catch((error: unknown) => {
      if (error instanceof UnresolvedPipelineError) return undefined
      throw error
    })
    const wanted = JSON.stringify(this.#catalog.qualify(read.name))
    const view = graph?.datasets.find(
      (each) => each.kind === 'persisted_view' && JSON.stringify(this.#nameOf(each)) === wanted,
    )
    return view && graph?.flows.find((flow) => flow.target === view.identifier)?.query
  }

  /**
   * Throws MATERIALIZED_VIEW_OPERATION_NOT_ALLOWED for a table that only its pipeline writes, as Databricks does, and
   * STREAMING_TABLE_OPERATION_NOT_ALLOWED for what would leave the flows of a streaming table behind. Gives what the user should
   * know of another change.
   */
  async checkChange({ leaf, context, operation }: TableChange): Promise<string | undefined> {
    const { configuration } = context.table.snapshot.metadata
    if (configuration[OWNER_PROPERTY] !== this.#project.spec.id) return undefined
    const { datasets } = await this.#definitions()
    const folder = context.storage.name
    const dataset = datasets.find((each) => this.#catalog.locate(this.#partsOf(each)).folder === folder)
    if (dataset === undefined || dataset.kind === 'persisted_view') return undefined
    const parameters = { operation, tableName: tableNameOf(leaf) }
    if (dataset.kind === 'materialized_view') {
      throw new PipelineError('MATERIALIZED_VIEW_OPERATION_NOT_ALLOWED', parameters, leaf)
    }
    if (operation === 'DROP TABLE') {
      throw new PipelineError('STREAMING_TABLE_OPERATION_NOT_ALLOWED', parameters, leaf)
    }
    return `${tableNameOf(leaf)} is filled by the pipeline '${this.#project.spec.name}', whose flows do not see this ${operation}: they go on behind what they have read.`
  }

  #isTable(read: Read): boolean {
    try {
      return isTable(this.#catalog.find(read.name).folder)
    } catch (error) {
      if (isCondition(error, 'TABLE_OR_VIEW_NOT_FOUND')) return false
      throw error
    }
  }

  #definitions(): Promise<ResolvedGraph> {
    this.#graph ??= new KnownPipeline(this.#project, this.#port).resolve()
    return this.#graph
  }

  #nameOf(dataset: ResolvedDataset) {
    return this.#catalog.qualify(this.#partsOf(dataset))
  }

  #partsOf({ identifier }: ResolvedDataset): readonly string[] {
    return parseTableName(identifier)
  }
}
