import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const silverSales = 'warehouse/main/retail/silver_sales'

/** What a batch of the facts' flow read. */
export interface RecordedBatch {
  readonly batchId: number
  /** Versions of the dimensions' tables, by their short names. */
  readonly dimensions: Readonly<Record<string, number>>
  /** What the batch took of silver_sales, each as a query can name it: the table as it stood at a version, or files of it. */
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
  /** Each table that it read as it stood. */
  readonly statics: Readonly<Record<string, { readonly version: number }>>
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
  const dimensions = Object.entries(statics).map(([name, { version }]) => [name.split('.').at(-1), version])
  return {
    batchId,
    dimensions: Object.fromEntries(dimensions),
    sales: sources.flatMap(({ range }) => (range === undefined ? [] : salesIn(range))),
  }
}

/** A stream begins with the table as it stands, without the files that a full refresh has removed. Commits follow. */
function salesIn({ from, to }: { readonly from: Offset; readonly to: Offset }): string[] {
  const sales: string[] = []
  for (let version = from.reservoirVersion; version <= to.reservoirVersion; version++) {
    const after = version === from.reservoirVersion ? from.index : -1
    const last = version === to.reservoirVersion ? to.index : Number.POSITIVE_INFINITY
    if (from.isInitialSnapshot && version === from.reservoirVersion)
      sales.push(standing(version, after, last))
    else sales.push(...filesAdded(version, after, last))
  }
  return sales
}

/** The table as it stood at a version: the files behind `after` up to `last`, oldest first, where a batch took only some. */
function standing(version: number, after: number, last: number): string {
  const table = `delta.\`${silverSales}\` VERSION AS OF ${version}`
  if (after < 0 && last === Number.POSITIVE_INFINITY) return table
  const place = 'dense_rank() OVER (ORDER BY _metadata.file_modification_time, _metadata.file_path) - 1'
  const isTaken = `place > ${after}${last === Number.POSITIVE_INFINITY ? '' : ` AND place <= ${last}`}`
  return `(SELECT * EXCEPT (place) FROM (SELECT *, ${place} AS place FROM ${table}) WHERE ${isTaken})`
}

/** The data files with which a commit appended to silver_sales: those behind `after` up to `last`. */
function filesAdded(version: number, after: number, last: number): string[] {
  if (last < 0) return []
  const commit = join(silverSales, '_delta_log', `${String(version).padStart(20, '0')}.json`)
  const lines = readFileSync(commit, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  const files = lines.flatMap((line) => {
    const { add } = JSON.parse(line) as { add?: { path: string; dataChange: boolean } }
    return add?.dataChange === true ? [join(silverSales, decodeURIComponent(add.path))] : []
  })
  return files.slice(after + 1, last + 1).map((file) => `parquet.\`${file}\``)
}

function json<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T
}
