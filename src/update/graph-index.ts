import type { ResolvedDataset, ResolvedFlow, ResolvedGraph } from '../graph/resolved-graph.ts'

/** Look-ups over a resolved graph, made once for each: a pipeline may hold thousands of datasets. */
interface GraphIndex {
  readonly datasets: ReadonlyMap<string, ResolvedDataset>
  /** By identifier in lower case. */
  readonly views: ReadonlyMap<string, ResolvedDataset>
  readonly flowsInto: ReadonlyMap<string, readonly ResolvedFlow[]>
  /** Identifiers of the views that each flow reads, directly or through other views. */
  readonly viewsBelow: Map<ResolvedFlow, ReadonlySet<string>>
  /** The flow that counts a view's rules, by the view. */
  countingFlows?: ReadonlyMap<string, ResolvedFlow>
}

const indexes = new WeakMap<ResolvedGraph, GraphIndex>()

export function datasetOf(graph: ResolvedGraph, identifier: string): ResolvedDataset {
  return indexOf(graph).datasets.get(identifier)!
}

/** The flows that write a table, or the one that defines a view. */
export function flowsInto(graph: ResolvedGraph, identifier: string): readonly ResolvedFlow[] {
  return indexOf(graph).flowsInto.get(identifier) ?? []
}

/** The flow in its form of the newest graph. */
export function currentFlow(graph: ResolvedGraph, flow: ResolvedFlow): ResolvedFlow {
  return flowsInto(graph, flow.target).find((each) => each.identifier === flow.identifier)!
}

/** The view with that identifier, compared without case. */
export function viewNamed(graph: ResolvedGraph, name: string): ResolvedDataset | undefined {
  return indexOf(graph).views.get(name.toLowerCase())
}

/** A table of the pipeline's own. */
export function isTable({ kind }: ResolvedDataset): boolean {
  return kind === 'streaming_table' || kind === 'materialized_view'
}

export function isView(dataset: ResolvedDataset): boolean {
  return dataset.kind === 'temporary_view' || dataset.kind === 'persisted_view'
}

/** Identifiers of all views that a flow reads, directly or through other views. */
export function viewsBelow(flow: ResolvedFlow, graph: ResolvedGraph): ReadonlySet<string> {
  const { datasets, viewsBelow: known } = indexOf(graph)
  const before = known.get(flow)
  if (before !== undefined) return before
  const found = new Set<string>()
  const visit = (inputs: readonly string[]) => {
    for (const input of inputs) {
      if (found.has(input) || !isView(datasets.get(input)!)) continue
      found.add(input)
      for (const each of flowsInto(graph, input)) visit(each.inputs)
    }
  }
  visit(flow.inputs)
  known.set(flow, found)
  return found
}

/**
 * Whether a flow counts the rules of a dataset: those of its target, and of a view when it is the first, in the graph's
 * order, of the flows that read it, so that each row is reported, and quarantined, once.
 */
export function countsRulesOf(flow: ResolvedFlow, dataset: string, graph: ResolvedGraph): boolean {
  if (dataset === flow.target) return true
  const index = indexOf(graph)
  index.countingFlows ??= countingFlows(graph)
  return index.countingFlows.get(dataset)?.identifier === flow.identifier
}

function countingFlows(graph: ResolvedGraph): ReadonlyMap<string, ResolvedFlow> {
  const counting = new Map<string, ResolvedFlow>()
  for (const flow of graph.flows) {
    if (flow.kind === 'view') continue
    for (const view of viewsBelow(flow, graph)) if (!counting.has(view)) counting.set(view, flow)
  }
  return counting
}

function indexOf(graph: ResolvedGraph): GraphIndex {
  const known = indexes.get(graph)
  if (known !== undefined) return known
  const into = new Map<string, ResolvedFlow[]>()
  for (const flow of graph.flows) into.set(flow.target, [...(into.get(flow.target) ?? []), flow])
  const index: GraphIndex = {
    datasets: new Map(graph.datasets.map((each) => [each.identifier, each])),
    views: new Map(graph.datasets.filter(isView).map((each) => [each.identifier.toLowerCase(), each])),
    flowsInto: into,
    viewsBelow: new Map(),
  }
  indexes.set(graph, index)
  return index
}
