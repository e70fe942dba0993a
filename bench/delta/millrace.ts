/** The jobs of the contests, done with Millrace. One job as JSON in argv, one answer as JSON on stdout. */
import { DeltaTable } from '../../src/delta/index.ts'
import { DeltaTable as LibraryTable } from '../../src/delta-table/delta-table.ts'
import { runScript } from '../../src/delta-table/statements/run-statement.ts'
import { Workspace } from '../../src/delta-table/workspace.ts'
import { openDuckdbEngine } from '../../src/engine/duckdb/engine.ts'
import { LazyEngine } from '../../src/engine/lazy-engine.ts'
import { localStorage } from '../../src/storage/index.ts'
import { median } from '../measure.ts'
import type { Job } from './contest.ts'

const engine = new LazyEngine(openDuckdbEngine)
const workspace = new Workspace({ engine, folder: process.cwd() })

/** Runs a statement and takes its rows. */
async function run(text: string): Promise<unknown[][]> {
  const rows: unknown[][] = []
  for await (const result of runScript(text, workspace)) {
    for await (const chunk of result.chunks) rows.push(...(chunk as unknown[][]))
  }
  return rows
}

const table = ({ path }: Job) => `delta.\`${path}\``

const jobs: Record<string, (job: Job) => Promise<object>> = {
  /** Opens the newest version and counts its files. */
  open: async ({ path }) => {
    const { snapshot } = await DeltaTable.open(localStorage(String(path)), engine.deltaPort)
    let files = 0
    for (const _ of snapshot.files()) files += 1
    return { version: snapshot.version, files }
  },

  append: async (job) => {
    await run(`INSERT INTO ${table(job)} SELECT * FROM parquet.\`${job.source}\``)
    return {}
  },

  merge: async (job) => {
    const [counts] = await run(
      `MERGE INTO ${table(job)} AS t USING parquet.\`${job.source}\` AS s ON t.id = s.id
       WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *`,
    )
    const [, updated, , inserted] = counts!
    return { updated: Number(updated), inserted: Number(inserted) }
  },

  optimize: async (job) => {
    await run(`OPTIMIZE ${table(job)}`)
    const { snapshot } = await DeltaTable.open(localStorage(String(job.path)), engine.deltaPort)
    return { files: [...snapshot.files()].length }
  },

  /**
   * Runs a query, `times` over; the middle time counts. The table is opened each time, or held and brought up to date:
   * then by the library, from the parts of the query.
   */
  read: async (job) => {
    const read = job.held
      ? await heldRead(job)
      : () => run(String(job.query).replace('FROM t', `FROM ${table(job)}`))
    const taken: number[] = []
    let rows: unknown[][] = []
    for (let i = 0; i < Number(job.times); i++) {
      const begin = performance.now()
      rows = await read()
      taken.push(performance.now() - begin)
    }
    return { ms: median(taken), rows: rows.map((row) => row.map(String)) }
  },
}

/** `SELECT columns FROM t WHERE condition` as a read of a table that stays open. */
async function heldRead({ path, query }: Job): Promise<() => Promise<unknown[][]>> {
  const [, columns, where] = /^SELECT (.*) FROM t WHERE (.*)$/.exec(String(query))!
  const held = await LibraryTable.forPath(String(path))
  const options = { columns: columns!.split(', '), where: where! }
  return async () => (await held.toArray(options)).map(Object.values)
}

const job = JSON.parse(process.argv[2]!) as Job
const [start, cpu] = [performance.now(), process.cpuUsage()]
const facts = await jobs[job.action]!(job)
const { user, system } = process.cpuUsage(cpu)
console.log(JSON.stringify({ ms: performance.now() - start, cpuMs: (user + system) / 1000, ...facts }))
process.exit(0)
