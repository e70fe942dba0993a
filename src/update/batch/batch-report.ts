import type { EventDraft } from '../../event-log/event.ts'
import { changeEventsWarning, flowProgress } from '../../event-log/flow-events.ts'
import type { DatasetCounts, Observed } from '../stateful/batch.ts'

/**
 * What one batch did to one dataset: plain JSON, kept in the commit, so that the event can be written again after a crash.
 * Every input row is in exactly one of output, rejected and dropped.
 */
export interface DatasetReport {
  readonly flow: string
  readonly dataset: string
  readonly outputRows?: number
  readonly outputBytes?: number
  /** In place of `outputRows` for a flow that changes rows: those inserted or updated, and those deleted. */
  readonly upsertedRows?: number
  readonly deletedRows?: number
  /** Change events that came too late and were dropped, and those that disagree with others of their sequence. */
  readonly lateEvents?: EventSample
  readonly ties?: EventSample
  /** Rows that a `drop` rule kept out. */
  readonly rejectedRows?: number
  /** Those of them that went to a quarantine table. */
  readonly quarantinedRows?: number
  readonly duplicatesDropped?: number
  readonly droppedByWatermark?: number
  /** What is left in the sources behind the batch. */
  readonly backlogFiles?: number
  readonly backlogBytes?: number
  /** What the flow remembers after the batch, what the batch added to it, and the size of its files. */
  readonly stateRows?: number
  readonly stateRowsWritten?: number
  readonly stateBytes?: number
  readonly expectations?: readonly {
    readonly name: string
    readonly passed: number
    readonly failed: number
  }[]
}

/** What a batch did to its target. */
export type WrittenCounts = Pick<
  DatasetReport,
  'outputRows' | 'outputBytes' | 'upsertedRows' | 'deletedRows' | 'lateEvents' | 'ties'
>

/** A number of events with one of them as JSON. */
export interface EventSample {
  readonly count: number
  readonly sample: string
}

/** Rows that a batch added to its target, changed there or took from it. */
export function rowsWritten({ outputRows, upsertedRows = 0, deletedRows = 0 }: DatasetReport): bigint {
  return BigInt(outputRows ?? upsertedRows + deletedRows)
}

/** The report of a flow's target, and one of each view whose rules were counted on the way. */
export function batchReports(options: {
  readonly flow: string
  readonly target: string
  readonly observed: Observed
  readonly written: WrittenCounts
  readonly isQuarantined: (dataset: string) => boolean
}): DatasetReport[] {
  const { flow, target, observed, isQuarantined } = options
  const ofRules = (counts: DatasetCounts) => ({
    rejectedRows: Number(counts.rejectedCount),
    quarantinedRows: isQuarantined(counts.dataset) ? Number(counts.rejectedCount) : 0,
    expectations: counts.counts.map((each) => ({
      name: each.name,
      passed: Number(each.passed),
      failed: Number(each.failed),
    })),
  })
  const own = observed.expectations.find((each) => each.dataset === target)
  const views = observed.expectations.filter((each) => each.dataset !== target)
  return [
    ...views.map((each) => ({ flow: each.dataset, dataset: each.dataset, ...ofRules(each) })),
    {
      flow,
      dataset: target,
      ...options.written,
      duplicatesDropped: Number(observed.duplicatesDropped),
      droppedByWatermark: Number(observed.droppedByWatermark),
      ...(own !== undefined && ofRules(own)),
    },
  ]
}

/** The events of a committed batch. Their ids follow from flow, checkpoint version, dataset and batch. */
export function reportEvents(report: DatasetReport, flowId: string, batchId: number): EventDraft[] {
  const { flow: flowName, dataset, lateEvents, ties } = report
  // A view's report, which has the view's name for the flow's, shares the batch with the target's.
  const about = {
    flowName,
    dataset,
    flowId: flowName === dataset ? `${flowId}:${flowName}` : flowId,
    batchId,
  }
  return [
    flowProgress({ ...about, status: 'RUNNING', ...progressOf(report) }),
    ...(lateEvents === undefined ? [] : [changeEventsWarning(about, 'late', lateEvents)]),
    ...(ties === undefined ? [] : [changeEventsWarning(about, 'tied', ties)]),
  ]
}

/** Metrics and data quality of a report, in the event's form. */
function progressOf(
  report: DatasetReport,
): Pick<Parameters<typeof flowProgress>[0], 'metrics' | 'dataQuality'> {
  return {
    metrics: {
      num_output_rows: report.outputRows,
      num_upserted_rows: report.upsertedRows,
      num_deleted_rows: report.deletedRows,
      num_output_bytes: report.outputBytes,
      num_quarantined_rows: report.quarantinedRows,
      num_duplicates_dropped: report.duplicatesDropped,
      num_rows_dropped_by_watermark: report.droppedByWatermark,
      backlog_files: report.backlogFiles,
      backlog_bytes: report.backlogBytes,
      num_state_rows: report.stateRows,
      num_state_rows_updated: report.stateRowsWritten,
      state_bytes: report.stateBytes,
    },
    ...(report.expectations !== undefined && {
      dataQuality: {
        droppedRecords: report.rejectedRows ?? 0,
        expectations: report.expectations.map((each) => ({ ...each, dataset: report.dataset })),
      },
    }),
  }
}
