/** How long do 5 million rows take from a Parquet file into an empty table? `node bench/delta-append.ts [rows]`. */
import { join } from 'node:path'
import { benchFolder, contest } from './delta/contest.ts'
import { generateOrders, generateTable } from './delta/generate-table.ts'

const rows = Number(process.argv[2] ?? 5_000_000)
const folder = benchFolder()
const source = join(folder, 'source.parquet')
const table = join(folder, 'table')
await generateOrders(source, `SELECT id FROM range(${rows}) AS r(id)`)
await generateTable(table, 0, 0)

await contest(`Append ${rows} rows`, [{ name: 'append', job: { action: 'append', source }, table }])
