import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TestPipeline } from '../../support/test-pipeline.ts'
import { RunningPipeline } from './running-pipeline.ts'

let pipeline: TestPipeline

/** The update's own watch stands still until a test moves it: it is not to wait for a minute. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))

afterEach(async () => {
  vi.useRealTimers()
  await pipeline.close()
})

const EVENTS = `
  CREATE STREAMING TABLE events AS
  SELECT * FROM STREAM read_files('data/events', format => 'json', schema => 'id BIGINT');`

/** Tables that are made now are older than a week. */
const clock = { nowMicros: () => (BigInt(Date.now()) + 8n * 86_400_000n) * 1000n }

test('tables that were written are looked after once a minute', async () => {
  pipeline = new TestPipeline(EVENTS)
  pipeline.land('events/1.json', { id: 1 })
  const running = await RunningPipeline.start(pipeline, { clock })
  await running.rows('events', 1)
  expect(running.messages('maintenance_progress')).toEqual([])
  vi.advanceTimersByTime(60_000)
  await running.message(/VACUUM of 'main\.shop\.events' is COMPLETED/)
  expect((await running.stop()).state).toBe('CANCELED')
})

test('what fails there is a warning, and the flows go on', async () => {
  pipeline = new TestPipeline(EVENTS)
  pipeline.land('events/1.json', { id: 1 })
  const running = await RunningPipeline.start(pipeline, { clock })
  await running.rows('events', 1)
  const info = '_last_vacuum_info'
  symlinkSync(info, join(pipeline.folderOf('events'), '_delta_log', info))
  vi.advanceTimersByTime(60_000)
  await running.message(/VACUUM of 'main\.shop\.events' is FAILED/)
  pipeline.land('events/2.json', { id: 2 })
  await running.rows('events', 2)
  const summary = await running.stop()
  expect([summary.state, summary.errors]).toEqual(['CANCELED', []])
})
