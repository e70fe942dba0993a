import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { executeSql, type OutputRow } from '../../src/delta-table/index.ts'
import { measureProcess } from '../measure.ts'
import { BIN } from '../orders-pipeline.ts'

export interface HistoryPipeline {
  readonly folder: string
  /** A Delta table of change events, one file a batch. */
  readonly events: string
  readonly deletionVectors: boolean
}

/** What one update did. */
export interface HistoryRun {
  readonly updateMs: number
  readonly peakMiB: number | undefined
}

/** What both sides must find in the history: rows, and sums over them. */
export interface HistoryFacts {
  readonly rows: string
  readonly open: string
  readonly starts: string
  readonly ends: string
  readonly amounts: string
}

/** The facts as a SELECT list, in SQL that Spark and DuckDB share. */
export const FACTS = `CAST(count(*) AS STRING) AS rows,
  CAST(sum(CASE WHEN __END_AT IS NULL THEN 1 ELSE 0 END) AS STRING) AS open,
  CAST(sum(CAST(__START_AT AS DECIMAL(38, 0))) AS STRING) AS starts,
  CAST(sum(CAST(__END_AT AS DECIMAL(38, 0))) AS STRING) AS ends,
  CAST(sum(amount) AS STRING) AS amounts`

/** Writes a pipeline that keeps the history of the events' rows as SCD type 2. */
export function writeHistoryPipeline({ folder, events, deletionVectors }: HistoryPipeline): void {
  mkdirSync(join(folder, 'transformations'), { recursive: true })
  writeFileSync(join(folder, 'pipeline.yml'), 'name: scd2\ncatalog: main\nschema: bench\n')
  writeFileSync(
    join(folder, 'transformations/history.ts'),
    `import { autoCdcFlow, readStream, streamingTable, temporaryView } from 'millrace'

const events = temporaryView('events', () =>
  readStream.format('delta').option('maxFilesPerTrigger', 1).load('${events}'))

const history = streamingTable('history', {
  tableProperties: { 'delta.enableDeletionVectors': '${deletionVectors}' },
})

autoCdcFlow({
  target: history,
  source: events,
  keys: ['id'],
  sequenceBy: 'seq',
  applyAsDeletes: "op = 'D'",
  exceptColumnList: ['op', 'seq'],
  storedAsScdType: 2,
})
`,
  )
}

/** One update, in a process of its own. */
export async function runHistory(folder: string): Promise<HistoryRun> {
  const bin = resolve(process.env.BENCH_BIN ?? BIN)
  const measured = await measureProcess([bin, 'run', '--output', 'json'], { cwd: folder })
  const { duration_ms } = JSON.parse(measured.stdout) as { duration_ms: number }
  return { updateMs: duration_ms, peakMiB: measured.peakMiB }
}

/** The path of the pipeline's target. */
export const targetOf = (folder: string): string => join(folder, 'warehouse/main/bench/history')

export async function factsOf(folder: string): Promise<HistoryFacts> {
  const [facts] = await executeSql(`SELECT ${FACTS} FROM delta.\`${targetOf(folder)}\``)
  return facts as unknown as HistoryFacts
}

/** The data files of the target and what they weigh. */
export async function sizeOf(folder: string): Promise<{ files: number; MiB: number }> {
  const [detail] = await executeSql(`DESCRIBE DETAIL delta.\`${targetOf(folder)}\``)
  return { files: Number(detail!.numFiles), MiB: Number(detail!.sizeInBytes) / 2 ** 20 }
}

/** A commit that applied a batch to the target. */
export interface BatchCommit {
  readonly atMs: number
  readonly filesRemoved: number
}

/** The commits that applied batches, oldest first; those of maintenance are none. */
export async function batchCommits(folder: string): Promise<BatchCommit[]> {
  const history = await executeSql(`DESCRIBE HISTORY delta.\`${targetOf(folder)}\``)
  return history
    .filter((each) => ['MERGE', 'STREAMING UPDATE'].includes(String(each.operation)))
    .map((each) => commitOf(folder, each))
    .toReversed()
}

function commitOf(folder: string, { version, operationMetrics }: OutputRow): BatchCommit {
  const name = `${String(version).padStart(20, '0')}.json`
  const metrics = operationMetrics as ReadonlyMap<string, string>
  return {
    atMs: statSync(join(targetOf(folder), '_delta_log', name)).mtimeMs,
    filesRemoved: Number(metrics.get('numTargetFilesRemoved') ?? metrics.get('numRemovedFiles') ?? 0),
  }
}
