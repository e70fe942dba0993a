/**
 * The state of a join of two streams: `node bench/join-state.ts [rows] [batch] [inner|left]`. Orders and payments of them, half of the
 * rows each, are loaded in batches; the watermark closes none, so that all rows wait in the state (10 million by default). Then come
 * small batches of 1,000 rows a side, for orders of everywhere, which must not cost what the state is large: their time, and the
 * bytes that each added to the state beside those of merged runs.
 */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { executeSql } from '../src/delta-table/index.ts'
import { benchFolder } from './delta/contest.ts'
import { withDuckdb } from './delta/generate-table.ts'
import { measureProcess, median, printTable } from './measure.ts'
import { BIN } from './orders-pipeline.ts'

const [rows = 10_000_000, batch = 500_000] = process.argv.slice(2, 4).map(Number)
const joins = process.argv[4] === undefined ? (['inner', 'left'] as const) : [process.argv[4]]
const SMALL_BATCHES = 20
const SMALL_ROWS = 1000

const lines: string[][] = []
for (const joinType of joins) lines.push(await measureJoin(joinType))
console.log(`\n${rows} rows in the state, small batches of ${2 * SMALL_ROWS} rows`)
printTable(
  [
    'join',
    'loaded rows/s',
    'state MiB',
    'peak MiB',
    'small batch ms',
    'median KiB written',
    'most MiB written',
    'peak MiB',
  ],
  lines,
)

async function measureJoin(joinType: string): Promise<string[]> {
  const folder = join(benchFolder(), joinType)
  writePipeline(folder, joinType)
  const half = rows / 2
  await landed(folder, 'load', { from: 0, count: half, files: Math.ceil(half / (batch / 2)) })
  const load = await update(folder)
  const stateBytes = sizes(folder).reduce((sum, each) => sum + each, 0)
  const count = SMALL_BATCHES * SMALL_ROWS
  await landed(folder, 'small', { from: half, count, files: SMALL_BATCHES, payFor: half })
  const small = await update(folder)
  await check(folder, half + count)
  const commits = (await commitTimes(folder)).slice(-SMALL_BATCHES)
  const took = commits.slice(1).map((at, i) => at - commits[i]!)
  const written = await writtenBytes(folder)
  return [
    joinType,
    Math.round(rows / (load.ms / 1000)).toLocaleString('en'),
    (stateBytes / 2 ** 20).toFixed(0),
    load.peakMiB?.toFixed(0) ?? '',
    median(took).toFixed(0),
    (median(written) / 1024).toFixed(0),
    (Math.max(...written) / 2 ** 20).toFixed(1),
    small.peakMiB?.toFixed(0) ?? '',
  ]
}

function writePipeline(folder: string, joinType: string): void {
  mkdirSync(join(folder, 'definitions'), { recursive: true })
  for (const name of ['orders', 'payments']) mkdirSync(join(folder, 'data', name), { recursive: true })
  writeFileSync(
    join(folder, 'pipeline.yml'),
    'name: join\ncatalog: main\nschema: bench\nlibraries:\n  - glob: { include: definitions/** }\n',
  )
  const source = (name: string) =>
    `STREAM read_files('data/${name}', format => 'parquet', maxFilesPerTrigger => 1, schema => 'id BIGINT, time TIMESTAMP, note STRING')`
  writeFileSync(
    join(folder, 'definitions/join.sql'),
    `CREATE STREAMING TABLE paid AS
     SELECT o.id, o.note, p.time AS paid
     FROM ${source('orders')} AS o WATERMARK time DELAY OF INTERVAL 30 DAYS
     ${joinType.toUpperCase()} JOIN ${source('payments')} AS p WATERMARK time DELAY OF INTERVAL 30 DAYS
     ON o.id = p.id AND p.time BETWEEN o.time AND o.time + INTERVAL 2 DAYS;\n`,
  )
}

/** Orders of consecutive numbers, and as many payments: in the order of the orders, or of orders of everywhere before `payFor`. */
async function landed(
  folder: string,
  prefix: string,
  { from, count, files, payFor }: { from: number; count: number; files: number; payFor?: number },
): Promise<void> {
  const paid = payFor === undefined ? 'id' : `hash(id) % ${payFor}`
  const at = (id: string) => `make_timestamptz(1767225600000000 + (${id})::BIGINT * 10000)`
  await withDuckdb(async (connection) => {
    for (let file = 0; file < files; file++) {
      const first = from + Math.floor((count * file) / files)
      const last = from + Math.floor((count * (file + 1)) / files)
      const name = `${prefix}-${String(file).padStart(4, '0')}.parquet`
      for (const [side, id, wait] of [
        ['orders', 'id', 0],
        ['payments', paid, 60],
      ] as const) {
        await connection.run(
          `COPY (SELECT (${id})::BIGINT AS id, ${at(id)} + to_minutes(${wait}) AS time, 'note ' || hash(id) % 100000 AS note
           FROM range(${first}, ${last}) AS r(id)) TO '${join(folder, 'data', side, name)}' (FORMAT parquet)`,
        )
      }
    }
  })
}

async function update(folder: string): Promise<{ ms: number; peakMiB: number | undefined }> {
  const bin = process.env.BENCH_BIN ?? BIN
  const { stdout, peakMiB } = await measureProcess([bin, 'run', '--output', 'json'], { cwd: folder })
  const { duration_ms, state } = JSON.parse(stdout) as { duration_ms: number; state: string }
  if (state !== 'COMPLETED') throw new Error(stdout)
  return { ms: duration_ms, peakMiB }
}

function tableOf(folder: string): string {
  return join(folder, 'warehouse/main/bench/paid')
}

function stateOf(folder: string): string {
  return join(folder, '.millrace/checkpoints/main%2Ebench%2Epaid/paid/0/state')
}

function sizes(folder: string): number[] {
  const names = readdirSync(stateOf(folder)).filter((each) => each.startsWith('run-'))
  return names.map((name) => statSync(join(stateOf(folder), name)).size)
}

/** Bytes that each of the small batches wrote into the state, merged runs included. */
async function writtenBytes(folder: string): Promise<number[]> {
  const times = (await commitTimes(folder)).slice(-SMALL_BATCHES)
  const runs = readdirSync(stateOf(folder))
    .filter((each) => each.startsWith('run-'))
    .map((name) => statSync(join(stateOf(folder), name)))
  return times.map((at, i) => {
    const before = times[i - 1] ?? 0
    const own = runs.filter(({ mtimeMs }) => mtimeMs <= at && mtimeMs > before)
    return i === 0 ? 0 : own.reduce((sum, each) => sum + each.size, 0)
  })
}

async function commitTimes(folder: string): Promise<number[]> {
  const log = join(tableOf(folder), '_delta_log')
  const history = await executeSql(`DESCRIBE HISTORY delta.\`${tableOf(folder)}\``)
  return history
    .filter((each) => each.operation === 'STREAMING UPDATE')
    .map(({ version }) => statSync(join(log, `${String(version).padStart(20, '0')}.json`)).mtimeMs)
    .toReversed()
}

/** Each payment finds its order. */
async function check(folder: string, expected: number): Promise<void> {
  const [found] = await executeSql(
    `SELECT count(*) AS n FROM delta.\`${tableOf(folder)}\` WHERE paid IS NOT NULL`,
  )
  if (Number(found!.n) !== expected) throw new Error(`${String(found!.n)} rows were joined, not ${expected}`)
}
