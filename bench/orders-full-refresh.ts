/**
 * How long does a full refresh of the orders pipeline take, against the same work by hand in DuckDB?
 * `npm run bench -- orders-full-refresh [rows ...]` (default 2,000,000). Median of 5 runs of each, taken in turn.
 */
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Measured, measureProcess, median, printTable } from './measure.ts'

const ROOT = resolve(import.meta.dirname, '..')
const BIN = join(ROOT, 'dist/cli/bin.js')
const WORK = process.env.BENCH_FOLDER ?? join(tmpdir(), 'millrace-bench')
const RUNS = Number(process.env.BENCH_RUNS ?? 5)
const sizes = process.argv.slice(2).map(Number)

for (const rows of sizes.length > 0 ? sizes : [2_000_000]) await compare(rows)

async function compare(rows: number): Promise<void> {
  const pipeline = join(WORK, `orders-${rows}`)
  await prepare(pipeline, rows)
  const raw = join(pipeline, 'data/raw')
  const byHand = (mode: string) =>
    measureProcess([join(ROOT, 'bench/raw-orders.ts'), mode, raw, join(pipeline, 'by-hand')], { cwd: ROOT })
  const contenders: Record<string, () => Promise<Measured>> = {
    'DuckDB, same outputs': () => byHand('same'),
    'DuckDB, the least': () => byHand('least'),
    'millrace run': () => fullRefresh(pipeline),
  }
  const results = new Map<string, Measured[]>(Object.keys(contenders).map((name) => [name, []]))
  for (let i = 0; i < RUNS; i++) {
    for (const [name, measure] of Object.entries(contenders)) results.get(name)!.push(await measure())
  }
  report(rows, results)
}

async function prepare(pipeline: string, rows: number): Promise<void> {
  if (existsSync(join(pipeline, 'data/raw/orders'))) return
  mkdirSync(pipeline, { recursive: true })
  cpSync(join(ROOT, 'examples/orders'), pipeline, { recursive: true })
  const files = String(Math.max(1, Math.round(rows / 50_000)))
  const args = ['generate', 'orders', '--out', 'data/raw', '--rows', String(rows), '--files', files]
  await measureProcess([BIN, ...args], { cwd: pipeline })
}

/** Without the tables and checkpoints of the run before: the first update of a new pipeline. */
function fullRefresh(pipeline: string): Promise<Measured> {
  for (const each of ['warehouse', '.millrace'])
    rmSync(join(pipeline, each), { recursive: true, force: true })
  return measureProcess([BIN, 'run', '--output', 'json'], { cwd: pipeline })
}

function report(rows: number, results: ReadonlyMap<string, readonly Measured[]>): void {
  const ms = (name: string) => median(results.get(name)!.map((each) => each.wallMs))
  const same = ms('DuckDB, same outputs')
  console.log(`\n${rows.toLocaleString('en')} orders, median of ${RUNS}`)
  printTable(
    ['', 'seconds', 'of same outputs', 'orders/s', 'peak MiB'],
    [...results].map(([name, runs]) => [
      name,
      (ms(name) / 1000).toFixed(2),
      (ms(name) / same).toFixed(2),
      Math.round(rows / (ms(name) / 1000)).toLocaleString('en'),
      Math.max(...runs.map((each) => each.peakMiB ?? 0)).toFixed(0),
    ]),
  )
}
