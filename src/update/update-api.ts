import type { Engine } from '../engine/engine.ts'
import type { PipelineEvent } from '../event-log/event.ts'
import type { DatasetKind } from '../graph/definition.ts'
import type { PipelineProject } from '../graph/project.ts'

/** What to run. Nothing given: refresh every dataset. */
export interface UpdateRequest {
  readonly refresh?: readonly string[]
  readonly fullRefresh?: readonly string[]
  readonly fullRefreshAll?: boolean
  /**
   * Flows that start over without losing rows: their checkpoints are reset, so that they read their sources from the start and
   * have no state (`reset_checkpoint_selection`).
   */
  readonly resetCheckpoints?: readonly string[]
  /** Stop after the graph is validated. */
  readonly validateOnly?: boolean
}

export interface UpdateOptions {
  readonly project: PipelineProject
  readonly request: UpdateRequest
  /** Called at most once, when there is something to run. */
  readonly openEngine: () => Promise<Engine>
  /** Every event of the update, in order, as it happens. */
  readonly onEvent?: (event: PipelineEvent) => void
  /** Stops the update cleanly: running batches are interrupted, nothing is half-committed. */
  readonly signal?: AbortSignal
  readonly clock?: Clock
}

export interface Clock {
  /** Microseconds since the epoch. */
  nowMicros(): bigint
}

export type UpdateState = 'COMPLETED' | 'FAILED' | 'CANCELED'

/** How an update ended: the object that `run --output json` prints. */
export interface UpdateSummary {
  readonly update_id: string
  readonly state: UpdateState
  readonly duration_ms: number
  readonly datasets: readonly DatasetSummary[]
  /** Why the update or its flows failed, causes first. */
  readonly errors: readonly Error[]
}

export interface DatasetSummary {
  readonly name: string
  readonly type: DatasetKind
  readonly status: 'COMPLETED' | 'FAILED' | 'SKIPPED' | 'EXCLUDED' | 'STOPPED' | 'IDLE'
  /** `APPEND`, `COMPLETE`, or a materialized view's technique: `COMPLETE_RECOMPUTE`, `NO_OP`. */
  readonly technique: string | null
  readonly reason: string | null
  readonly rows_written: number
  readonly rows_dropped: number
  readonly rows_quarantined: number
  readonly duration_ms: number
  readonly expectations: readonly ExpectationSummary[]
}

export interface ExpectationSummary {
  readonly name: string
  readonly action: 'warn' | 'drop' | 'fail'
  readonly passed: number
  readonly failed: number
}
