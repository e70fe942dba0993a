import { describe, expect, test } from 'vitest'
import { advance, initialProgress, type ProgressState } from '../../src/cli/progress/progress-state.ts'
import { renderProgress } from '../../src/cli/progress/render-progress.ts'
import type { PipelineEvent } from '../../src/event-log/event.ts'

const START = '2025-01-31T10:00:00.000000Z'
const START_MS = Date.parse(START)

/** An event as the log has it, `seconds` after the start. */
function event(
  seconds: number,
  type: PipelineEvent['event_type'],
  details: object,
  dataset?: string,
): PipelineEvent {
  return {
    id: `${seconds}`,
    sequence: { data_plane_id: { instance: 'u', seq_no: seconds } },
    origin: { pipeline_id: 'p', pipeline_name: 'orders', ...(dataset && { dataset_name: dataset }) },
    timestamp: new Date(START_MS + seconds * 1000).toISOString(),
    message: '',
    level: 'INFO',
    maturity_level: 'STABLE',
    error: null,
    event_type: type,
    details: { [type]: details },
  }
}

const flow = (seconds: number, dataset: string, details: object) =>
  event(seconds, 'flow_progress', details, dataset)

function progressAfter(...events: PipelineEvent[]): ProgressState {
  return events.reduce(advance, initialProgress)
}

describe('the progress of an update', () => {
  test('adds up what its batches report', () => {
    const state = progressAfter(
      event(0, 'update_progress', { state: 'RUNNING' }),
      flow(0, 'main.shop.bronze', { status: 'QUEUED' }),
      flow(0, 'main.shop.silver', { status: 'QUEUED' }),
      flow(1, 'main.shop.silver', { status: 'STARTING' }),
      flow(2, 'main.shop.silver', {
        status: 'RUNNING',
        metrics: { num_output_rows: 95, num_quarantined_rows: 3 },
        data_quality: { dropped_records: 5, expectations: [] },
      }),
      flow(3, 'main.shop.silver', {
        status: 'RUNNING',
        metrics: { num_output_rows: 10 },
        data_quality: { dropped_records: 1, expectations: [] },
      }),
      flow(4, 'main.shop.silver', { status: 'COMPLETED' }),
    )
    expect(state.updateState).toBe('RUNNING')
    expect([...state.datasets]).toEqual([
      [
        'main.shop.bronze',
        { status: 'QUEUED', rows: 0, dropped: 0, quarantined: 0, startedMs: undefined, endedMs: undefined },
      ],
      [
        'main.shop.silver',
        {
          status: 'COMPLETED',
          rows: 105,
          dropped: 6,
          quarantined: 3,
          startedMs: START_MS + 1000,
          endedMs: START_MS + 4000,
        },
      ],
    ])
  })

  test('has no time for a view, whose rules are counted in the flow that reads it', () => {
    const state = progressAfter(
      event(0, 'dataset_definition', { dataset_type: 'VIEW' }, 'typed'),
      flow(1, 'typed', { status: 'RUNNING', data_quality: { dropped_records: 5, expectations: [] } }),
    )
    expect(state.datasets.get('typed')).toEqual({ status: 'VIEW', rows: 0, dropped: 5, quarantined: 0 })
  })

  test('ignores events of other kinds', () => {
    expect(progressAfter(event(0, 'flow_definition', {}, 'main.shop.bronze'))).toEqual(initialProgress)
  })
})

test('is drawn as a table that moves', () => {
  const state = progressAfter(
    event(0, 'update_progress', { state: 'RUNNING' }),
    flow(0, 'main.shop.bronze', { status: 'STARTING' }),
    flow(1, 'main.shop.bronze', { status: 'COMPLETED', metrics: { num_output_rows: 10_000 } }),
    flow(1, 'main.shop.silver', {
      status: 'RUNNING',
      metrics: { num_output_rows: 950, num_quarantined_rows: 50 },
    }),
    flow(1, 'main.shop.gold', { status: 'QUEUED' }),
  )
  const shortName = (name: string) => name.replace('main.shop.', '')
  expect(renderProgress(state, shortName, START_MS + 2500)).toBe(
    [
      '   dataset  state        rows  dropped  quarantined   time',
      '─  ───────  ─────────  ──────  ───────  ───────────  ─────',
      '✔  bronze   COMPLETED  10,000        0            0  1.0 s',
      '⠴  silver   RUNNING       950        0           50  1.5 s',
      '   gold     QUEUED          0        0            0',
      'RUNNING',
    ].join('\n'),
  )
})
