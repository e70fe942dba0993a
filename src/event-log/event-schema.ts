import {
  array,
  BOOLEAN,
  field,
  INTEGER,
  LONG,
  STRING,
  type StructType,
  struct,
  TIMESTAMP,
} from '../types/data-type.ts'
import type { EventOrigin, PipelineEvent } from './event.ts'

const text = (name: string) => field(name, STRING)

/** Fields of `origin`, as Databricks documents them. */
const ORIGIN_FIELDS = [
  'cloud',
  'region',
  'org_id',
  'user_id',
  'pipeline_id',
  'pipeline_type',
  'pipeline_name',
  'cluster_id',
  'update_id',
  'maintenance_id',
  'table_id',
  'table_name',
  'dataset_name',
  'sink_name',
  'flow_id',
  'flow_name',
  'flow_attempt_id',
  'batch_id',
  'request_id',
  'operation_id',
  'source_name',
  'catalog_name',
  'schema_name',
  'materialization_name',
  'host',
] as const

const ORIGIN = struct(ORIGIN_FIELDS.map((name) => field(name, name === 'batch_id' ? LONG : STRING)))

const SEQUENCE = struct([
  field('data_plane_id', struct([text('instance'), field('seq_no', LONG)])),
  field('control_plane_seq_no', LONG),
])

const STACK_FRAME = struct([
  text('declaring_class'),
  text('method_name'),
  text('file_name'),
  field('line_number', INTEGER),
])

const EXCEPTION = struct([
  text('class_name'),
  text('message'),
  text('error_class'),
  text('sql_state'),
  field('stack', array(STACK_FRAME)),
])

/** The columns of the event log, on disk and in queries. `details` is JSON text. */
export const EVENT_SCHEMA: StructType = struct([
  text('id'),
  field('sequence', SEQUENCE),
  field('origin', ORIGIN),
  field('timestamp', TIMESTAMP),
  text('message'),
  text('level'),
  text('maturity_level'),
  field('error', struct([field('fatal', BOOLEAN), field('exceptions', array(EXCEPTION))])),
  text('details'),
  text('event_type'),
])

/** An event as one line of JSON with exactly the columns of `EVENT_SCHEMA`. */
export function encodeEvent(event: PipelineEvent): string {
  return JSON.stringify({ ...event, details: JSON.stringify(event.details) })
}

/** The event of a line; undefined for text that is not one: a torn or damaged line. */
export function decodeEvent(line: string): PipelineEvent | undefined {
  try {
    const row = JSON.parse(line) as Omit<PipelineEvent, 'details'> & { details: string }
    if (typeof row.id !== 'string') return undefined
    return { ...row, details: JSON.parse(row.details) as PipelineEvent['details'] }
  } catch {
    return undefined
  }
}

/** Only the documented fields, in their order, without those that are not known. */
export function originOf(fields: Partial<EventOrigin>): EventOrigin {
  const known = ORIGIN_FIELDS.flatMap((name) => (fields[name] == null ? [] : [[name, fields[name]] as const]))
  return Object.fromEntries(known) as unknown as EventOrigin
}
