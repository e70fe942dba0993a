/** OPTIMIZE of a table of 2,000 files of 1,000 rows: `node bench/delta-optimize.ts [files]`. */
import { join } from 'node:path'
import { benchFolder, contest } from './delta/contest.ts'
import { generateTable } from './delta/generate-table.ts'

const files = Number(process.argv[2] ?? 2000)
const table = join(benchFolder(), 'table')
await generateTable(table, files, files * 1000)

await contest(`Optimize ${files} files`, [{ name: 'compact', job: { action: 'optimize' }, table }])
