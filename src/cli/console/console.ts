import { isCondition, PipelineError } from '../../errors/index.ts'
import { bindEventLog, openEventLogView, readsEventLog } from '../../event-log/index.ts'
import { findProject } from '../../graph/find-project.ts'
import type { PipelineProject } from '../../graph/project.ts'
import type { Relation } from '../../plan/relation.ts'
import { parseStatements, type Statement } from '../../sql/index.ts'
import { localStorage } from '../../storage/index.ts'
import { systemClock } from '../../update/clock.ts'
import { LazyEngine } from '../../update/lazy-engine.ts'
import { openEngine } from '../open-engine.ts'
import type { RowStream } from '../output/write-rows.ts'
import type { ProjectOptions } from '../project-options.ts'
import type { Terminal } from '../terminal.ts'
import { bindTables } from './bind-tables.ts'
import { ConsoleTables, type TableLeaf } from './console-tables.ts'
import { columnsOf, detailOf, historyOf, propertiesOf } from './table-facts.ts'

/**
 * Answers questions about tables: those of the pipeline in whose folder the user stands, or in no pipeline's folder those
 * named by path. Definitions are never loaded. An engine is opened when a question needs one.
 */
export class Console {
  readonly #cwd: string
  readonly #project: PipelineProject | undefined
  readonly #engine: LazyEngine
  readonly #tables: ConsoleTables
  readonly #cleanups: (() => Promise<void>)[] = []

  private constructor(project: PipelineProject | undefined, cwd: string) {
    this.#cwd = cwd
    this.#project = project
    this.#engine = new LazyEngine(() => openEngine(project))
    this.#tables = new ConsoleTables(project, this.#engine, cwd)
  }

  static async open(options: ProjectOptions, { cwd }: Terminal): Promise<Console> {
    return new Console(await nearestProject(options, cwd), cwd)
  }

  /** The answer to one query or DESCRIBE. Throws what parser and analyzer find wrong, and NOT_A_CONSOLE_QUERY. */
  async answer(sql: string): Promise<RowStream> {
    try {
      return await this.#answer(sql)
    } catch (error) {
      throw withLineOf(sql, error)
    }
  }

  async close(): Promise<void> {
    for (const cleanup of this.#cleanups.toReversed()) await cleanup()
    await this.#engine.close()
  }

  async #answer(sql: string): Promise<RowStream> {
    const statements = parseStatements(sql)
    const [statement] = statements
    if (statement === undefined || statements.length > 1) {
      throw new PipelineError('NOT_A_CONSOLE_QUERY', { statement: `${statements.length} statements` })
    }
    return this.#answerTo(statement)
  }

  async #answerTo(statement: Statement): Promise<RowStream> {
    if (statement.kind === 'QueryStatement') return this.#rows(statement.query)
    if (statement.kind !== 'DescribeStatement') {
      const context = { position: statement.position }
      throw new PipelineError('NOT_A_CONSOLE_QUERY', { statement: statementNames[statement.kind] }, context)
    }
    const table = await this.#tables.open(statement.table as TableLeaf)
    const { schema, partitionColumns } = table.snapshot.metadata
    switch (statement.what) {
      case 'columns':
      case 'extended':
        return columnsOf(schema, partitionColumns)
      case 'detail':
        return detailOf(table)
      case 'history':
        return historyOf(table, statement.limit)
      case 'properties':
        return propertiesOf(table)
    }
  }

  async #rows(query: Relation): Promise<RowStream> {
    const bound = await bindTables(await this.#withEvents(query), this.#tables)
    const engine = await this.#engine.get()
    const ansi = this.#project?.spec.configuration['spark.sql.ansi.enabled'] !== 'false'
    const context = { timestampMicros: systemClock.nowMicros(), ansi }
    const { schema } = engine.compile(bound, context)
    const session = await engine.openSession(context)
    this.#cleanups.push(() => session.close())
    return { schema, chunks: session.stream(bound) }
  }

  async #withEvents(query: Relation): Promise<Relation> {
    if (!readsEventLog(query)) return query
    if (this.#project === undefined)
      throw new PipelineError('PIPELINE_SPEC_FILE_NOT_FOUND', { dir_path: this.#cwd })
    const { id, name, storage } = this.#project.spec
    const view = await openEventLogView(localStorage(storage), this.#engine.deltaPort)
    this.#cleanups.push(() => view.close())
    return bindEventLog(query, { id, name, datasets: this.#tables.names() }, view.events)
  }
}

/** An error in the text of a query shows the line in which it stands. */
function withLineOf(sql: string, error: unknown): unknown {
  if (error instanceof PipelineError && error.position !== undefined && error.position.file === undefined) {
    error.position = { ...error.position, text: sql.split(/\r?\n/)[error.position.line - 1] }
  }
  return error
}

const statementNames = {
  CreateDataset: 'the definition of a dataset',
  CreateFlow: 'the definition of a flow',
  SetConfiguration: 'a SET',
  UseCatalog: 'a USE',
  UseSchema: 'a USE',
} as const

async function nearestProject(options: ProjectOptions, cwd: string): Promise<PipelineProject | undefined> {
  try {
    return await findProject(cwd, options)
  } catch (error) {
    if (options.spec === undefined && isCondition(error, 'PIPELINE_SPEC_FILE_NOT_FOUND')) return undefined
    throw error
  }
}
