/** One event of the log, with the columns that Databricks documents. */
export interface PipelineEvent {
  /** Deterministic where recovery may emit it again. */
  readonly id: string
  readonly sequence: EventSequence
  readonly origin: EventOrigin
  /** ISO 8601 with microseconds, UTC. */
  readonly timestamp: string
  readonly message: string
  readonly level: 'INFO' | 'WARN' | 'ERROR' | 'METRICS'
  readonly maturity_level: 'STABLE' | 'EVOLVING' | 'DEPRECATED'
  readonly error: EventError | null
  readonly event_type: EventType
  /** Payload under the event type's own key. */
  readonly details: Readonly<Record<string, unknown>>
}

export interface EventSequence {
  /** `seq_no` grows with every event of a pipeline's updates. */
  readonly data_plane_id: { readonly instance: string; readonly seq_no: number }
}

/**
 * What a builder says of an event; the log adds the pipeline's origin, time and sequence. `id` is given only for events
 * that recovery may emit again.
 */
export interface EventDraft {
  readonly id?: string
  readonly origin?: Partial<EventOrigin>
  readonly message: string
  readonly level: PipelineEvent['level']
  readonly maturity_level?: PipelineEvent['maturity_level']
  readonly error?: EventError
  readonly event_type: EventType
  /** The payload, without the event type's own key. */
  readonly details: object
}

export interface EventOrigin {
  readonly pipeline_id: string
  readonly pipeline_name: string
  readonly update_id?: string
  readonly catalog_name?: string
  readonly schema_name?: string
  readonly dataset_name?: string
  readonly flow_id?: string
  readonly flow_name?: string
  readonly batch_id?: number
  readonly [key: string]: unknown
}

export interface EventError {
  readonly fatal: boolean
  readonly exceptions: readonly {
    readonly class_name: string
    readonly message: string
    readonly error_class: string | null
    readonly sql_state: string | null
    readonly stack: readonly StackFrame[]
  }[]
}

/** One place of a stack, with the columns that Databricks documents. */
export interface StackFrame {
  readonly declaring_class: string | null
  readonly method_name: string | null
  readonly file_name: string | null
  readonly line_number: number | null
}

export type EventType =
  | 'create_update'
  | 'user_action'
  | 'update_progress'
  | 'flow_definition'
  | 'dataset_definition'
  | 'flow_progress'
  | 'planning_information'
  | 'runtime_details'
  | 'operation_progress'
  | 'stream_progress'
  | 'sink_definition'
  | 'maintenance_progress'
  | 'deprecation'
