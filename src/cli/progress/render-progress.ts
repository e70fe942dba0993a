import { formatCount, formatDuration } from '../output/format-number.ts'
import { type TextColumn, textTable } from '../output/text-table.ts'
import type { DatasetProgress, ProgressState } from './progress-state.ts'

const columns: readonly TextColumn[] = [
  { title: ' ', align: 'left' },
  { title: 'dataset', align: 'left' },
  { title: 'state', align: 'left' },
  { title: 'rows', align: 'right' },
  { title: 'dropped', align: 'right' },
  { title: 'quarantined', align: 'right' },
  { title: 'time', align: 'right' },
]

const marks: Readonly<Record<string, string>> = { COMPLETED: '✔', FAILED: '✖', SKIPPED: '-', STOPPED: '-' }
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 100

/** The table that a terminal shows while an update runs. */
export function renderProgress(
  state: ProgressState,
  shortName: (name: string) => string,
  nowMs: number,
): string {
  const rows = Array.from(state.datasets, ([name, each]) => [
    markOf(each, nowMs),
    shortName(name),
    each.status,
    formatCount(each.rows),
    formatCount(each.dropped),
    formatCount(each.quarantined),
    each.startedMs === undefined ? '' : formatDuration(Math.max(0, (each.endedMs ?? nowMs) - each.startedMs)),
  ])
  return `${rows.length === 0 ? '' : textTable(columns, rows)}${state.updateState}`
}

function markOf({ status, startedMs, endedMs }: DatasetProgress, nowMs: number): string {
  if (marks[status] !== undefined) return marks[status]
  if (startedMs === undefined || endedMs !== undefined) return ' '
  return spinner[Math.floor(nowMs / FRAME_MS) % spinner.length]!
}
