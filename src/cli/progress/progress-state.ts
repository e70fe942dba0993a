import type { PipelineEvent } from '../../event-log/event.ts'
import { writtenRows } from '../../event-log/flow-events.ts'

/** How far an update is, as its events told so far. */
export interface ProgressState {
  readonly updateState: string
  /** By name, in the order in which they were first heard of. */
  readonly datasets: ReadonlyMap<string, DatasetProgress>
  /** Names of views: they have rules that are counted, and no run of their own. */
  readonly views: ReadonlySet<string>
}

export interface DatasetProgress {
  readonly status: string
  readonly rows: number
  readonly dropped: number
  readonly quarantined: number
  /** Milliseconds since the epoch. */
  readonly startedMs?: number
  readonly endedMs?: number
}

export const initialProgress: ProgressState = {
  updateState: 'CREATED',
  datasets: new Map(),
  views: new Set(),
}

const unstarted: DatasetProgress = { status: 'QUEUED', rows: 0, dropped: 0, quarantined: 0 }
const finalStatuses: ReadonlySet<unknown> = new Set([
  'COMPLETED',
  'FAILED',
  'SKIPPED',
  'EXCLUDED',
  'STOPPED',
  'IDLE',
])

/** The state after one more event. Counts of an event are those of its batch alone, so they add up. */
export function advance(state: ProgressState, event: PipelineEvent): ProgressState {
  const payload = (event.details[event.event_type] ?? {}) as Payload
  if (event.event_type === 'update_progress')
    return { ...state, updateState: payload.state ?? state.updateState }
  const name = event.origin.dataset_name ?? event.origin.flow_name
  if (name === undefined) return state
  if (payload.dataset_type === 'VIEW') return { ...state, views: new Set(state.views).add(name) }
  if (event.event_type !== 'flow_progress') return state
  const before = state.datasets.get(name) ?? unstarted
  const counted = withCounts(before, payload)
  const after = state.views.has(name)
    ? { ...counted, status: 'VIEW' }
    : withStatus(counted, payload.status ?? before.status, Date.parse(event.timestamp))
  return { ...state, datasets: new Map(state.datasets).set(name, after) }
}

/** The parts of an event's details that count here. */
interface Payload {
  readonly state?: string
  readonly dataset_type?: string
  readonly status?: string
  readonly metrics?: Parameters<typeof writtenRows>[0] & { readonly num_quarantined_rows?: number }
  readonly data_quality?: { readonly dropped_records?: number }
}

function withCounts(before: DatasetProgress, { metrics, data_quality }: Payload): DatasetProgress {
  return {
    ...before,
    rows: before.rows + (writtenRows(metrics) ?? 0),
    dropped: before.dropped + (data_quality?.dropped_records ?? 0),
    quarantined: before.quarantined + (metrics?.num_quarantined_rows ?? 0),
  }
}

function withStatus(before: DatasetProgress, status: string, nowMs: number): DatasetProgress {
  return {
    ...before,
    status,
    startedMs: before.startedMs ?? (status === 'QUEUED' ? undefined : nowMs),
    endedMs: finalStatuses.has(status) ? nowMs : undefined,
  }
}
