import type { EventDraft } from './event.ts'
import { eventError } from './event-error.ts'

/** States of an update in their usual order (`UpdateInfo.state` of Databricks' API). */
export type UpdateProgressState =
  | 'QUEUED'
  | 'CREATED'
  | 'WAITING_FOR_RESOURCES'
  | 'INITIALIZING'
  | 'RESETTING'
  | 'SETTING_UP_TABLES'
  | 'RUNNING'
  | 'STOPPING'
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELED'

export interface CreateUpdate {
  readonly updateId: string
  readonly cause: 'API_CALL' | 'USER_ACTION' | 'RETRY_ON_FAILURE' | 'SCHEMA_CHANGE'
  readonly runAs: string
  /** The pipeline's effective settings. References to secrets, never their values. */
  readonly config: object
  readonly refreshSelection?: readonly string[]
  readonly fullRefreshSelection?: readonly string[]
  readonly fullRefresh?: boolean
  readonly resetCheckpointSelection?: readonly string[]
  readonly validateOnly?: boolean
}

/** The first event of an update: what was asked, under which settings. */
export function createUpdate(update: CreateUpdate): EventDraft {
  return {
    event_type: 'create_update',
    level: 'INFO',
    message: `Update ${short(update.updateId)} started by ${update.cause}.`,
    details: {
      run_as: update.runAs,
      cause: update.cause,
      config: update.config,
      refresh_selection: update.refreshSelection ?? [],
      full_refresh_selection: update.fullRefreshSelection ?? [],
      full_refresh: update.fullRefresh ?? false,
      reset_checkpoint_selection: update.resetCheckpointSelection ?? [],
      validate_only: update.validateOnly ?? false,
    },
  }
}

export interface UpdateProgress {
  readonly updateId: string
  readonly state: UpdateProgressState
  /** Why it failed; for FAILED only. */
  readonly error?: unknown
  readonly cancellationCause?: 'USER_ACTION' | 'WORKFLOW_CANCELLATION'
}

/** A change of an update's state. Clients find the state by its word in the message, as in `Update ab12cd is RUNNING.` */
export function updateProgress(progress: UpdateProgress): EventDraft {
  const { state, error, cancellationCause } = progress
  return {
    event_type: 'update_progress',
    level: state === 'FAILED' ? 'ERROR' : state === 'CANCELED' ? 'WARN' : 'INFO',
    message: `Update ${short(progress.updateId)} is ${state}.`,
    ...(error !== undefined && { error: eventError(error, { fatal: true }) }),
    details: { state, ...(cancellationCause !== undefined && { cancellation_cause: cancellationCause }) },
  }
}

/** What a person asked of the pipeline. */
export function userAction(
  action: 'START' | 'STOP' | 'CREATE' | 'EDIT' | 'DELETE',
  userName: string,
): EventDraft {
  return {
    event_type: 'user_action',
    level: 'INFO',
    message: `User ${userName} requested ${action}.`,
    details: { action, user_name: userName },
  }
}

export interface RuntimeVersions {
  readonly millrace: string
  readonly node: string
  /** Name and version of the engine, once one is open: `duckdb 1.5.6`. */
  readonly engine?: string
}

/** What the update runs on. */
export function runtimeDetails(versions: RuntimeVersions): EventDraft {
  const engine = versions.engine === undefined ? '' : ` with ${versions.engine}`
  return {
    event_type: 'runtime_details',
    level: 'INFO',
    message: `Running on Millrace ${versions.millrace}, Node ${versions.node}${engine}.`,
    details: {
      runtime_version: {
        millrace_version: versions.millrace,
        node_version: versions.node,
        engine_version: versions.engine ?? null,
      },
    },
  }
}

/** Something that still works and will not for ever, or has no effect here. */
export function deprecation(message: string, origin: EventDraft['origin'] = {}): EventDraft {
  return { event_type: 'deprecation', level: 'WARN', message, origin, details: { message } }
}

/** Six characters tell the updates of one pipeline apart, as Databricks shows them. */
function short(updateId: string): string {
  return updateId.slice(0, 6)
}
