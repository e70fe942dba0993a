import type { EventDraft } from '../event-log/event.ts'
import { operationProgress, streamProgress } from '../event-log/flow-events.ts'
import type { ResolvedFlow } from '../graph/resolved-graph.ts'
import type { Waiting } from '../sources/source.ts'
import type { DatasetReport } from './batch/batch-report.ts'
import type { BatchRecord } from './checkpoint/batch-record.ts'
import type { Checkpoint } from './checkpoint/checkpoint.ts'
import type { StreamInput } from './inputs/flow-inputs.ts'
import type { Batch } from './stateful/batch.ts'
import type { OperatorMetrics } from './stateful/state-store.ts'

/** What waits behind a batch: in the flow's sources, unknown for one that is done again after a crash, and in its state. */
export interface Backlog extends Partial<Waiting> {
  /** Absent for a flow that remembers nothing. */
  readonly state?: readonly OperatorMetrics[]
}

/** Auto Loader has looked through a folder: how many files wait, and how long the look took. */
export function listingEvent(
  flow: ResolvedFlow,
  { name, source }: StreamInput,
  durationMs: number,
): EventDraft {
  return operationProgress({
    flowName: flow.name,
    dataset: flow.target,
    type: 'AUTO_LOADER_LISTING',
    status: 'COMPLETED',
    durationMs: Math.round(durationMs),
    sourcePath: name,
    filesListed: source.waitingFiles ?? 0,
  })
}

/** A committed batch in the form of Spark's `StreamingQueryProgress`. */
export function progressEvent(
  flow: ResolvedFlow,
  checkpoint: Checkpoint,
  record: BatchRecord,
  { state }: Batch,
): EventDraft {
  const about = {
    flowName: flow.name,
    dataset: flow.target,
    flowId: checkpoint.flowId,
    batchId: record.batchId,
  }
  return streamProgress(about, {
    id: checkpoint.flowId,
    name: flow.name,
    timestamp: new Date(Number(record.timestampMicros / 1000n)).toISOString(),
    batchId: record.batchId,
    ...(record.watermarkMicros !== undefined && {
      eventTime: { watermark: new Date(Number(record.watermarkMicros / 1000n)).toISOString() },
    }),
    stateOperators: state.operators.map(({ kind, rows, rowsWritten, bytes, lateRows }) => ({
      operatorName: kind,
      numRowsTotal: rows,
      numRowsUpdated: rowsWritten,
      numRowsDroppedByWatermark: lateRows,
      customMetrics: { stateFileBytes: bytes },
    })),
    sources: record.sources.map(({ source, end }) => ({ description: source, endOffset: end ?? null })),
  })
}

/** A batch's reports with the backlog behind it in its target's, the last. */
export function withBacklog(
  reports: readonly DatasetReport[],
  backlog: Backlog | undefined,
): readonly DatasetReport[] {
  if (backlog === undefined) return reports
  const { files, bytes, state } = backlog
  const sum = (count: (operator: OperatorMetrics) => number) =>
    state!.reduce((total, each) => total + count(each), 0)
  return reports.with(-1, {
    ...reports.at(-1)!,
    backlogFiles: files,
    backlogBytes: bytes,
    ...(state !== undefined && {
      stateRows: sum((each) => each.rows),
      stateRowsWritten: sum((each) => each.rowsWritten),
      stateBytes: sum((each) => each.bytes),
    }),
  })
}
