import type { Catalog } from '../../catalog/index.ts'
import type { RowStream } from '../../delta-table/row-stream.ts'
import { runScript } from '../../delta-table/statements/run-statement.ts'
import { Workspace, type WorkspaceOptions } from '../../delta-table/workspace.ts'
import { LazyEngine } from '../../engine/lazy-engine.ts'
import { isCondition, PipelineError } from '../../errors/index.ts'
import { bindEventLog, openEventLogView, readsEventLog } from '../../event-log/index.ts'
import { findProject } from '../../graph/find-project.ts'
import { pipelineCatalog } from '../../graph/pipeline-catalog.ts'
import type { PipelineProject } from '../../graph/project.ts'
import type { Relation } from '../../plan/relation.ts'
import { localStorage } from '../../storage/index.ts'
import { openEngine } from '../open-engine.ts'
import type { ProjectOptions } from '../project-options.ts'
import type { Terminal } from '../terminal.ts'
import { DefinedDatasets } from './defined-datasets.ts'

/**
 * Runs statements over tables: those of the pipeline in whose folder the user stands, or in no pipeline's folder those
 * named by path. Definitions are loaded only where a name is not that of a table. An engine is opened when a statement
 * needs one.
 */
export class Console {
  readonly #cwd: string
  readonly #project: PipelineProject | undefined
  readonly #engine: LazyEngine
  readonly #catalog: Catalog | undefined
  readonly #workspace: Workspace
  readonly #cleanups: (() => Promise<void>)[] = []

  private constructor(project: PipelineProject | undefined, terminal: Terminal) {
    const { cwd } = terminal
    this.#cwd = cwd
    this.#project = project
    this.#engine = new LazyEngine(() => openEngine(project))
    this.#catalog = project && pipelineCatalog(project)
    this.#workspace = new Workspace({
      engine: this.#engine,
      folder: cwd,
      ...(this.#catalog !== undefined && { catalog: this.#catalog }),
      ...(project !== undefined && { settings: project.spec.configuration }),
      prepare: (query) => this.#withEvents(query),
      ...(project !== undefined && definitionsOf(project, this.#catalog!, this.#engine, terminal)),
    })
  }

  static async open(options: ProjectOptions, terminal: Terminal): Promise<Console> {
    return new Console(await nearestProject(options, terminal.cwd), terminal)
  }

  /**
   * What the statements of a text give, one after the other. Throws what is wrong with a text or a statement, with its
   * line.
   */
  async *run(sql: string): AsyncGenerator<RowStream> {
    try {
      yield* runScript(sql, this.#workspace)
    } catch (error) {
      throw withLineOf(sql, error)
    }
  }

  /** What one statement gives. */
  async answer(sql: string): Promise<RowStream> {
    const { value } = await this.run(sql).next()
    return value as RowStream
  }

  async close(): Promise<void> {
    for (const cleanup of this.#cleanups.toReversed()) await cleanup()
    await this.#engine.close()
  }

  async #withEvents(query: Relation): Promise<Relation> {
    if (!readsEventLog(query)) return query
    if (this.#project === undefined)
      throw new PipelineError('PIPELINE_SPEC_FILE_NOT_FOUND', { dir_path: this.#cwd })
    const { id, name, storage } = this.#project.spec
    const view = await openEventLogView(localStorage(storage), this.#engine.deltaPort)
    this.#cleanups.push(() => view.close())
    return bindEventLog(query, { id, name, datasets: tableNames(this.#catalog!) }, view.events)
  }
}

/** What the definitions of a pipeline say of its views and of changes of its tables. */
function definitionsOf(
  project: PipelineProject,
  catalog: Catalog,
  engine: LazyEngine,
  { stderr }: Terminal,
): Pick<WorkspaceOptions, 'viewQuery' | 'checkChange'> {
  const datasets = new DefinedDatasets(project, catalog, engine.deltaPort)
  return {
    viewQuery: (name) => datasets.viewQuery(name),
    checkChange: async (change) => {
      const warning = await datasets.checkChange(change)
      if (warning !== undefined) stderr.write(`warning: ${warning}\n`)
    },
  }
}

/** Names of all tables in reach, whole and in short where the pipeline's defaults complete them. */
function tableNames(catalog: Catalog): string[] {
  return catalog.list().flatMap(({ name }) => {
    const whole = [name.catalog, name.schema, name.table]
    return [whole, whole.slice(1), whole.slice(2)].map((parts) => parts.join('.'))
  })
}

/** An error in the text of a query shows the line in which it stands. */
function withLineOf(sql: string, error: unknown): unknown {
  if (error instanceof PipelineError && error.position !== undefined && error.position.file === undefined) {
    error.position = { ...error.position, text: sql.split(/\r?\n/)[error.position.line - 1] }
  }
  return error
}

async function nearestProject(options: ProjectOptions, cwd: string): Promise<PipelineProject | undefined> {
  try {
    return await findProject(cwd, options)
  } catch (error) {
    if (options.spec === undefined && isCondition(error, 'PIPELINE_SPEC_FILE_NOT_FOUND')) return undefined
    throw error
  }
}
