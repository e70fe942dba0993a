/**
 * How long does it take from what lands to the last table that a stream fills with it, while an update runs continuously?
 * `node bench/continuous-latency.ts [ticks]` (default 60): each tick lands 500 rows in three files and a commit of a Delta
 * table, a second after the one before (`BENCH_TICK_MS`). They go through four bronze and four silver tables to two of
 * facts, one of them joined with a changing dimension of SCD type 2. Materialized views are reported apart: they may take
 * several ticks at once.
 * CPU is the time of all threads of the process, which tells more than the clock on a busy machine.
 */
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Arrivals } from './continuous/arrivals.ts'
import { ContinuousRun } from './continuous/continuous-run.ts'
import { LogWatch } from './continuous/log-watch.ts'
import { LAST, Shop, VIEWS } from './continuous/shop.ts'
import { printTable } from './measure.ts'
import { BIN } from './orders-pipeline.ts'

/** Ticks that do not count: tables are made, code is compiled. */
const WARM_UP = 10
const ticks = Number(process.argv[2] ?? 60)
const everyMs = Number(process.env.BENCH_TICK_MS ?? 1000)
const lastTick = WARM_UP + ticks - 1

const shop = await Shop.create(join(process.env.BENCH_FOLDER ?? tmpdir(), 'millrace-bench-continuous'))
const streams = new Arrivals(Object.keys(LAST))
const views = new Arrivals(VIEWS)
const landedMs: number[] = []

await land(0)
const run = new ContinuousRun(resolve(process.env.BENCH_BIN ?? BIN), shop.folder)
const watches = await watchTables()
let cpuBefore: number | undefined
for (let tick = 1; tick <= lastTick; tick++) {
  await streams.all(tick - 1)
  await sleep(everyMs)
  if (tick === WARM_UP) cpuBefore = run.cpuMs
  await land(tick)
}
await Promise.all([streams.all(lastTick), views.all(lastTick)])
report(run.cpuMs)
for (const each of watches) each.close()
await run.stop()
await shop.close()

async function land(tick: number): Promise<void> {
  await shop.land(tick)
  landedMs.push(performance.now())
}

async function watchTables(): Promise<LogWatch[]> {
  const tables = [...Object.keys(LAST), ...VIEWS]
  while (!tables.every((each) => existsSync(shop.logOf(each)))) await sleep(50)
  return tables.map((table) => {
    const perTick = LAST[table]
    let rows = 0
    return new LogWatch(shop.logOf(table), (more) => {
      rows = perTick === undefined ? more : rows + more
      if (rows > 0)
        (perTick === undefined ? views : streams).reached(table, Math.floor(rows / (perTick ?? 1)) - 1)
    })
  })
}

function report(cpuAfter: number | undefined): void {
  console.log(
    `\n${ticks} ticks of 500 rows, ${everyMs} ms after the one before has arrived; milliseconds from landed to committed`,
  )
  printTable(
    ['', 'p50', 'p90', 'p99', 'most'],
    [row('streaming tables', streams), row('materialized views', views)],
  )
  if (cpuBefore === undefined || cpuAfter === undefined) return
  const cpu = (cpuAfter - cpuBefore) / ticks
  console.log(
    `\nCPU ${cpu.toFixed(0)} ms a tick, peak ${run.peakMiB?.toFixed(0)} MiB, ${run.openFiles} open files`,
  )
}

function row(name: string, { atMs }: Arrivals): string[] {
  const latencies = landedMs.map((landed, tick) => atMs[tick]! - landed).slice(WARM_UP)
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(0)
  return [name, at(0.5), at(0.9), at(0.99), at(1)]
}
