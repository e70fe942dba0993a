/**
 * How long does a full refresh of the orders pipeline take, against the same work by hand in DuckDB?
 * `node bench/orders-full-refresh.ts [rows ...]` (default 2,000,000). Median of 5 runs of each, taken in turn. Both sides may
 * use `BENCH_MEMORY` of memory for DuckDB (default 1500MB; the process has some 200 MB beside it).
 */
import { join } from 'node:path'
import { type Measured, measureProcess, median, printTable } from './measure.ts'
import { ordersPipeline, ROOT, RUNS, reset, update } from './orders-pipeline.ts'

const MEMORY = process.env.BENCH_MEMORY ?? '1500MB'
const sizes = process.argv.slice(2).map(Number)
for (const rows of sizes.length > 0 ? sizes : [2_000_000]) await compare(rows)

async function compare(rows: number): Promise<void> {
  const folder = await ordersPipeline(rows)
  const byHand = (mode: string) =>
    measureProcess(
      [join(ROOT, 'bench/raw-orders.ts'), mode, join(folder, 'data/raw'), join(folder, 'by-hand')],
      {
        cwd: ROOT,
        env: { BENCH_MEMORY: MEMORY },
      },
    )
  const contenders: Record<string, () => Promise<Measured>> = {
    'DuckDB, same outputs': () => byHand('same'),
    'DuckDB, the least': () => byHand('least'),
    'millrace run': () => {
      reset(folder)
      return update(folder, ['--set', `duckdb.memory_limit=${MEMORY}`])
    },
  }
  const results = new Map<string, Measured[]>(Object.keys(contenders).map((name) => [name, []]))
  for (let i = 0; i < RUNS; i++) {
    for (const [name, measure] of Object.entries(contenders)) results.get(name)!.push(await measure())
  }
  report(rows, results)
}

function report(rows: number, results: ReadonlyMap<string, readonly Measured[]>): void {
  const ms = (name: string) => median(results.get(name)!.map((each) => each.wallMs))
  console.log(`\n${rows.toLocaleString('en')} orders, ${MEMORY} for DuckDB, median of ${RUNS}`)
  printTable(
    ['', 'seconds', 'of same outputs', 'of the least', 'orders/s', 'peak MiB'],
    [...results].map(([name, runs]) => [
      name,
      (ms(name) / 1000).toFixed(2),
      (ms(name) / ms('DuckDB, same outputs')).toFixed(2),
      (ms(name) / ms('DuckDB, the least')).toFixed(2),
      Math.round(rows / (ms(name) / 1000)).toLocaleString('en'),
      Math.max(...runs.map((each) => each.peakMiB ?? 0)).toFixed(0),
    ]),
  )
}
