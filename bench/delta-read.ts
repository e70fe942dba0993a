/**
 * Reading a few rows of a table of 10 million rows in 200 files, which statistics of the ids lead to:
 * `node bench/delta-read.ts [rows]`. Below are the same rows from the right files alone, read by DuckDB, which neither side
 * can be faster than by much.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder, type Contest, contest } from './delta/contest.ts'
import { generateTable, withDuckdb } from './delta/generate-table.ts'
import { median, printTable } from './measure.ts'

const rows = Number(process.argv[2] ?? 10_000_000)
const files = 200
const folder = join(benchFolder(), 'table')
await generateTable(folder, files, rows)

const [from, to] = [Math.round(rows * 0.6), Math.round(rows * 0.63)]
const queries = {
  'one row': `SELECT id, customer, note FROM t WHERE id = ${from}`,
  '3 % of the rows, counted': `SELECT count(*), sum(amount) FROM t WHERE id >= ${from} AND id < ${to}`,
  'all rows, one column': 'SELECT sum(customer) FROM t',
}
/** A read of one row takes milliseconds: what counts is the process that V8 has optimised. */
const timesOf = (name: string) => (name === 'one row' ? 200 : 20)
const contests: Contest[] = Object.entries(queries).flatMap(([name, query]) => [
  { name, job: { action: 'read', path: folder, query, times: timesOf(name) } },
  { name: `${name}, first of the process`, job: { action: 'read', path: folder, query, times: 1 } },
])
contests.push({
  name: 'one row, the table held open',
  job: { action: 'read', path: folder, query: queries['one row'], times: 200, held: true },
})
await contest(`Read from ${rows} rows in ${files} files`, contests)

const perFile = Math.ceil(rows / files)
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.parquet'))
  .sort()
const right = (low: number, high: number) =>
  names.slice(Math.floor(low / perFile), Math.ceil(high / perFile)).map((name) => `'${join(folder, name)}'`)
const floors = [right(from, from + 1), right(from, to), right(0, rows)]
const lines: string[][] = []
for (const [index, [name, query]] of Object.entries(queries).entries()) {
  const sql = query.replace('FROM t', `FROM read_parquet([${floors[index]}])`)
  const times = await withDuckdb(async (connection) => {
    const taken: number[] = []
    for (let run = 0; run < 5; run++) {
      const start = performance.now()
      await connection.runAndReadAll(sql)
      taken.push(performance.now() - start)
    }
    return taken
  })
  lines.push([name, median(times).toFixed(1)])
}
console.log()
printTable(['DuckDB over the right files, its process and connection open', 'ms'], lines)
