/**
 * 20,000 files of 50 orders, then 100 more: how long does each update take, and what does finding the new files cost?
 * `node bench/small-files.ts [files]`. Against one read of the same files by DuckDB.
 */
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { median, printTable } from './measure.ts'
import { generate, ordersPipeline, RUNS, reset, update } from './orders-pipeline.ts'

const files = Number(process.argv[2] ?? 20_000)
const folder = await ordersPipeline(files * 50, files)
const raw: number[] = []
for (let i = 0; i < RUNS; i++) raw.push(await readByDuckdb())
reset(folder)
const first = await update(folder)
const later: number[] = []
for (let i = 0; i < RUNS; i++) {
  await generate(folder, 5000, 100)
  later.push((await update(folder, ['--refresh', 'bronze_orders'])).wallMs)
}
printTable(
  ['', 'ms', 'files/s'],
  [
    ['DuckDB reads the files once', median(raw).toFixed(0), rate(files, median(raw))],
    [`first update, ${files.toLocaleString('en')} files`, first.wallMs.toFixed(0), rate(files, first.wallMs)],
    ['bronze after 100 files more', median(later).toFixed(0), rate(100, median(later))],
  ],
)

async function readByDuckdb(): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const start = performance.now()
  await connection.run(`CREATE TABLE t AS FROM read_json('${join(folder, 'data/raw/orders')}/*.json')`)
  const ms = performance.now() - start
  connection.closeSync()
  instance.closeSync()
  return ms
}

function rate(count: number, ms: number): string {
  return Math.round(count / (ms / 1000)).toLocaleString('en')
}
