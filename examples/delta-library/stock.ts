import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeltaTable, executeSql } from 'millrace/delta'
import { col } from 'millrace/functions'

/** A shop's stock as a Delta table: made, filled, corrected, merged with deliveries, looked back at and maintained. */
const folder = mkdtempSync(join(tmpdir(), 'stock-'))
const path = join(folder, 'stock')

try {
  await using stock = await DeltaTable.create(path)
    .addColumns('item STRING NOT NULL, pieces INT, price DECIMAL(8,2), since TIMESTAMP')
    .addConstraint('pieces_left', 'pieces >= 0')
    .clusterBy('item')
    .property('delta.enableChangeDataFeed', 'true')
    .comment('What lies on the shelves')
    .execute()

  await stock.append([
    { item: 'apple', pieces: 120, price: '0.35', since: new Date('2026-01-05T08:00:00Z') },
    { item: 'pear', pieces: 40, price: '0.60', since: new Date('2026-01-05T08:00:00Z') },
    { item: 'plum', pieces: 0, price: '0.20', since: new Date('2026-01-04T08:00:00Z') },
  ])

  await stock.update({ set: { price: 'price * 1.10' }, where: col('item').eq('pear') })
  await stock.delete('pieces = 0')

  const deliveries = [
    { item: 'apple', delivered: 80 },
    { item: 'quince', delivered: 25 },
  ]
  const { numUpdatedRows, numInsertedRows } = await stock
    .merge(deliveries, 'target.item = source.item')
    .whenMatchedUpdate({ set: { pieces: 'target.pieces + source.delivered' } })
    .whenNotMatchedInsert({ values: { item: 'source.item', pieces: 'source.delivered', price: '1.20' } })
    .execute()
  console.log(`deliveries: ${numUpdatedRows} items more, ${numInsertedRows} new`)

  console.log('\nnow')
  console.table(await stock.toArray({ columns: ['item', 'pieces', 'price'], orderBy: 'item' }))
  console.log('\nas delivered first')
  console.table(await stock.toArray({ columns: ['item', 'pieces', 'price'], orderBy: 'item', version: 1 }))

  console.log('\nwhat the deliveries changed')
  const lines: string[] = []
  for await (const change of stock.changes({ from: { version: stock.version } })) {
    lines.push(`${change.item}: ${change._change_type}, ${change.pieces} pieces`)
  }
  console.log(lines.sort().join('\n'))

  const refused = await stock.append([{ item: 'grape', pieces: -1 }]).catch((error) => error)
  console.log(`\nless than nothing is refused: ${refused.condition}`)

  await stock.append([{ item: 'fig', pieces: 12, price: '0.80' }])
  const { metrics } = await stock.optimize().executeCompaction()
  console.log(`\nOPTIMIZE: ${metrics.numFilesRemoved} files became ${metrics.numFilesAdded}`)

  const [worth] = await executeSql(`SELECT sum(pieces * price) AS total FROM delta.\`${path}\``)
  console.log(`worth ${worth!.total} in version ${stock.version}, after:`)
  for (const { version, operation } of await stock.history()) console.log(`  ${version} ${operation}`)
} finally {
  rmSync(folder, { recursive: true })
}
