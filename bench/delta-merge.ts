/**
 * MERGE with UPDATE SET * and INSERT * into 10 million rows in 20 files, each of a range of ids:
 * `node bench/delta-merge.ts [rows]`. The source has 0.1, 1 and 10 % as many rows, a tenth of them new; their ids are
 * one range of the table, or spread over all of it.
 */
import { join } from 'node:path'
import { benchFolder, type Contest, contest } from './delta/contest.ts'
import { generateOrders, generateTable } from './delta/generate-table.ts'

const rows = Number(process.argv[2] ?? 10_000_000)
const folder = benchFolder()
const table = join(folder, 'table')
await generateTable(table, 20, rows)

const contests: Contest[] = []
for (const percent of [0.1, 1, 10]) {
  const count = Math.round((rows * percent) / 100)
  const known = Math.round(count * 0.9)
  const news = `SELECT id FROM range(${rows}, ${rows + count - known}) AS r(id)`
  const middle = Math.round(rows / 2.2)
  const local = `SELECT id FROM range(${middle}, ${middle + known}) AS r(id)`
  const spread = `SELECT id * ${Math.floor(rows / known)} AS id FROM range(${known}) AS r(id)`
  for (const [name, ids] of Object.entries({ 'one range': local, 'spread ids': spread })) {
    const source = join(folder, `${percent} ${name}.parquet`)
    await generateOrders(source, `${ids} UNION ALL ${news}`)
    contests.push({ name: `${percent} %, ${name}`, job: { action: 'merge', source }, table })
  }
}

await contest(`Merge into ${rows} rows`, contests)
