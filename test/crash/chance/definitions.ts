import { appendFileSync, existsSync, rmSync } from 'node:fs'
import { appendFlow, createSink, foreachBatchSink, readStream, temporaryView } from 'millrace'
import { rand } from 'millrace/functions'

/** Tickets of which chance rejects half. A batch is a file. */
function draw(name: string, quarantine: string): void {
  temporaryView(name, { expectOrDrop: { lucky: 'luck < 0.5' }, quarantine }, () =>
    readStream
      .format('cloudFiles')
      .options({ 'cloudFiles.format': 'json', 'cloudFiles.maxFilesPerTrigger': '1' })
      .schema('id BIGINT')
      .load('data/tickets')
      .select('id', rand().as('luck')),
  )
}

draw('drawn_for_table', 'blanks_of_table')
createSink('exports', { format: 'delta', options: { tableName: 'main.shop.exported' } })
appendFlow({ target: 'exports', name: 'export_wins' }, () => readStream.table('drawn_for_table'))

draw('drawn_for_function', 'blanks_of_function')
/** Each delivery is a line; a file asks for the end of the process behind it. */
foreachBatchSink('told', async (batch, batchId) => {
  const rows = (await batch.toArray()).map(({ id, luck }) => [Number(id), luck])
  appendFileSync('told.jsonl', `${JSON.stringify({ batchId, rows })}\n`)
  if (!existsSync('die-in-function')) return
  rmSync('die-in-function')
  process.kill(process.pid, 'SIGKILL')
})
appendFlow({ target: 'told', name: 'tell_wins' }, () => readStream.table('drawn_for_function'))
