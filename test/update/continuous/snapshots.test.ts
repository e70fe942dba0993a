import { afterEach, expect, test } from 'vitest'
import type { PipelineEvent } from '../../../src/event-log/event.ts'
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

test('files that only the query of the versions reads are watched', async () => {
  pipeline = new TestPipeline(`
    CREATE STREAMING TABLE items;
    CREATE TEMPORARY VIEW releases AS SELECT version FROM read_files('data/releases', format => 'json', schema => 'version BIGINT');
    CREATE FLOW snapshots AS AUTO CDC INTO items
    FROM SNAPSHOT (SELECT id FROM read_files('data/exports', format => 'json', schema => 'id BIGINT, version BIGINT')
      WHERE version = current_snapshot_version())
    WITH VERSION (SELECT min(version) FROM releases WHERE version > coalesce(last_snapshot_version(), 0))
    KEYS (id) STORED AS SCD TYPE 1;`)
  pipeline.land('exports/all.json', { id: 1, version: 1 }, { id: 2, version: 1 }, { id: 3, version: 2 })
  pipeline.land('releases/1.json', { version: 1 })
  const running = await RunningPipeline.start(pipeline)
  await running.until((events) => upserted(events) === 2)
  pipeline.land('releases/2.json', { version: 2 })
  await running.until((events) => upserted(events) === 3)
  expect((await running.stop()).errors).toEqual([])
  expect(await pipeline.query('SELECT id FROM items ORDER BY id')).toEqual([[3]])
})

function upserted(events: readonly PipelineEvent[]): number {
  const progress = events.flatMap(({ details }) => (details.flow_progress as Progress | undefined) ?? [])
  return progress.reduce((sum, { metrics }) => sum + (metrics?.num_upserted_rows ?? 0), 0)
}

interface Progress {
  readonly metrics?: { readonly num_upserted_rows?: number }
}
