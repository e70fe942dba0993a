import { type QueryContext, withQueryContext } from '../dataframe/index.ts'
import { PipelineError } from '../errors/index.ts'
import type { DataSource, Read, Relation, TableValuedFunction } from '../plan/relation.ts'
import { walk } from '../plan/rewrite.ts'
import type { Dataset, DatasetIndex, Flow } from './dataset-index.ts'
import { unionsAsDeduplicated } from './distinct-unions.ts'
import { type PreparedSnapshots, prepareSnapshots, type SnapshotContext } from './prepare-snapshots.ts'
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
  /** For a flow that compares snapshots, of which `query` is one. */
  readonly snapshots?: PreparedSnapshots
}

/**
 * Evaluates a flow's query function and gives every Read the whole name of what it reads. Throws what the function throws,
 * as FLOW_FUNCTION_FAILED where that is not a condition of ours, with the place in the user's file.
 */
export async function prepareFlow(
  flow: Flow,
  index: DatasetIndex,
  { folder }: PipelineProject,
  configuration: Readonly<Record<string, string>>,
): Promise<PreparedFlow> {
  const { changes, name, query: ownQuery } = flow.definition
  const { inputs, external, qualify, qualifyNoting } = naming(flow, index)
  const evaluate = evaluation(flow, { folder, configuration })
  const declared = flow.target.definition.schema
  const snapshots =
    changes?.kind === 'auto_cdc_snapshot'
      ? await prepareSnapshots(changes, { flowName: name, declared, evaluate, qualify })
      : undefined
  const query = qualifyNoting(unionsAsDeduplicated(snapshots?.query ?? (await evaluate(ownQuery!))))
  const sources = [...sourcesOf(query)]
  if (snapshots?.source.kind !== 'versions') {
    return { flow, query, inputs, external, sources, ...(snapshots === undefined ? {} : { snapshots }) }
  }
  const version = qualifyNoting(snapshots.source.version)
  sources.push(...sourcesOf(version))
  return { flow, query, inputs, external, sources, snapshots: { source: { kind: 'versions', version } } }
}

/** Gives a flow's queries whole names, and notes what they read. */
function naming({ definition: { origin } }: Flow, index: DatasetIndex) {
  const inputs = new Map<Dataset, Read[]>()
  const external: Read[] = []
  const named = (read: Read, dataset: Dataset | undefined): Read => ({
    ...read,
    name: dataset?.parts ?? index.qualify(read.name, origin),
  })
  return {
    inputs,
    external,
    qualify: (query: Relation) => qualifyReads(query, (read) => named(read, index.find(read.name, origin))),
    qualifyNoting: (query: Relation) =>
      qualifyReads(query, (read) => {
        const dataset = index.find(read.name, origin)
        const found = named(read, dataset)
        if (dataset === undefined) external.push(found)
        else inputs.set(dataset, [...(inputs.get(dataset) ?? []), found])
        return found
      }),
  }
}

/** Runs the user's code inside of the pipeline; what it throws has a place in the user's file. */
function evaluation(flow: Flow, context: QueryContext): SnapshotContext['evaluate'] {
  return (body) =>
    withQueryContext(context, async () => {
      try {
        return await body()
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
