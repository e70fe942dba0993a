import { appendFileSync, existsSync, rmSync } from 'node:fs'
import { appendFlow, createSink, foreachBatchSink, readStream, streamingTable } from 'millrace'
import { expr } from 'millrace/functions'

streamingTable('distinct_clicks', () =>
  readStream.table('clicks').withWatermark('time', '5 minutes').dropDuplicatesWithinWatermark(['ad', 'page']),
)

createSink('exports', { format: 'delta', options: { tableName: 'main.shop.exported' } })
appendFlow({ target: 'exports', name: 'shown' }, () => readStream.table('impressions').select('ad', 'page'))
appendFlow({ target: 'exports', name: 'matches' }, () => readStream.table('matched').select('ad', 'page'))

/** Each delivery is a line; a file asks for the end of the process when half of the rows are through. */
foreachBatchSink('told', async (batch, batchId) => {
  const rows: string[] = []
  for await (const row of batch) {
    rows.push(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? Number(value) : value)))
    if (rows.length * 2 > batch.rowCount && existsSync('die-in-function')) {
      rmSync('die-in-function')
      process.kill(process.pid, 'SIGKILL')
    }
  }
  appendFileSync('told.jsonl', `${JSON.stringify({ flow: batch.flow, batchId, rows: rows.sort() })}\n`)
})
appendFlow({ target: 'told', name: 'clicks_told' }, () => readStream.table('clicks').select('ad', 'page'))
appendFlow({ target: 'told', name: 'joined' }, () => {
  const impressions = readStream.table('impressions').withWatermark('time', '5 minutes').as('i')
  const clicks = readStream.table('clicks').withWatermark('time', '5 minutes').as('c')
  return impressions
    .join(clicks, expr('i.ad = c.ad AND c.time BETWEEN i.time AND i.time + INTERVAL 10 MINUTES'), 'left')
    .select('i.ad', expr('c.page AS clicked'))
})
