import { nearest, PipelineError } from '../errors/index.ts'
import type { ResolvedDataset, ResolvedFlow, ResolvedGraph } from '../graph/resolved-graph.ts'
import { isResetAllowed } from '../graph/table-properties.ts'
import { datasetOf, isView } from './graph-index.ts'
import type { UpdateRequest } from './update-api.ts'

/** What an update does with each table of the pipeline, by identifier. */
export interface Selection {
  readonly refresh: ReadonlySet<string>
  readonly fullRefresh: ReadonlySet<string>
  /** Tables that a full refresh of everything leaves their rows, because of `pipelines.reset.allowed`. */
  readonly spared: readonly string[]
  /** Flows whose checkpoints are reset, whether their tables run or not. */
  readonly resetFlows: readonly ResolvedFlow[]
}

/**
 * Resolves the names of a request against the graph: nothing named is everything, only
 * what is named runs. Throws for unknown names, for a name in both lists, for a table that may not be reset but is named, and for
 * a flow that has no checkpoint.
 */
export function selectTables(request: UpdateRequest, graph: ResolvedGraph): Selection {
  const resetFlows = flowsNamed(request.resetCheckpoints ?? [], graph)
  return { ...refreshesOf(request, graph), resetFlows }
}

function refreshesOf(request: UpdateRequest, graph: ResolvedGraph): Omit<Selection, 'resetFlows'> {
  const tables = graph.datasets.filter((each) => !isView(each))
  const wanted = named(request.refresh ?? [], tables)
  const wantedFull = named(request.fullRefresh ?? [], tables)
  const both = [...wanted].filter((each) => wantedFull.has(each))
  if (both.length > 0) throw new PipelineError('OVERLAPPING_REFRESH_SELECTIONS', { names: both.join(', ') })
  for (const table of tables) {
    if (wantedFull.has(table.identifier) && !isResetAllowed(table.tableProperties)) {
      throw new PipelineError(
        'FULL_REFRESH_NOT_ALLOWED',
        { tableName: table.identifier },
        { position: table.position, dataset: table.identifier },
      )
    }
  }
  if (request.fullRefreshAll === true) return everythingFull(tables)
  if (wanted.size === 0 && wantedFull.size === 0) {
    return { refresh: new Set(tables.map((each) => each.identifier)), fullRefresh: new Set(), spared: [] }
  }
  return { refresh: wanted, fullRefresh: wantedFull, spared: [] }
}

function everythingFull(tables: readonly ResolvedDataset[]): Omit<Selection, 'resetFlows'> {
  const spared = tables.filter((each) => !isResetAllowed(each.tableProperties)).map((each) => each.identifier)
  return {
    refresh: new Set(spared),
    fullRefresh: new Set(tables.map((each) => each.identifier).filter((each) => !spared.includes(each))),
    spared,
  }
}

function named(names: readonly string[], tables: readonly ResolvedDataset[]): Set<string> {
  return new Set(
    names.map((name) => {
      const key = name.toLowerCase().replace(/^live\./, '')
      const found = tables.find(
        (each) => each.identifier.toLowerCase() === key || each.name.toLowerCase() === key,
      )
      if (found !== undefined) return found.identifier
      throw new PipelineError('UNKNOWN_DATASET_SELECTED', {
        name,
        suggestion: suggestion(name, tables, 'tables'),
      })
    }),
  )
}

/** Flows by their name, or by catalog and schema too. Throws UNKNOWN_FLOW_SELECTED and FLOW_WITHOUT_CHECKPOINT. */
function flowsNamed(names: readonly string[], graph: ResolvedGraph): ResolvedFlow[] {
  const flows = new Set<ResolvedFlow>()
  for (const name of names) {
    const key = name.toLowerCase().replace(/^live\./, '')
    const found = graph.flows.find(
      (each) => each.identifier.toLowerCase() === key || each.name.toLowerCase() === key,
    )
    if (found === undefined) {
      const streaming = graph.flows.filter((each) => remembers(each))
      throw new PipelineError('UNKNOWN_FLOW_SELECTED', {
        name,
        suggestion: suggestion(name, streaming, 'flows'),
      })
    }
    if (!remembers(found)) {
      const kind = datasetOf(graph, found.target).kind.replace('_', ' ')
      throw new PipelineError('FLOW_WITHOUT_CHECKPOINT', { flow: found.name, kind, table: found.target })
    }
    flows.add(found)
  }
  return [...flows]
}

function remembers({ kind }: ResolvedFlow): boolean {
  return kind !== 'view' && kind !== 'materialized_view'
}

function suggestion(name: string, candidates: readonly { readonly name: string }[], kind: string): string {
  const names = candidates.map((each) => each.name)
  const near = nearest(name, names)
  return near === undefined ? `Its ${kind} are: ${names.join(', ')}.` : `Did you mean '${near}'?`
}
