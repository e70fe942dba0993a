import { afterEach, expect, test } from 'vitest'
import { TestPipeline } from '../../support/test-pipeline.ts'
import { RunningPipeline } from './running-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

test('a function that has no snapshot is asked again, though nothing that can be watched has changed', async () => {
  pipeline = new TestPipeline({
    'items.ts': `
      import { join } from 'node:path'
      import { autoCdcFromSnapshotFlow, read, streamingTable } from 'millrace'
      const file = join(import.meta.dirname, '../data/items.json')
      let calls = 0
      streamingTable('items', { schema: 'id BIGINT', tableProperties: { 'pipelines.trigger.interval': '100 milliseconds' } })
      autoCdcFromSnapshotFlow({
        target: 'items', keys: ['id'],
        source: (latest) => {
          calls += 1
          return calls < 3 || latest !== null ? null : { df: read.schema('id BIGINT').json(file), version: 1 }
        },
      })`,
  })
  pipeline.land('items.json', { id: 1 }, { id: 2 })
  const running = await RunningPipeline.start(pipeline)
  await running.until((events) =>
    events.some((each) => JSON.stringify(each).includes('"num_upserted_rows":2')),
  )
  const summary = await running.stop()
  expect(summary.errors).toEqual([])
  expect(await pipeline.query('SELECT * FROM items ORDER BY id')).toEqual([[1], [2]])
})
