import type { EventDraft } from './event.ts'
import { eventError } from './event-error.ts'
import { eventId } from './event-id.ts'

export type FlowStatus =
  | 'QUEUED'
  | 'STARTING'
  | 'RUNNING'
  | 'COMPLETED'
  | 'FAILED'
  | 'SKIPPED'
  | 'STOPPED'
  | 'IDLE'
  | 'EXCLUDED'

/** Which flow an event is about. */
export interface FlowOrigin {
  readonly flowName: string
  /** Qualified name of the dataset that it writes. */
  readonly dataset: string
  /** The checkpoint's: only streaming flows have one. */
  readonly flowId?: string
  readonly batchId?: number
}

/** Counts of one report; readers add them up over an update. Names as in the log. */
export interface FlowMetrics {
  readonly num_output_rows?: Count
  readonly num_upserted_rows?: Count
  readonly num_deleted_rows?: Count
  readonly num_output_bytes?: Count
  readonly num_quarantined_rows?: Count
  readonly num_duplicates_dropped?: Count
  readonly num_rows_dropped_by_watermark?: Count
  readonly num_state_rows?: Count
  readonly num_state_rows_updated?: Count
  readonly state_bytes?: Count
  readonly backlog_bytes?: Count
  readonly backlog_files?: Count
}

export type Count = number | bigint

/** Rows that a batch wrote: those that it added, or those that it changed; undefined for metrics of something else. */
export function writtenRows(
  metrics: {
    readonly num_output_rows?: number
    readonly num_upserted_rows?: number
    readonly num_deleted_rows?: number
  } = {},
): number | undefined {
  const { num_output_rows, num_upserted_rows, num_deleted_rows } = metrics
  if (num_upserted_rows === undefined && num_deleted_rows === undefined) return num_output_rows
  return (num_upserted_rows ?? 0) + (num_deleted_rows ?? 0)
}

export interface DataQuality {
  /** Rows that at least one `drop` rule kept out of the target. */
  readonly droppedRecords: Count
  readonly expectations: readonly ExpectationCounts[]
}

export interface ExpectationCounts {
  readonly name: string
  /** Qualified name of the dataset or view that holds the rule. */
  readonly dataset: string
  readonly passed: Count
  readonly failed: Count
}

export interface FlowProgress extends FlowOrigin {
  readonly status: FlowStatus
  readonly metrics?: FlowMetrics
  /** Left out for a dataset without expectations. */
  readonly dataQuality?: DataQuality
  /** For FAILED: why. For SKIPPED: what failed before it. */
  readonly error?: unknown
  /** More for the message, a sentence: why a flow is skipped or idle. */
  readonly reason?: string
}

/**
 * A flow's status or the counts of one of its batches. With a flow id and a batch id, as for the report of a committed
 * batch, the event's id follows from them, the dataset and the status: recovery may emit it again, and no reader counts it
 * twice.
 */
export function flowProgress(progress: FlowProgress): EventDraft {
  const { flowId, dataset, batchId, status, metrics, dataQuality, error } = progress
  const isBatch = flowId !== undefined && batchId !== undefined
  return {
    ...(isBatch && { id: eventId('flow_progress', flowId, dataset, batchId, status) }),
    event_type: 'flow_progress',
    level: levelOf(progress),
    message: messageOf(progress),
    origin: originOf(progress),
    ...(error !== undefined && { error: eventError(error, { fatal: status === 'FAILED' }) }),
    details: {
      status,
      ...(metrics !== undefined && { metrics: plainCounts(metrics) }),
      ...(dataQuality !== undefined && { data_quality: qualityDetails(dataQuality) }),
    },
  }
}

/**
 * Change events of a batch that a user should look at: `late` ones came after what they would change was forgotten and were
 * dropped, `tied` ones disagree with others of the same key and sequence, of which one was chosen. `sample` is one as JSON.
 */
export function changeEventsWarning(
  flow: FlowOrigin & { readonly flowId: string; readonly batchId: number },
  kind: 'late' | 'tied',
  { count, sample }: { readonly count: number; readonly sample: string },
): EventDraft {
  const what =
    kind === 'late'
      ? `dropped ${count} change ${count === 1 ? 'event' : 'events'} that came too late, such as ${sample}. What is older than pipelines.cdc.tombstoneGCThresholdInSeconds is forgotten.`
      : `met ${count} ${count === 1 ? 'sequence' : 'sequences'} at which change events of one key disagree, such as ${sample}. A delete wins, then the greatest values.`
  return {
    id: eventId(`flow_progress.${kind}`, flow.flowId, flow.dataset, flow.batchId),
    event_type: 'flow_progress',
    level: 'WARN',
    message: `Flow '${flow.flowName}' ${what}`,
    origin: originOf(flow),
    details: {
      status: 'RUNNING',
      metrics: { [kind === 'late' ? 'num_late_events_dropped' : 'num_tied_sequences']: count },
      sample,
    },
  }
}

function messageOf({ flowName, status, batchId, reason }: FlowProgress): string {
  const batch = batchId === undefined ? '' : ` (batch ${batchId})`
  const suffix = reason === undefined ? '' : ` ${reason}`
  return `Flow '${flowName}' is ${status}${batch}.${suffix}`
}

/** Counts of batches are many and of no interest to a reader of the story: METRICS, as on Databricks. */
function levelOf({ status, metrics }: FlowProgress): EventDraft['level'] {
  if (status === 'FAILED') return 'ERROR'
  if (status === 'SKIPPED') return 'WARN'
  return status === 'RUNNING' && metrics !== undefined ? 'METRICS' : 'INFO'
}

function originOf({ flowName, dataset, flowId, batchId }: FlowOrigin): EventDraft['origin'] {
  return {
    dataset_name: dataset,
    flow_name: flowName,
    ...(flowId !== undefined && { flow_id: flowId }),
    ...(batchId !== undefined && { batch_id: batchId }),
  }
}

function qualityDetails(quality: DataQuality): object {
  return {
    dropped_records: Number(quality.droppedRecords),
    expectations: quality.expectations.map(({ name, dataset, passed, failed }) => ({
      name,
      dataset,
      passed_records: Number(passed),
      failed_records: Number(failed),
    })),
  }
}

function plainCounts(metrics: FlowMetrics): Record<string, number> {
  const counted = Object.entries(metrics).filter((each) => each[1] !== undefined)
  return Object.fromEntries(counted.map(([name, count]) => [name, Number(count)]))
}

/** How a materialized view can be brought up to date (`planning_information`). */
export type RefreshTechnique =
  | 'COMPLETE_RECOMPUTE'
  | 'NO_OP'
  | 'PARTITION_OVERWRITE'
  | 'ROW_BASED'
  | 'APPEND_ONLY'
  | 'GROUP_AGGREGATE'
  | 'GENERIC_AGGREGATE'
  | 'WINDOW_FUNCTION'

export interface PlanningInformation extends FlowOrigin {
  readonly technique: RefreshTechnique
  /** Why no cheaper technique was chosen: names of Databricks' issue types, such as `DATA_HAS_CHANGED`. */
  readonly issues: readonly { readonly type: string; readonly detail?: string }[]
  /** Versions that the refresh reads: `version` now, `previousVersion` at the refresh before. */
  readonly sources: readonly {
    readonly table: string
    readonly version: number
    readonly previousVersion?: number
  }[]
}

/** Which technique a materialized view's refresh takes, and why. */
export function planningInformation(plan: PlanningInformation): EventDraft {
  const because = plan.issues.map((issue) => issue.detail ?? issue.type).join('; ')
  return {
    event_type: 'planning_information',
    level: 'INFO',
    message: `Flow '${plan.flowName}' has been planned as ${plan.technique}${because === '' ? '' : `: ${because}`}.`,
    origin: originOf(plan),
    details: {
      technique_information: [
        {
          maintenance_type: `MAINTENANCE_TYPE_${plan.technique}`,
          is_chosen: true,
          is_applicable: true,
          incrementalization_issues: plan.issues.map(({ type, detail }) => ({
            issue_type: type,
            ...(detail !== undefined && { message: detail }),
          })),
        },
      ],
      source_table_information: plan.sources.map(({ table, version, previousVersion }) => ({
        table_name: table,
        version,
        ...(previousVersion !== undefined && { previous_version: previousVersion }),
      })),
      target_table_information: { table_name: plan.dataset },
    },
  }
}

export interface OperationProgress extends FlowOrigin {
  readonly type: 'AUTO_LOADER_LISTING' | 'AUTO_LOADER_BACKFILL'
  readonly status: 'STARTED' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELED' | 'FAILED'
  readonly durationMs: number
  readonly sourcePath: string
  readonly filesListed: number
}

/** How far a long operation beside a flow's query has come: the listing of a folder. */
export function operationProgress(progress: OperationProgress): EventDraft {
  return {
    event_type: 'operation_progress',
    level: 'INFO',
    message: `${progress.type} of flow '${progress.flowName}' is ${progress.status}: ${progress.filesListed} files in ${progress.durationMs} ms.`,
    origin: originOf(progress),
    details: {
      type: progress.type,
      status: progress.status,
      duration_ms: progress.durationMs,
      auto_loader_details: { source_path: progress.sourcePath, num_files_listed: progress.filesListed },
    },
  }
}

/** One batch of a streaming flow in the form of Spark's `StreamingQueryProgress`. */
export function streamProgress(flow: FlowOrigin, progress: object): EventDraft {
  return {
    ...(flow.flowId !== undefined &&
      flow.batchId !== undefined && { id: eventId('stream_progress', flow.flowId, flow.batchId) }),
    event_type: 'stream_progress',
    level: 'METRICS',
    maturity_level: 'EVOLVING',
    message: `Flow '${flow.flowName}' made progress.`,
    origin: originOf(flow),
    details: { progress_json: JSON.stringify(progress) },
  }
}
