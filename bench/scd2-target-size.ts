/**
 * What does a batch of 50,000 change events cost, into targets of 0.1, 1 and 10 million rows (SCD type 2)? With keys beside each other and
 * of everywhere, copy-on-write and with deletion vectors. `node bench/scd2-target-size.ts [batch] [rows ...]`. A target is loaded by
 * the first update, which maintains it; the second applies eight batches, whose commits are measured from one to the next.
 */
import { join } from 'node:path'
import { DeltaTable, read } from '../src/delta-table/index.ts'
import { benchFolder } from './delta/contest.ts'
import { median, printTable } from './measure.ts'
import { eventsFile } from './scd2/change-events.ts'
import { batchCommits, runHistory, sizeOf, writeHistoryPipeline } from './scd2/history-pipeline.ts'

const BATCHES = 8
const batch = Number(process.argv[2] ?? 50_000)
const targets = process.argv.length > 3 ? process.argv.slice(3).map(Number) : [100_000, 1_000_000, 10_000_000]

const folder = benchFolder()
const lines: string[][] = []
for (const rows of targets) {
  for (const deletionVectors of [false, true]) {
    for (const spread of ['local', 'random'] as const) lines.push(await line(rows, spread, deletionVectors))
  }
}
console.log(`\nBatches of ${batch} events; medians`)
printTable(['', 'load ms', 'files', 'MiB', 'batch ms', 'files rewritten', 'peak MiB'], lines)

async function line(rows: number, spread: 'local' | 'random', deletionVectors: boolean): Promise<string[]> {
  const name = `${rows} rows, ${spread} keys${deletionVectors ? ', deletion vectors' : ''}`
  const pipeline = join(folder, name.replaceAll(/\W+/g, '-'))
  const events = `${pipeline}-events`
  writeHistoryPipeline({ folder: pipeline, events, deletionVectors })
  await using source = await DeltaTable.create(events)
    .addColumns('id BIGINT, seq BIGINT, op STRING, name STRING, city STRING, amount DECIMAL(12, 2)')
    .execute()
  await land(source, 'seq', 0, rows)
  const load = await runHistory(pipeline)
  const { files, MiB } = await sizeOf(pipeline)
  for (let i = 0; i < BATCHES; i++) await land(source, keyOf(spread, rows, i), rows + i * batch, batch)
  const { peakMiB } = await runHistory(pipeline)
  const commits = (await batchCommits(pipeline)).slice(-BATCHES)
  const took = commits.slice(1).map((each, i) => each.atMs - commits[i]!.atMs)
  return [
    name,
    load.updateMs.toFixed(0),
    String(files),
    MiB.toFixed(0),
    median(took).toFixed(0),
    median(commits.map((each) => each.filesRemoved)).toFixed(0),
    peakMiB?.toFixed(0) ?? '',
  ]
}

/** An expression over the event's number `seq`: the key of an event of the i-th batch. */
function keyOf(spread: 'local' | 'random', rows: number, i: number): string {
  const range = Math.min(rows, Math.ceil(batch / 2))
  const first = Math.min(rows - range, Math.floor(rows / 2.2) + i * Math.ceil(range / 2))
  return spread === 'local' ? `${first} + hash(seq) % ${range}` : `hash(seq) % ${rows}`
}

/** Appends events as one file. */
async function land(source: DeltaTable, id: string, from: number, count: number): Promise<void> {
  const file = join(folder, 'events.parquet')
  await eventsFile(file, id, from, count)
  await source.append(read.format('parquet').load(file))
}
