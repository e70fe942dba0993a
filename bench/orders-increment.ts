/**
 * What do 5,000 new orders cost on a history of 0.1, 1 and 10 million, and what an update with nothing to do?
 * `node bench/orders-increment.ts [history ...]` (default 100,000 and 1,000,000). Median of 5 updates, each with 5,000
 * orders more. Streaming tables and materialized views apart, as the update reports them.
 */
import { measureProcess, median, printTable } from './measure.ts'
import {
  generate,
  type MeasuredUpdate,
  ordersPipeline,
  ROOT,
  RUNS,
  reset,
  update,
} from './orders-pipeline.ts'

/** The tables that streams fill: bronze, silver, its quarantine, the hourly windows. */
const STREAMING = ['--refresh', 'bronze_orders,silver_orders,quarantine_orders,gold_hourly_metrics']

const sizes = process.argv.slice(2).map(Number)
const rows: string[][] = []
for (const history of sizes.length > 0 ? sizes : [100_000, 1_000_000]) rows.push(await measure(history))
const start = await startOfNode()
console.log(
  `\n+5,000 orders, milliseconds, median of ${RUNS}; starting Node alone takes ${start.toFixed(0)} ms`,
)
printTable(
  [
    'history',
    'wall',
    'streaming only, wall',
    'streaming tables',
    'materialized views',
    'no-op, wall',
    'peak MiB',
  ],
  rows,
)

async function measure(history: number): Promise<string[]> {
  const folder = await ordersPipeline(history)
  reset(folder)
  await update(folder)
  const updates: MeasuredUpdate[] = []
  const streaming: MeasuredUpdate[] = []
  const idle: MeasuredUpdate[] = []
  for (let i = 0; i < RUNS; i++) {
    await generate(folder, 5000)
    updates.push(await update(folder))
    idle.push(await update(folder))
    await generate(folder, 5000)
    streaming.push(await update(folder, STREAMING))
    await update(folder)
  }
  const of = (type: string) => (each: MeasuredUpdate) =>
    each.datasets
      .filter((dataset) => dataset.type === type)
      .reduce((sum, dataset) => sum + dataset.duration_ms, 0)
  const ms = (values: readonly number[]) => median(values).toFixed(0)
  return [
    history.toLocaleString('en'),
    ms(updates.map((each) => each.wallMs)),
    ms(streaming.map((each) => each.wallMs)),
    ms(updates.map(of('streaming_table'))),
    ms(updates.map(of('materialized_view'))),
    ms(idle.map((each) => each.wallMs)),
    Math.max(...updates.map((each) => each.peakMiB ?? 0)).toFixed(0),
  ]
}

async function startOfNode(): Promise<number> {
  const runs: number[] = []
  for (let i = 0; i < RUNS; i++) runs.push((await measureProcess(['-e', ''], { cwd: ROOT })).wallMs)
  return median(runs)
}
