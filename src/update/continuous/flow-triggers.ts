import { join } from 'node:path'
import type { ResolvedFlow, ResolvedGraph } from '../../graph/resolved-graph.ts'
import { tableProperty } from '../../graph/table-properties.ts'
import type { Relation } from '../../plan/relation.ts'
import { formatTableName } from '../../plan/table-name.ts'
import { settingValue } from '../../settings/settings.ts'
import { sourcePath } from '../../sources/cloud-files/source-path.ts'
import { isFiles } from '../../sources/is-files.ts'
import { datasetOf } from '../graph-index.ts'
import { type Leaf, leavesOf } from '../inputs/flow-inputs.ts'
import { flowQuery, inlineViews } from '../inputs/inline.ts'
import { tableStorage } from '../inputs/input-factory.ts'
import type { UpdateRun } from '../run.ts'
import { tablesRead, tablesWritten } from '../scheduler.ts'
import type { AgendaFlow } from './agenda.ts'

/** What makes a flow of a continuous update run. */
export interface FlowTriggers extends AgendaFlow {
  readonly flow: ResolvedFlow
  /** Identifiers of tables that flows of this update write. */
  readonly tables: ReadonlySet<string>
  readonly folders: readonly WatchedFolder[]
  /** Milliseconds after which it runs though nothing that is watched has changed; undefined: never. */
  readonly asksEveryMs: number | undefined
}

/** Files that land, or the log of a table that others write. */
export interface WatchedFolder {
  readonly kind: 'files' | 'log'
  /** Absolute. */
  readonly path: string
}

const INTERVAL_KEY = 'pipelines.trigger.interval'
/** Nobody can watch what a function of the user's looks at for the next snapshot. Milliseconds. */
const ASKS_EVERY_MS = 10_000

/** The triggers of an update's flows. Throws PIPELINE_SPEC_INVALID_FIELD for an interval that is no length of time. */
export function flowTriggers(run: UpdateRun, flows: readonly ResolvedFlow[]): FlowTriggers[] {
  const { graph } = run
  const producers = producersOf(flows, graph)
  const upstream = new Map(
    flows.map((flow) => [flow.identifier, producing(tablesRead(flow, graph), producers)]),
  )
  return flows.map((flow) => {
    const leaves = queriesOf(flow, graph).flatMap(leavesOf)
    const tables = tablesRead(flow, graph)
    const intervalMs = intervalOf(flow, graph)
    return {
      id: flow.identifier,
      flow,
      tables: new Set([...tables].filter((each) => producers.has(each))),
      folders: flow.once ? [] : leaves.flatMap((leaf) => foldersOf(run, leaf, producers)),
      waitsFor: waitsFor(flow, { leaves, takesAll: intervalMs !== undefined }, producers, upstream),
      intervalMs,
      asksEveryMs: flow.snapshots?.source.kind === 'function' ? (intervalMs ?? ASKS_EVERY_MS) : undefined,
      isRecomputed: flow.kind === 'materialized_view' || flow.kind === 'auto_cdc_snapshot',
    }
  })
}

/** The flow's query, and the one that gives the next version of its snapshots. */
function queriesOf(flow: ResolvedFlow, graph: ResolvedGraph): Relation[] {
  const source = flow.snapshots?.source
  const query = flowQuery(flow, graph)
  return source?.kind === 'versions' ? [query, inlineViews(source.version, graph)] : [query]
}

/** The flows that write each table, by its identifier. */
function producersOf(
  flows: readonly ResolvedFlow[],
  graph: ResolvedGraph,
): ReadonlyMap<string, readonly ResolvedFlow[]> {
  const producers = new Map<string, ResolvedFlow[]>()
  for (const flow of flows) {
    for (const table of tablesWritten(flow, graph)) {
      producers.set(table, [...(producers.get(table) ?? []), flow])
    }
  }
  return producers
}

function producing(
  tables: Iterable<string>,
  producers: ReadonlyMap<string, readonly ResolvedFlow[]>,
): readonly string[] {
  return [...tables].flatMap((table) => producers.get(table) ?? []).map((each) => each.identifier)
}

/**
 * All flows above what is read as it stands; with `takesAll` also above its streams: a flow with an interval, whose next
 * chance is far, takes what is on its way.
 */
function waitsFor(
  flow: ResolvedFlow,
  { leaves, takesAll }: { readonly leaves: readonly Leaf[]; readonly takesAll: boolean },
  producers: ReadonlyMap<string, readonly ResolvedFlow[]>,
  upstream: ReadonlyMap<string, readonly string[]>,
): string[] {
  const awaited = leaves.filter((leaf) => (takesAll || !leaf.isStreaming) && leaf.kind === 'Read')
  const names = awaited.map((leaf) => formatTableName(leaf.kind === 'Read' ? leaf.name : []))
  const found = new Set<string>()
  const visit = (ids: readonly string[]) => {
    for (const id of ids) {
      if (found.has(id)) continue
      found.add(id)
      visit(upstream.get(id)!)
    }
  }
  visit(producing(names, producers))
  found.delete(flow.identifier)
  return [...found]
}

function foldersOf(
  run: UpdateRun,
  leaf: Leaf,
  producers: ReadonlyMap<string, readonly ResolvedFlow[]>,
): WatchedFolder[] {
  if (isFiles(leaf)) {
    return leaf.paths.map((path) => ({ kind: 'files', path: sourcePath(path, run.project.folder).root }))
  }
  if (leaf.kind === 'Read' && producers.has(formatTableName(leaf.name))) return []
  return [{ kind: 'log', path: join(tableStorage(run, leaf).name, '_delta_log') }]
}

/** Milliseconds; undefined where none is set. The table's own property comes before the configuration. */
function intervalOf(flow: ResolvedFlow, graph: ResolvedGraph): number | undefined {
  const ofTable = tableProperty(datasetOf(graph, flow.target).tableProperties, INTERVAL_KEY)
  const text = ofTable ?? flow.configuration[INTERVAL_KEY]
  return text === undefined ? undefined : Number(settingValue(INTERVAL_KEY, text) / 1000n)
}
