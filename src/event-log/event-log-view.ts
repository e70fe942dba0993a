import type { DeltaPort } from '../delta/index.ts'
import { alias, attribute, call, project } from '../plan/build.ts'
import type { Expression } from '../plan/expression.ts'
import type { Generate, Relation } from '../plan/relation.ts'
import type { Storage } from '../storage/storage.ts'
import { STRING } from '../types/data-type.ts'
import { distinctLines, readJournals, scanOfLines, unionOfEvents } from './event-rows.ts'
import { EVENT_SCHEMA } from './event-schema.ts'
import { EventsTable } from './events-table.ts'

/** A pipeline's whole event log at one moment, as a relation; `close` when the queries over it are done. */
export interface EventLogView {
  /** The documented columns (`EVENT_SCHEMA`), each event once, in no order. */
  readonly events: Relation
  close(): Promise<void>
}

/**
 * Reads what the journals hold and opens the table behind them. In this order: an event that is folded in between is
 * found in the table.
 */
export async function openEventLogView(storage: Storage, port: DeltaPort): Promise<EventLogView> {
  const journals = await readJournals(storage)
  const table = await EventsTable.openIfExists(storage, port)
  const unfolded = journals.filter((each) => each.file.number > (table?.foldedJournal ?? -1))
  const rows = await scanOfLines(storage, distinctLines(unfolded))
  const events = table === undefined ? rows.scan : unionOfEvents(await table.scan(), rows.scan)
  return { events, close: rows.remove }
}

/** Columns that an event's expectation counts have once they are rows. */
const EXPECTATION_COLUMNS = ['dataset', 'name', 'passed_records', 'failed_records'] as const

const EXPECTATION_TYPE =
  'array<struct<name:string,dataset:string,passed_records:bigint,failed_records:bigint>>'

/** The events that carry expectation counts, one row for each expectation: the documented columns, then those counts. */
export function flattenedEvents(events: Relation): Relation {
  const parsed = call(
    'from_json',
    detail('$.flow_progress.data_quality.expectations'),
    text(EXPECTATION_TYPE),
  )
  const exploded: Generate = {
    kind: 'Generate',
    input: events,
    generator: call('explode', parsed),
    isOuter: false,
    alias: 'counted',
    columns: ['expectation'],
  }
  return project(exploded, [
    ...EVENT_SCHEMA.fields.map((each) => attribute(each.name)),
    ...EXPECTATION_COLUMNS.map((name) => alias(attribute('expectation', name), name)),
  ])
}

/** The view `event_log_expectations`: one row for each expectation and batch. */
export function expectationsView(events: Relation): Relation {
  return project(flattenedEvents(events), [
    alias(attribute('origin', 'update_id'), 'update_id'),
    attribute('timestamp'),
    alias(attribute('origin', 'flow_name'), 'flow_name'),
    alias(attribute('origin', 'batch_id'), 'batch_id'),
    attribute('dataset'),
    attribute('name'),
    attribute('passed_records'),
    attribute('failed_records'),
  ])
}

function detail(path: string): Expression {
  return call('get_json_object', attribute('details'), text(path))
}

function text(value: string): Expression {
  return { kind: 'Literal', value, dataType: STRING }
}
