import type { PipelineEvent } from '../event-log/event.ts'
import { writtenRows } from '../event-log/flow-events.ts'
import type { ResolvedDataset, ResolvedFlow, ResolvedGraph } from '../graph/resolved-graph.ts'
import { isView } from './graph-index.ts'
import type { FlowOutcome } from './run.ts'
import type { Selection } from './selection.ts'
import type { DatasetSummary, UpdateState, UpdateSummary } from './update-api.ts'

/** Adds an update's events up to its summary, so that what `run` prints and what the event log tells are the same. */
export class SummaryCollector {
  readonly #updateId: string
  readonly #startMs = performance.now()
  readonly #totals = new Map<string, Totals>()
  readonly #outcomes = new Map<string, FlowOutcome>()
  #graph: ResolvedGraph | undefined
  #selection: Selection | undefined

  constructor(updateId: string) {
    this.#updateId = updateId
  }

  setGraph(graph: ResolvedGraph, selection: Selection): void {
    this.#graph = graph
    this.#selection = selection
  }

  setOutcome(flow: ResolvedFlow, outcome: FlowOutcome): void {
    this.#outcomes.set(flow.target, outcome)
  }

  add(event: PipelineEvent): void {
    const { dataset_name: dataset, flow_name: flow } = event.origin
    if (event.event_type !== 'flow_progress' || dataset === undefined) return
    const totals = this.#totals.get(dataset) ?? newTotals()
    const progress = event.details.flow_progress as ProgressDetails
    this.#totals.set(dataset, totals)
    totals.statuses.set(flow ?? dataset, progress.status)
    addProgress(totals, progress, Date.parse(event.timestamp))
  }

  summary(state: UpdateState, errors: readonly Error[]): UpdateSummary {
    return {
      update_id: this.#updateId,
      state,
      duration_ms: Math.round(performance.now() - this.#startMs),
      datasets: (this.#graph?.datasets ?? []).filter(isReported).map((each) => this.#dataset(each)),
      errors,
    }
  }

  #dataset(dataset: ResolvedDataset): DatasetSummary {
    const totals = this.#totals.get(dataset.identifier) ?? newTotals()
    const outcome = this.#outcomes.get(dataset.identifier)
    return {
      name: dataset.name,
      type: dataset.kind,
      status: this.#statusOf(dataset, totals),
      technique: outcome?.technique ?? null,
      reason: outcome?.reason ?? null,
      rows_written: totals.outputRows,
      rows_dropped: totals.dropped,
      rows_quarantined: totals.quarantined,
      duration_ms: Math.max(0, Math.round(totals.endMs - totals.startMs)),
      expectations: dataset.rules.map(({ name, action }) => {
        const counts = totals.expectations.get(name)
        return { name, action, passed: counts?.passed ?? 0, failed: counts?.failed ?? 0 }
      }),
    }
  }

  #statusOf(dataset: ResolvedDataset, totals: Totals): DatasetSummary['status'] {
    const isSelected =
      this.#selection?.refresh.has(dataset.identifier) || this.#selection?.fullRefresh.has(dataset.identifier)
    if (!isView(dataset) && isSelected !== true) return 'EXCLUDED'
    if (isView(dataset)) return 'COMPLETED'
    const flows = [...totals.statuses.values()]
    const ends = ['FAILED', 'STOPPED', 'SKIPPED', 'COMPLETED'] as const
    return ends.find((status) => flows.includes(status)) ?? 'IDLE'
  }
}

/** Quarantine tables show in the row of the dataset whose rows they take. */
function isReported(dataset: ResolvedDataset): boolean {
  return dataset.quarantineOf === undefined
}

interface Totals {
  outputRows: number
  dropped: number
  quarantined: number
  startMs: number
  endMs: number
  /** What each flow into the dataset was last, by the flow's name: one that failed may have been tried again. */
  readonly statuses: Map<string, string>
  readonly expectations: Map<string, { passed: number; failed: number }>
}

interface ProgressDetails {
  readonly status: string
  readonly metrics?: Readonly<Record<string, number>>
  readonly data_quality?: {
    readonly dropped_records: number
    readonly expectations: readonly { name: string; passed_records: number; failed_records: number }[]
  }
}

function newTotals(): Totals {
  return {
    outputRows: 0,
    dropped: 0,
    quarantined: 0,
    startMs: 0,
    endMs: 0,
    statuses: new Map(),
    expectations: new Map(),
  }
}

function addProgress(totals: Totals, progress: ProgressDetails, timeMs: number): void {
  if (progress.status === 'STARTING') totals.startMs = totals.startMs || timeMs
  if (totals.startMs > 0) totals.endMs = timeMs
  totals.outputRows += writtenRows(progress.metrics) ?? 0
  totals.quarantined += progress.metrics?.num_quarantined_rows ?? 0
  totals.dropped += progress.data_quality?.dropped_records ?? 0
  totals.dropped += progress.metrics?.num_duplicates_dropped ?? 0
  totals.dropped += progress.metrics?.num_rows_dropped_by_watermark ?? 0
  for (const each of progress.data_quality?.expectations ?? []) {
    const known = totals.expectations.get(each.name) ?? { passed: 0, failed: 0 }
    totals.expectations.set(each.name, {
      passed: known.passed + each.passed_records,
      failed: known.failed + each.failed_records,
    })
  }
}
