import { bindScans, type ScannedVersion } from '../../delta/index.ts'
import { PipelineError } from '../../errors/index.ts'
import type { ResolvedFlow } from '../../graph/resolved-graph.ts'
import type { DataSource, Read, Relation, Scan } from '../../plan/relation.ts'
import { transform, walk } from '../../plan/rewrite.ts'
import type { Offset, Source } from '../../sources/source.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'

/** A flow's query with views inlined, and where the rows of each of its leaves come from. */
export interface FlowInputs {
  readonly query: Relation
  readonly streams: readonly StreamInput[]
  readonly statics: readonly StaticInput[]
}

export interface StreamInput {
  readonly leaf: Leaf
  /** Recognises the source in the checkpoint: a table's name or a path. */
  readonly name: string
  readonly source: Source
}

/** A leaf that is read as it stands: pinned when a batch begins, bound to the same rows ever after. */
export interface StaticInput {
  readonly leaf: Leaf
  /** Recognises what is read in batch records: a table's name, with the version that it asks for; a folder and how it is read. */
  readonly name: string
  /** What it is now: a table's version or a listing of files, plain JSON. */
  readonly pin: () => Promise<unknown>
  readonly bind: (pinned: unknown) => Promise<BoundInput>
  /** Whether two pins that differ have the same rows all the same; absent where they never do. */
  readonly isSame?: (before: unknown, now: unknown) => Promise<boolean>
}

export interface BoundInput {
  readonly scan: Scan
  /** Of a table: the scan's files are chosen once the query around it is bound. */
  readonly version?: ScannedVersion
}

export type Leaf = Read | DataSource

/** Makes the source of a streaming leaf, or the pin of a static one. */
export interface InputFactory {
  /** `index` counts the query's streams from 0: what a source keeps in the checkpoint stays its own by it. */
  stream(leaf: Leaf, index: number): Source
  static(leaf: Leaf): StaticInput
}

export function flowInputs(query: Relation, factory: InputFactory): FlowInputs {
  const leaves = leavesOf(query)
  const streams = leaves.filter((leaf) => leaf.isStreaming)
  const statics = leaves.filter((leaf) => !leaf.isStreaming)
  return {
    query,
    streams: streams.map((leaf, i) => ({ leaf, name: leafName(leaf), source: factory.stream(leaf, i) })),
    statics: statics.map((leaf) => factory.static(leaf)),
  }
}

/** The tables and files of a query with views inlined. A name of one part is that of a common table expression. */
export function leavesOf(query: Relation): readonly Leaf[] {
  const leaves = new Set<Leaf>()
  for (const node of walk(query)) {
    if (node.kind === 'DataSource' || (node.kind === 'Read' && node.name.length > 1)) leaves.add(node)
  }
  return [...leaves]
}

export function leafName(leaf: Leaf): string {
  return leaf.kind === 'Read' ? leaf.name.join('.') : leaf.paths.join(',')
}

/** What the static leaves are now, by name; those that are `pinned` already stay as they are. */
export async function pinStatics(
  { statics }: FlowInputs,
  pinned: Readonly<Record<string, unknown>> = {},
): Promise<Record<string, unknown>> {
  const pins = { ...pinned }
  for (const { name, pin } of statics) if (!(name in pins)) pins[name] = await pin()
  return pins
}

/** Whether the static leaves have the rows that they had: by their pins, or where these differ by what lies between. */
export async function sameStatics(
  { statics }: FlowInputs,
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  if (JSON.stringify(Object.keys(before)) !== JSON.stringify(Object.keys(now))) return false
  for (const { name, isSame } of statics) {
    if (JSON.stringify(before[name]) === JSON.stringify(now[name])) continue
    if ((await isSame?.(before[name], now[name])) !== true) return false
  }
  return true
}

/**
 * The query over the rows that a batch record names; of tables, the files that it needs. Where the query has changed since
 * the batch began and did not end, what it now reads beside is read as it stands.
 */
export async function bindBatch(inputs: FlowInputs, record: BatchRecord): Promise<Relation> {
  const scans = new Map<Relation, Scan>()
  for (const [i, { leaf, source }] of inputs.streams.entries()) {
    const range = record.sources[i]?.range
    scans.set(leaf, range === undefined ? await emptyScan(source) : await rangeScan(source, range))
  }
  const versions = new Map<Scan, ScannedVersion>()
  const pins = await pinStatics(inputs, record.statics)
  for (const each of inputs.statics) {
    const { scan, version } = await each.bind(pins[each.name])
    scans.set(each.leaf, scan)
    if (version !== undefined) versions.set(scan, version)
  }
  const bound = transform(inputs.query, (node) => {
    const scan = scans.get(node)
    return scan === undefined ? node : named(scan, node as Leaf)
  })
  return bindScans(bound, versions, { timestampMicros: record.timestampMicros })
}

/** Throws STREAMING_SOURCES_CHANGED when a checkpoint belongs to a query with other sources. */
export function checkSources(
  flow: Pick<ResolvedFlow, 'identifier' | 'target'>,
  inputs: FlowInputs,
  last: BatchRecord | undefined,
): void {
  if (last === undefined) return
  const before = last.sources.map((each) => each.source)
  const now = inputs.streams.map((each) => each.name)
  if (before.length === now.length && before.every((name, i) => name === now[i])) return
  throw new PipelineError('STREAMING_SOURCES_CHANGED', {
    flow: flow.identifier,
    table: flow.target,
    checkpointSources: before.join(', '),
    querySources: now.join(', '),
  })
}

/** Where each source stands after a batch; undefined where it has given nothing yet. */
export function endsOf(record: BatchRecord | undefined): readonly (Offset | undefined)[] {
  return record?.sources.map((each) => each.end) ?? []
}

async function rangeScan(source: Source, range: unknown): Promise<Scan> {
  const { input, schema, hidden } = await source.read(range)
  return { kind: 'Scan', input, schema, hidden, isStreaming: true }
}

async function emptyScan(source: Source): Promise<Scan> {
  const { schema, hidden } = await source.schema()
  return { kind: 'Scan', input: { kind: 'parquet', paths: [] }, schema, hidden, isStreaming: true }
}

/** A table's columns can be reached through its name. */
function named(scan: Scan, leaf: Leaf): Relation {
  if (leaf.kind === 'DataSource') return scan
  return { kind: 'SubqueryAlias', input: scan, alias: leaf.name.at(-1)!, position: leaf.position }
}
