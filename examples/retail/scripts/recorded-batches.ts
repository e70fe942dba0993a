import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a batch of the facts' flow read. */
export interface RecordedBatch {
  readonly batchId: number
  /** Versions of the dimensions' tables, by their short names. */
  readonly dimensions: Readonly<Record<string, number>>
  /** Data files that the batch's commits added to silver_sales. */
  readonly files: readonly string[]
}

export interface RecordedFlow {
  /** Names the flow until its table is fully refreshed. */
  readonly flowId: string
  /** In order; the checkpoint keeps the newest hundred at least. */
  readonly batches: readonly RecordedBatch[]
}

interface Offset {
  readonly reservoirVersion: number
  readonly index: number
  readonly isInitialSnapshot: boolean
}

interface BatchFile {
  readonly batchId: number
  readonly sources: readonly { readonly range?: { readonly from: Offset; readonly to: Offset } }[]
  /** The version of each table that it read as it stood. */
  readonly statics: Readonly<Record<string, number>>
}

/** Reads the batches of `gold_sales_facts` behind those that are known, as the checkpoint recorded them before they ran; none before the first. */
export function recordedFlow(after: (flowId: string) => number): RecordedFlow {
  const flow = '.millrace/checkpoints/main%2Eretail%2Egold_sales_facts/gold_sales_facts'
  if (!existsSync(flow)) return { flowId: 'none', batches: [] }
  const version = Math.max(
    ...readdirSync(flow)
      .flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? [])
      .map(Number),
  )
  const { flowId } = json<{ flowId: string }>(join(flow, `${version}.json`))
  const offsets = join(flow, String(version), 'offsets')
  const files = readdirSync(offsets)
    .filter((name) => name.endsWith('.json'))
    .sort()
  const wanted = files.filter((name) => Number.parseInt(name, 10) > after(flowId))
  const first = Number.parseInt(wanted[0] ?? '', 10)
  if (first > after(flowId) + 1) {
    throw new Error(
      `Batches ${after(flowId) + 1} to ${first - 1} are no longer recorded: reconcile at least every hundred batches.`,
    )
  }
  return { flowId, batches: wanted.map((name) => recordedBatch(json(join(offsets, name)))) }
}

function recordedBatch({ batchId, sources, statics }: BatchFile): RecordedBatch {
  const dimensions = Object.entries(statics).map(([name, version]) => [name.split('.').at(-1), version])
  return {
    batchId,
    dimensions: Object.fromEntries(dimensions),
    files: sources.flatMap(({ range }) => (range === undefined ? [] : filesOf(range))),
  }
}

/** The files of whole commits, from the log of silver_sales: the first batch has all from its beginning. */
function filesOf({ from, to }: { readonly from: Offset; readonly to: Offset }): string[] {
  if (to.index !== -1) throw new Error('A batch ends within a commit.')
  const table = 'warehouse/main/retail/silver_sales'
  const files: string[] = []
  for (
    let version = from.isInitialSnapshot ? 0 : from.reservoirVersion;
    version < to.reservoirVersion;
    version++
  ) {
    const commit = readFileSync(
      join(table, '_delta_log', `${String(version).padStart(20, '0')}.json`),
      'utf8',
    )
    for (const line of commit.split('\n').filter((each) => each !== '')) {
      const { add } = JSON.parse(line) as { add?: { path: string; dataChange: boolean } }
      if (add?.dataChange === true) files.push(join(table, decodeURIComponent(add.path)))
    }
  }
  return files
}

function json<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T
}
