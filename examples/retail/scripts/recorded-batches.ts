import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const silverSales = 'warehouse/main/retail/silver_sales'

/** What a batch of the facts' flow read. */
export interface RecordedBatch {
  readonly batchId: number
  /** Versions of the dimensions' tables, by their short names. */
  readonly dimensions: Readonly<Record<string, number>>
  /** What the batch took of silver_sales, each as a query can name it: the table as it stood at a version, or a data file. */
  readonly sales: readonly string[]
}

export interface RecordedFlow {
  /** Names the flow until its table is fully refreshed. */
  readonly flowId: string
  /** In order; the checkpoint keeps the newest, a hundred unless told otherwise. */
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
      `Batches ${after(flowId) + 1} to ${first - 1} are no longer recorded: reconcile in time, or let the checkpoint keep more (spark.sql.streaming.minBatchesToRetain).`,
    )
  }
  return { flowId, batches: wanted.map((name) => recordedBatch(json(join(offsets, name)))) }
}

function recordedBatch({ batchId, sources, statics }: BatchFile): RecordedBatch {
  const dimensions = Object.entries(statics).map(([name, version]) => [name.split('.').at(-1), version])
  return {
    batchId,
    dimensions: Object.fromEntries(dimensions),
    sales: sources.flatMap(({ range }) => (range === undefined ? [] : salesIn(range))),
  }
}

/** A stream begins with the table as it stands: without the files that a full refresh has removed. Whole commits follow. */
function salesIn({ from, to }: { readonly from: Offset; readonly to: Offset }): string[] {
  if (to.index !== -1) throw new Error('A batch ends within a commit.')
  const { reservoirVersion: version, isInitialSnapshot } = from
  const sales = isInitialSnapshot ? [`delta.\`${silverSales}\` VERSION AS OF ${version}`] : []
  for (let next = isInitialSnapshot ? version + 1 : version; next < to.reservoirVersion; next++) {
    sales.push(...filesAdded(next).map((file) => `parquet.\`${file}\``))
  }
  return sales
}

/** The data files with which a commit appended to silver_sales. */
function filesAdded(version: number): string[] {
  const commit = join(silverSales, '_delta_log', `${String(version).padStart(20, '0')}.json`)
  const lines = readFileSync(commit, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  return lines.flatMap((line) => {
    const { add } = JSON.parse(line) as { add?: { path: string; dataChange: boolean } }
    return add?.dataChange === true ? [join(silverSales, decodeURIComponent(add.path))] : []
  })
}

function json<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T
}
