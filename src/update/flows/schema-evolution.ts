import type { ResolvedFlow } from '../../graph/resolved-graph.ts'
import { openCheckpoint } from '../checkpoint/checkpoint.ts'
import { flowInputs } from '../inputs/flow-inputs.ts'
import { flowQuery } from '../inputs/inline.ts'
import { inputFactory } from '../inputs/input-factory.ts'
import { resolvePipeline } from '../resolve-pipeline.ts'
import type { UpdateRun } from '../run.ts'
import { setUpTables } from '../tables/set-up-tables.ts'

/**
 * Asks the sources of a failed flow whether they have taken new columns because of the error. If one has, the pipeline is
 * resolved anew, its tables gain the columns, and the flow can start again. Flows that fail side by side do so in turn.
 */
export function evolveSources(run: UpdateRun, flow: ResolvedFlow, error: unknown): Promise<boolean> {
  const evolved = run.evolution.then(() => evolve(run, flow, error))
  run.evolution = evolved.then(nothing, nothing)
  return evolved
}

async function evolve(run: UpdateRun, flow: ResolvedFlow, error: unknown): Promise<boolean> {
  const checkpoint = await openCheckpoint(run.storage, flow.target, flow.name)
  const { streams } = flowInputs(flowQuery(flow, run.graph), inputFactory(run, checkpoint))
  let hasEvolved = false
  for (const { source } of streams) if (await source.evolve?.(error)) hasEvolved = true
  if (!hasEvolved) return false
  run.graph = await resolvePipeline(run)
  await setUpTables(run)
  return true
}

function nothing(): void {}
