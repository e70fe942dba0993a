import type { EventDraft } from '../event-log/event.ts'
import { operationProgress, streamProgress } from '../event-log/flow-events.ts'
import type { ResolvedFlow } from '../graph/resolved-graph.ts'
import type { DatasetReport } from './batch/batch-report.ts'
import type { BatchRecord } from './checkpoint/batch-record.ts'
import type { Checkpoint } from './checkpoint/checkpoint.ts'
import type { StreamInput } from './inputs/flow-inputs.ts'
import type { Batch } from './stateful/batch.ts'

/** What is left in a flow's sources behind the batch that was planned last. */
export interface Backlog {
  readonly files: number
  readonly bytes: number
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
  { state, observed }: Batch,
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
    stateOperators: state.rowCounts.map((numRowsTotal) => ({
      numRowsTotal,
      numRowsDroppedByWatermark: Number(observed.droppedByWatermark),
    })),
    sources: record.sources.map(({ source, end }) => ({ description: source, endOffset: end ?? null })),
  })
}

/** A batch's reports with the backlog behind it in its target's, the last. */
export function withBacklog(
  reports: readonly DatasetReport[],
  { files, bytes }: Backlog,
): readonly DatasetReport[] {
  return reports.with(-1, { ...reports.at(-1)!, backlogFiles: files, backlogBytes: bytes })
}
