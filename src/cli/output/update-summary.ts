import type { DatasetSummary, UpdateSummary } from '../../update/update-api.ts'
import { formatCount, formatDuration } from './format-number.ts'
import { type TextColumn, textTable } from './text-table.ts'

/** How an update ended, as one JSON object; what failed is told on stderr. */
export function summaryJson(summary: UpdateSummary): string {
  const { update_id, state, duration_ms, datasets } = summary
  return `${JSON.stringify({ update_id, state, duration_ms, datasets }, null, 2)}\n`
}

/** How an update ended, for people: a line per dataset, a line per expectation, the state. */
export function summaryText(summary: UpdateSummary): string {
  const parts = [datasetTable(summary.datasets), expectationTable(summary.datasets), lastLine(summary)]
  return parts.filter((part) => part !== '').join('\n')
}

const datasetColumns: readonly TextColumn[] = [
  { title: 'dataset', align: 'left' },
  { title: 'type', align: 'left' },
  { title: 'status', align: 'left' },
  { title: 'technique', align: 'left' },
  { title: 'written', align: 'right' },
  { title: 'dropped', align: 'right' },
  { title: 'quarantined', align: 'right' },
  { title: 'time', align: 'right' },
]

function datasetTable(datasets: readonly DatasetSummary[]): string {
  const rows = datasets.map((each) => [
    each.name,
    each.type.replace('_', ' '),
    each.status,
    each.technique ?? '',
    formatCount(each.rows_written),
    formatCount(each.rows_dropped),
    formatCount(each.rows_quarantined),
    formatDuration(each.duration_ms),
  ])
  return rows.length === 0 ? '' : textTable(datasetColumns, rows)
}

const expectationColumns: readonly TextColumn[] = [
  { title: 'expectation', align: 'left' },
  { title: 'action', align: 'left' },
  { title: 'passed', align: 'right' },
  { title: 'failed', align: 'right' },
  { title: 'failed %', align: 'right' },
]

function expectationTable(datasets: readonly DatasetSummary[]): string {
  const rows = datasets.flatMap((dataset) =>
    dataset.expectations.map((each) => [
      `${dataset.name}.${each.name}`,
      each.action,
      formatCount(each.passed),
      formatCount(each.failed),
      percent(each.failed, each.passed + each.failed),
    ]),
  )
  return rows.length === 0 ? '' : textTable(expectationColumns, rows)
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '' : `${((100 * part) / whole).toFixed(1)} %`
}

function lastLine({ update_id, state, duration_ms }: UpdateSummary): string {
  return `Update ${update_id} ${state} in ${formatDuration(duration_ms)}\n`
}
