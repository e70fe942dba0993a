/** A process of its own that appends to a table: `node append-process.ts <folder> <writer> <commits>`. */
import { DeltaTable } from '../../src/delta/index.ts'
import { localStorage } from '../../src/storage/index.ts'
import { fileInLog, noParquet } from '../support/delta.ts'

const [folder, writer, commits] = process.argv.slice(2)
const table = await DeltaTable.open(localStorage(folder!), noParquet)
for (let index = 1; index <= Number(commits); index++) {
  await table
    .startTransaction()
    .addFile(fileInLog(`${writer}-${index}`))
    .setTransaction(writer!, BigInt(index))
    .commit({ operation: 'WRITE' })
  process.stdout.write(`${index}\n`)
}
