import { PipelineError, UnresolvedPipelineError } from '../errors/index.ts'
import { type Dataset, DatasetIndex, type Flow } from './dataset-index.ts'
import { DatasetResolver } from './dataset-resolver.ts'
import { checkDefinitions, checkResettable, checkSinkTables } from './graph-checks.ts'
import type { ResolveContext } from './leaf-schemas.ts'
import { type PreparedFlow, prepareFlow } from './prepare-flow.ts'
import type { PipelineProject } from './project.ts'
import type { GraphDefinitions } from './registry.ts'
import type { GraphWarning, ResolvedGraph } from './resolved-graph.ts'
import { sortTopologically } from './topology.ts'

/**
 * What a pipeline is: every name bound, every column typed, every rule of datasets and flows checked. Throws
 * UnresolvedPipelineError with all that is wrong at once, and apart from it what is unresolved only because of that.
 */
export async function resolveGraph(
  definitions: GraphDefinitions,
  project: PipelineProject,
  context: ResolveContext,
): Promise<ResolvedGraph> {
  const index = new DatasetIndex(definitions, project.spec)
  const failures = [...index.failures, ...checkDefinitions(index.datasets, project)]
  const prepared = await prepareFlows(index, project, failures)
  const flowsTo = (dataset: Dataset) => dataset.flows.flatMap((flow) => prepared.get(flow) ?? [])
  const { order, circles } = sortTopologically(index.datasets, (each) => inputsOf(each, flowsTo))
  failures.push(...checkSinkTables(index))
  failures.push(...circles.map((circle) => circularDependency(circle, index, flowsTo)))
  failures.push(...index.datasets.flatMap((each) => checkResettable(each, flowsTo) ?? []))

  const resolver = new DatasetResolver(index, project, context)
  for (const dataset of order) {
    await resolver.resolve(dataset, flowsTo(dataset))
  }
  failures.push(...resolver.failures)
  if (failures.length > 0) throw new UnresolvedPipelineError(inOrder(failures), resolver.downstream)
  const { datasets, flows, warnings } = resolver
  return { datasets, flows, warnings: [...ignoredSettings(project), ...warnings] }
}

/** The flows whose query functions gave a query. */
async function prepareFlows(
  index: DatasetIndex,
  project: PipelineProject,
  failures: PipelineError[],
): Promise<Map<Flow, PreparedFlow>> {
  const prepared = new Map<Flow, PreparedFlow>()
  for (const flow of index.datasets.flatMap((each) => each.flows)) {
    const configuration = { ...project.spec.configuration, ...flow.definition.configuration }
    try {
      prepared.set(flow, await prepareFlow(flow, index, project, configuration))
    } catch (error) {
      if (!(error instanceof PipelineError)) throw error
      const { position } = flow.definition.origin
      failures.push(error.at({ position, dataset: flow.target.identifier }))
    }
  }
  return prepared
}

function inputsOf(dataset: Dataset, flowsTo: (dataset: Dataset) => readonly PreparedFlow[]): Dataset[] {
  if (dataset.quarantineOf !== undefined) return [dataset.quarantineOf]
  return flowsTo(dataset).flatMap((each) => [...each.inputs.keys()])
}

/** The error for a circle in which each dataset reads the next, and the last the first. */
function circularDependency(
  circle: readonly Dataset[],
  index: DatasetIndex,
  flowsTo: (dataset: Dataset) => readonly PreparedFlow[],
): PipelineError {
  const [first, second = first] = circle as readonly [Dataset, Dataset?]
  const position = flowsTo(first).flatMap((each) => each.inputs.get(second) ?? [])[0]?.position
  const names = [...circle, first].map((each) => index.shortName(each))
  return new PipelineError(
    'CIRCULAR_DEPENDENCY',
    {
      downstreamDataset: first.identifier,
      upstreamDataset: second.identifier,
      circle: names.join(' → '),
    },
    { position: position ?? first.definition.origin.position, dataset: first.identifier },
  )
}

/** By file and line, so that the report reads like the files do. */
function inOrder(failures: readonly PipelineError[]): PipelineError[] {
  const key = ({ position }: PipelineError) => position?.file ?? ''
  return failures.toSorted(
    (a, b) =>
      key(a).localeCompare(key(b)) ||
      (a.position?.line ?? 0) - (b.position?.line ?? 0) ||
      (a.position?.column ?? 0) - (b.position?.column ?? 0),
  )
}

function ignoredSettings({ spec, specFile }: PipelineProject): GraphWarning[] {
  if (spec.ignored.length === 0) return []
  const message = `These settings have no effect here: ${spec.ignored.join(', ')}.`
  return [{ message, position: { file: specFile, line: 1, column: 1 } }]
}
