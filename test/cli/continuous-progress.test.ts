import { expect, test } from 'vitest'
import { continuousProgress } from '../../src/cli/progress/continuous-progress.ts'
import { PipelineError } from '../../src/errors/index.ts'
import type { PipelineEvent } from '../../src/event-log/event.ts'
import { eventError } from '../../src/event-log/event-error.ts'

const START_MS = Date.parse('2025-01-31T10:00:00Z')

function event(seconds: number, given: Partial<PipelineEvent>): PipelineEvent {
  return {
    id: `${seconds}`,
    sequence: { data_plane_id: { instance: 'u', seq_no: seconds } },
    origin: { pipeline_id: 'p', pipeline_name: 'orders' },
    timestamp: new Date(START_MS + seconds * 1000).toISOString(),
    message: '',
    level: 'INFO',
    maturity_level: 'STABLE',
    error: null,
    event_type: 'flow_progress',
    details: {},
    ...given,
  }
}

function batch(seconds: number, rows: number, dropped: number): PipelineEvent {
  const flow_progress = { metrics: { num_output_rows: rows }, data_quality: { dropped_records: dropped } }
  return event(seconds, { level: 'METRICS', message: 'a batch', details: { flow_progress } })
}

function linesOf(...events: readonly PipelineEvent[]): string[] {
  let text = ''
  const progress = continuousProgress({ stderr: { write: (part) => (text += part) } })
  for (const each of events) progress.onEvent(each)
  return text.split('\n').slice(0, -1)
}

test('tells the states of the update and what goes wrong, not every batch and refresh', () => {
  const lines = linesOf(
    event(0, { event_type: 'update_progress', message: 'Update abc is RUNNING.' }),
    batch(1, 500, 0),
    event(1, { event_type: 'planning_information', message: 'a refresh' }),
    event(2, {
      level: 'ERROR',
      message: "Flow 'silver' is FAILED. It will be tried again in 1 s.",
      error: eventError(new PipelineError('STORAGE_FULL', { path: '/data', code: 'ENOSPC' }), {
        fatal: true,
      }),
    }),
    event(3, { event_type: 'update_progress', level: 'WARN', message: 'Update abc is CANCELED.' }),
  )
  expect(lines).toEqual([
    '10:00:00.000  INFO     Update abc is RUNNING.',
    "10:00:02.000  ERROR    Flow 'silver' is FAILED. It will be tried again in 1 s.",
    expect.stringMatching(/^ {23}\[STORAGE_FULL\] .*\/data/),
    '10:00:03.000  WARN     Update abc is CANCELED.',
  ])
})

test('adds up what was written, a line a minute while there is something to tell', () => {
  const lines = linesOf(
    batch(0, 500, 0),
    batch(59, 499, 1),
    batch(60, 500, 2),
    batch(7200, 1, 0),
    batch(7260, 0, 0),
  )
  expect(lines).toEqual([
    '10:01:00.000  INFO     1,499 rows written in 3 batches since 10:00:00; 3 rows dropped.',
    '12:01:00.000  INFO     1 row written in 2 batches since 12:00:00.',
  ])
})
