import type { ResolvedFlow, ResolvedGraph } from '../graph/resolved-graph.ts'
import { countsRulesOf, datasetOf, flowsInto, viewsBelow } from './graph-index.ts'

/** How a flow ended. */
export type FlowEnd<Outcome> =
  | { readonly status: 'COMPLETED'; readonly outcome: Outcome }
  | { readonly status: 'FAILED'; readonly error: unknown }
  /** A flow that it depends on did not complete; without `because` the update was stopped before it could start. */
  | { readonly status: 'SKIPPED'; readonly because?: ResolvedFlow }
  /** The update was stopped while it ran. */
  | { readonly status: 'STOPPED' }

/**
 * Runs flows in the graph's order: each when all flows that write what it reads have completed, independent ones side by
 * side, at most `concurrency` at once. A failed flow skips those behind it and spares the others. `execute` throws for
 * failure; `ended` is called for every flow.
 */
export async function runFlows<Outcome>(options: {
  readonly graph: ResolvedGraph
  readonly flows: readonly ResolvedFlow[]
  readonly concurrency: number
  readonly signal: AbortSignal
  readonly execute: (flow: ResolvedFlow) => Promise<Outcome>
  readonly ended: (flow: ResolvedFlow, end: FlowEnd<Outcome>) => void
}): Promise<Map<ResolvedFlow, FlowEnd<Outcome>>> {
  const { flows, signal } = options
  const upstream = dependencies(options.graph, flows)
  const ends = new Map<ResolvedFlow, FlowEnd<Outcome>>()
  const running = new Map<ResolvedFlow, Promise<void>>()
  const finish = (flow: ResolvedFlow, end: FlowEnd<Outcome>) => {
    ends.set(flow, end)
    options.ended(flow, end)
  }
  const start = async (flow: ResolvedFlow) => {
    try {
      finish(flow, { status: 'COMPLETED', outcome: await options.execute(flow) })
    } catch (error) {
      finish(flow, signal.aborted ? { status: 'STOPPED' } : { status: 'FAILED', error })
    } finally {
      running.delete(flow)
    }
  }
  for (;;) {
    for (const flow of flows) {
      if (ends.has(flow) || running.has(flow)) continue
      const next = nextStep(upstream.get(flow)!, ends)
      if (signal.aborted) finish(flow, { status: 'SKIPPED' })
      else if (next === 'run' && running.size < options.concurrency) running.set(flow, start(flow))
      else if (typeof next === 'object') finish(flow, { status: 'SKIPPED', because: next })
    }
    if (running.size > 0) await Promise.race(running.values())
    else if (flows.every((flow) => ends.has(flow))) return ends
  }
}

/** Whether a flow can run now; the flow whose end forbids it. */
function nextStep<Outcome>(
  upstream: readonly ResolvedFlow[],
  ends: ReadonlyMap<ResolvedFlow, FlowEnd<Outcome>>,
): 'run' | 'wait' | ResolvedFlow {
  const broken = upstream.find((each) => {
    const end = ends.get(each)
    return end !== undefined && end.status !== 'COMPLETED'
  })
  if (broken !== undefined) return broken
  return upstream.every((each) => ends.has(each)) ? 'run' : 'wait'
}

/** For each flow, those of `flows` that write a table it reads, directly or through views. */
function dependencies(
  graph: ResolvedGraph,
  flows: readonly ResolvedFlow[],
): Map<ResolvedFlow, readonly ResolvedFlow[]> {
  const producers = new Map<string, ResolvedFlow[]>()
  for (const flow of flows) {
    for (const table of tablesWritten(flow, graph)) {
      producers.set(table, [...(producers.get(table) ?? []), flow])
    }
  }
  return new Map(
    flows.map((flow) => {
      const inputs = tablesRead(flow, graph)
      const upstream = new Set([...inputs].flatMap((table) => producers.get(table) ?? []))
      upstream.delete(flow)
      return [flow, [...upstream]]
    }),
  )
}

/** Tables of the pipeline that a flow reads, directly or through views. */
export function tablesRead(flow: ResolvedFlow, graph: ResolvedGraph): Set<string> {
  const views = [...viewsBelow(flow, graph)]
  const readers = [flow, ...views.flatMap((each) => flowsInto(graph, each))]
  const inputs = new Set(readers.flatMap((each) => each.inputs))
  for (const view of views) inputs.delete(view)
  return inputs
}

/** A flow's target, its quarantine, and the quarantines of the views whose rules it counts. */
export function tablesWritten(flow: ResolvedFlow, graph: ResolvedGraph): string[] {
  const counted = [flow.target, ...viewsBelow(flow, graph)].filter((each) => countsRulesOf(flow, each, graph))
  const quarantines = counted.map((each) => datasetOf(graph, each).quarantine)
  return [flow.target, ...quarantines.filter((each) => each !== undefined)]
}
