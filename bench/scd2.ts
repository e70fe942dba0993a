/**
 * The history of 2 million keys, SCD type 2, by AUTO CDC: 20 million change events in batches of 50,000, 2 % deletes, 5 %
 * late, 1 % copies. `node bench/scd2.ts [keys] [events] [batch] [random|local]`. Beside it the same history by one window query of
 * DuckDB over all events, which must find the same rows, and a MERGE of Spark for each of the first batches
 * (`BENCH_SPARK_BATCHES`, default 10; 0: none), with the packages of test/interop/prepare.sh. `BENCH_FORM` picks one of
 * copy-on-write (`copy`) and deletion vectors (`vectors`).
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder } from './delta/contest.ts'
import { measureProcess, median, printTable } from './measure.ts'
import { ROOT } from './orders-pipeline.ts'
import { changeEvents } from './scd2/change-events.ts'
import {
  batchCommits,
  factsOf,
  type HistoryFacts,
  runHistory,
  sizeOf,
  writeHistoryPipeline,
} from './scd2/history-pipeline.ts'

const [keys = 2_000_000, events = 20_000_000, batch = 50_000] = process.argv.slice(2, 5).map(Number)
const spreads = process.argv[5] === undefined ? ['random', 'local'] : [process.argv[5]]
/** `copy`: copy-on-write alone, `vectors`: deletion vectors alone. */
const forms = { copy: [false], vectors: [true] }[process.env.BENCH_FORM ?? ''] ?? [false, true]
const sparkBatches = Number(process.env.BENCH_SPARK_BATCHES ?? 10)
const python = join(ROOT, '.venv/bin/python')

const folder = benchFolder()
const lines: string[][] = []
for (const spread of spreads as ('random' | 'local')[]) {
  const path = await changeEvents({ keys, events, batch, spread })
  const facts = await windowQuery(spread, path)
  for (const deletionVectors of forms) await millrace(spread, path, deletionVectors, facts)
  for (const deletionVectors of forms) await spark(spread, path, deletionVectors)
}
console.log(`\n${events} events of ${keys} keys in batches of ${batch}`)
printTable(['', 'events/s', 'first batches ms', 'last batches ms', 'peak MiB', 'files', 'MiB'], lines)

async function windowQuery(spread: string, path: string): Promise<HistoryFacts> {
  const script = join(import.meta.dirname, 'scd2/window-query.ts')
  const file = join(folder, `window-${spread}.parquet`)
  const measured = await measureProcess([script, path, file], { cwd: ROOT })
  const { ms, facts } = JSON.parse(measured.stdout) as { ms: number; facts: HistoryFacts }
  lines.push([`DuckDB, one query, ${spread}`, perSecond(events, ms), '', '', mib(measured.peakMiB), '1', ''])
  return facts
}

async function millrace(
  spread: string,
  path: string,
  deletionVectors: boolean,
  expected: HistoryFacts,
): Promise<void> {
  const name = `Millrace, ${spread} keys${deletionVectors ? ', deletion vectors' : ''}`
  const pipeline = join(folder, `millrace-${spread}-${deletionVectors}`)
  writeHistoryPipeline({ folder: pipeline, events: path, deletionVectors })
  const { updateMs, peakMiB } = await runHistory(pipeline)
  const facts = await factsOf(pipeline)
  if (JSON.stringify(facts) !== JSON.stringify(expected)) {
    throw new Error(
      `${name}: ${JSON.stringify(facts)}, but the window query found ${JSON.stringify(expected)}`,
    )
  }
  const size = await sizeOf(pipeline)
  const commits = await batchCommits(pipeline)
  const took = commits.slice(1).map((each, i) => each.atMs - commits[i]!.atMs)
  lines.push([
    name,
    perSecond(events, updateMs),
    ...ends(took),
    mib(peakMiB),
    String(size.files),
    size.MiB.toFixed(0),
  ])
}

async function spark(spread: string, path: string, deletionVectors: boolean): Promise<void> {
  if (sparkBatches === 0 || !existsSync(python)) return
  const script = join(import.meta.dirname, 'scd2/spark_side.py')
  const table = join(folder, `spark-${spread}-${deletionVectors}`)
  const args = [
    script,
    join(ROOT, '.venv/delta-jars'),
    path,
    table,
    String(sparkBatches),
    String(deletionVectors),
  ]
  const measured = await measureProcess(args, { cwd: ROOT, command: python })
  const { seconds } = JSON.parse(measured.stdout) as { seconds: number[] }
  // The first two pay for the start of the JVM's compiler.
  const took = seconds.slice(2).map((each) => each * 1000)
  lines.push([
    `Spark, ${spread} keys${deletionVectors ? ', deletion vectors' : ''}, ${sparkBatches} batches`,
    perSecond(batch, median(took)),
    ...ends(took),
    '',
    '',
    '',
  ])
}

/** The medians of the first and of the last tenth, five batches at least. */
function ends(took: readonly number[]): [string, string] {
  const count = Math.max(5, Math.round(took.length / 10))
  return [median(took.slice(0, count)).toFixed(0), median(took.slice(-count)).toFixed(0)]
}

function perSecond(count: number, ms: number): string {
  return Math.round(count / (ms / 1000)).toLocaleString('en')
}

function mib(value: number | undefined): string {
  return value?.toFixed(0) ?? ''
}
