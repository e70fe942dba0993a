/**
 * How long does a tick of examples/retail take, from when its rows have landed to when the last streaming table has them, at the
 * 10th tick and at the 1,000th? `node bench/retail-tick.ts [ticks] [window]` (default 1,000 and 40): the pipeline runs
 * continuously; each tick is 500 sales and the dimensions' updates, and lands as soon as the one before has arrived.
 */
import { cpSync, existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LandingTables } from '../src/cli/generate/retail/landing-tables.ts'
import { retailDefaults } from '../src/cli/generate/retail/retail-options.ts'
import { Arrivals } from './continuous/arrivals.ts'
import { ContinuousRun } from './continuous/continuous-run.ts'
import { LogWatch } from './continuous/log-watch.ts'
import { benchFolder } from './delta/contest.ts'
import { printTable } from './measure.ts'
import { BIN, ROOT } from './orders-pipeline.ts'

/** The streaming tables at the ends of their chains. Sales are joined with the dimensions, so those are done before. */
const LAST = ['gold_sales_facts', 'silver_returns']
const FIRST = 10
const ticks = Number(process.argv[2] ?? 1000)
const window = Number(process.argv[3] ?? 40)

const folder = join(benchFolder(), 'retail')
cpSync(resolve(ROOT, 'examples/retail'), folder, { recursive: true })
await using landing = await LandingTables.open(join(folder, 'data/landing'), retailDefaults)
const arrivals = new Arrivals(LAST)
const landedMs: number[] = []

await land(0)
const run = new ContinuousRun(resolve(process.env.BENCH_BIN ?? BIN), folder)
const watches = await watchTables()
const last = Math.max(ticks, FIRST + window) + window
for (let tick = 1; tick < last; tick++) {
  await arrivals.all(tick - 1)
  await land(tick)
}
await arrivals.all(last - 1)
console.log(`\nTicks of ${retailDefaults.sales} sales; milliseconds from landed to the last streaming table`)
printTable(['', 'p50', 'p99', 'most'], [row(FIRST), row(last - window)])
console.log(`\npeak ${run.peakMiB?.toFixed(0)} MiB, ${run.openFiles} open files`)
for (const each of watches) each.close()
await run.stop()

async function land(tick: number): Promise<void> {
  await landing.write(retailDefaults.startMs + tick * retailDefaults.intervalMs, retailDefaults)
  landedMs.push(performance.now())
}

/** A table has a tick when it has had a commit with rows for it. */
async function watchTables(): Promise<LogWatch[]> {
  const logOf = (table: string) => join(folder, 'warehouse/main/retail', table, '_delta_log')
  while (!LAST.every((each) => existsSync(logOf(each)))) await sleep(50)
  return LAST.map((table) => {
    let tick = -1
    return new LogWatch(logOf(table), (rows) => {
      if (rows > 0) arrivals.reached(table, ++tick)
    })
  })
}

function row(from: number): string[] {
  const took = arrivals.atMs
    .slice(from, from + window)
    .map((each, i) => each - landedMs[from + i]!)
    .sort((a, b) => a - b)
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(share * took.length))]!.toFixed(0)
  return [`ticks ${from} to ${from + window - 1}`, at(0.5), at(0.99), took.at(-1)!.toFixed(0)]
}
