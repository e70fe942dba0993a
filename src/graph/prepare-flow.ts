import { withQueryContext } from '../dataframe/index.ts'
import { PipelineError } from '../errors/index.ts'
import type { DataSource, Read, Relation, TableValuedFunction } from '../plan/relation.ts'
import { walk } from '../plan/rewrite.ts'
import type { Dataset, DatasetIndex, Flow } from './dataset-index.ts'
import type { PipelineProject } from './project.ts'
import { qualifyReads } from './qualify.ts'
import { frameIn } from './stack-place.ts'

/** A flow whose query is known, with whole names in it, and what the query reads. */
export interface PreparedFlow {
  readonly flow: Flow
  readonly query: Relation
  /** Datasets of the pipeline, each with the Reads that name it. */
  readonly inputs: ReadonlyMap<Dataset, readonly Read[]>
  /** Reads of tables outside of the pipeline. */
  readonly external: readonly Read[]
  readonly sources: readonly (DataSource | TableValuedFunction)[]
}

/**
 * Evaluates a flow's query function and gives every Read the whole name of what it reads. Throws what the function throws,
 * as FLOW_FUNCTION_FAILED where that is not a condition of ours, with the place in the user's file.
 */
export function prepareFlow(
  flow: Flow,
  index: DatasetIndex,
  project: PipelineProject,
  configuration: Readonly<Record<string, string>>,
): PreparedFlow {
  const { origin } = flow.definition
  const inputs = new Map<Dataset, Read[]>()
  const external: Read[] = []
  const query = qualifyReads(evaluate(flow, project, configuration), (read) => {
    const dataset = index.find(read.name, origin)
    if (dataset === undefined) {
      const named = { ...read, name: index.qualify(read.name, origin) }
      external.push(named)
      return named
    }
    const named = { ...read, name: dataset.parts }
    inputs.set(dataset, [...(inputs.get(dataset) ?? []), named])
    return named
  })
  return { flow, query, inputs, external, sources: [...sourcesOf(query)] }
}

function evaluate(
  flow: Flow,
  { folder }: PipelineProject,
  configuration: Readonly<Record<string, string>>,
): Relation {
  return withQueryContext({ folder, configuration }, () => {
    try {
      return flow.definition.query()
    } catch (error) {
      throw flowError(flow, error)
    }
  })
}

function flowError({ definition, target }: Flow, error: unknown): PipelineError {
  const context = { position: definition.origin.position, dataset: target.identifier }
  if (error instanceof PipelineError) return error.at(context)
  const reason = error instanceof Error ? error.message : String(error)
  const position = (error instanceof Error && frameIn(error)) || context.position
  const parameters = { flow: definition.name, reason }
  return new PipelineError('FLOW_FUNCTION_FAILED', parameters, { ...context, position, cause: error })
}

function* sourcesOf(query: Relation): Generator<DataSource | TableValuedFunction> {
  for (const node of walk(query)) {
    if (node.kind === 'DataSource' || node.kind === 'TableValuedFunction') yield node
  }
}
