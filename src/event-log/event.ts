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
  readonly data_plane_id: { readonly instance: string; readonly seq_no: number }
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
    readonly stack: readonly unknown[]
  }[]
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
  | 'deprecation'
