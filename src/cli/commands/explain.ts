import { nearest, PipelineError } from '../../errors/index.ts'
import { flowText } from '../../graph/flow-text.ts'
import type { PipelineProject } from '../../graph/project.ts'
import type { ResolvedDataset, ResolvedFlow, ResolvedGraph } from '../../graph/resolved-graph.ts'
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

/** `millrace explain`: what a dataset is computed from, as a plan and as SQL. */
export async function explain(name: string, options: ExplainOptions, terminal: Terminal): Promise<number> {
  const project = await openProject(options, terminal)
  const { dataset, flows } = await explanationOf(name, project)
  terminal.stdout.write(
    options.output === 'json'
      ? `${JSON.stringify({ dataset, flows }, null, 2)}\n`
      : flows.map((each) => explanationText(each, dataset)).join('\n'),
  )
  return EXIT.ok
}

async function explanationOf(
  name: string,
  project: PipelineProject,
): Promise<{ dataset: string; flows: Explanation[] }> {
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
    return { dataset: dataset.identifier, flows }
  })
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

function explanationText({ flow, kind, plan, spark_sql, engine_sql }: Explanation, dataset: string): string {
  const title = `Flow ${flow} (${kind}) into ${dataset}`
  const run = engine_sql ?? 'The columns of its sources are not known before the first update.'
  return `${title}\n\n== Plan\n${plan}\n== Spark SQL\n${spark_sql}\n\n== Engine SQL\n${run}\n`
}
