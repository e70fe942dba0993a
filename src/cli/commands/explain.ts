import { nearest, PipelineError } from '../../errors/index.ts'
import { flowText } from '../../graph/flow-text.ts'
import type { PipelineProject } from '../../graph/project.ts'
import type { ResolvedDataset, ResolvedFlow, ResolvedGraph } from '../../graph/resolved-graph.ts'
import type { StructType } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import { EXIT } from '../exit-code.ts'
import { engineSql } from '../explain/engine-sql.ts'
import { planTree } from '../explain/plan-tree.ts'
import { withKnownPipeline } from '../known-pipeline.ts'
import { openProject, type ProjectOptions, shortNameIn } from '../project-options.ts'
import type { Terminal } from '../terminal.ts'

export interface ExplainOptions extends ProjectOptions {
  readonly output: 'text' | 'json'
}

/** One flow into the dataset, in the three forms that it takes. */
interface Explanation {
  readonly flow: string
  readonly kind: ResolvedFlow['kind']
  /** The tree of operators, as the definition gives it. */
  readonly plan: string
  readonly spark_sql: string
  /** What the engine runs over one batch; null while the columns of a source are not known. */
  readonly engine_sql: string | null
}

/** A dataset with its columns and the flows into it. */
interface DatasetExplanation {
  readonly dataset: string
  /** Types are `UNKNOWN` while they are. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** False while the columns of a source are not known: the dataset may have more. */
  readonly has_all_columns: boolean
  readonly flows: readonly Explanation[]
}

/** `millrace explain`: a dataset's columns, and what it is computed from, as a plan and as SQL. */
export async function explain(name: string, options: ExplainOptions, terminal: Terminal): Promise<number> {
  const project = await openProject(options, terminal)
  const explanation = await explanationOf(name, project)
  terminal.stdout.write(
    options.output === 'json' ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation),
  )
  return EXIT.ok
}

async function explanationOf(name: string, project: PipelineProject): Promise<DatasetExplanation> {
  return withKnownPipeline(project, async (pipeline, engine) => {
    const graph = await pipeline.resolve()
    const dataset = datasetNamed(name, graph, project)
    const flows: Explanation[] = []
    for (const flow of graph.flows.filter((each) => each.target === dataset.identifier)) {
      flows.push({
        flow: flow.name,
        kind: flow.kind,
        plan: planTree(flow.query),
        spark_sql: flowText(flow),
        engine_sql: (await engineSql(flow, graph, pipeline, () => engine.get())) ?? null,
      })
    }
    return { dataset: dataset.identifier, ...columnsOf(dataset.schema), flows }
  })
}

function columnsOf({ fields, open }: StructType): Pick<DatasetExplanation, 'columns' | 'has_all_columns'> {
  const columns = fields.map(({ name, dataType }) => ({ name, type: printSqlType(dataType) }))
  return { columns, has_all_columns: open !== true }
}

/** Throws DATASET_NOT_FOUND with the nearest name. */
function datasetNamed(name: string, graph: ResolvedGraph, project: PipelineProject): ResolvedDataset {
  const wanted = name.toLowerCase()
  const shortName = shortNameIn(project)
  const found = graph.datasets.find(
    ({ identifier }) => identifier.toLowerCase() === wanted || shortName(identifier).toLowerCase() === wanted,
  )
  if (found !== undefined) return found
  const names = graph.datasets.map(({ identifier }) => shortName(identifier))
  const near = nearest(name, names)
  throw new PipelineError('DATASET_NOT_FOUND', {
    dataset: name,
    suggestion: near === undefined ? `Its datasets are ${names.join(', ')}.` : `Did you mean '${near}'?`,
  })
}

function explanationText({ dataset, columns, has_all_columns, flows }: DatasetExplanation): string {
  const width = Math.max(...columns.map(({ name }) => name.length))
  const known = columns.map(({ name, type }) => `${name.padEnd(width)}  ${type}`)
  const lines = has_all_columns ? known : [...known, NOT_ALL_COLUMNS]
  return [
    `Columns of ${dataset}\n\n${lines.join('\n')}\n`,
    ...flows.map((each) => flowExplanation(each, dataset)),
  ].join('\n')
}

const NOT_ALL_COLUMNS = 'All columns are known from the first update on.'

function flowExplanation({ flow, kind, plan, spark_sql, engine_sql }: Explanation, dataset: string): string {
  const title = `Flow ${flow} (${kind}) into ${dataset}`
  const run = engine_sql ?? 'The columns of its sources are not known before the first update.'
  return `${title}\n\n== Plan\n${plan}\n== Spark SQL\n${spark_sql}\n\n== Engine SQL\n${run}\n`
}
