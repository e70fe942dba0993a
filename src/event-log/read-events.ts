import { DeltaTable } from '../delta/index.ts'
import type { Engine, Row, Value } from '../engine/engine.ts'
import { attribute, call, conjunction, filter, intLiteral } from '../plan/build.ts'
import type { Expression } from '../plan/expression.ts'
import type { Relation } from '../plan/relation.ts'
import type { Storage } from '../storage/storage.ts'
import { storageFolder } from '../storage/storage-folder.ts'
import { STRING, TIMESTAMP } from '../types/data-type.ts'
import type { EventType, PipelineEvent } from './event.ts'
import { openEventLogView } from './event-log-view.ts'
import { distinctLines, readJournals } from './event-rows.ts'
import { decodeEvent, EVENT_SCHEMA, originOf } from './event-schema.ts'
import { isoMicros, microsOf } from './event-time.ts'
import { EVENTS_FOLDER } from './events-table.ts'

/** Which events to read; what is left out does not restrict. */
export interface EventFilter {
  readonly updateId?: string
  readonly levels?: readonly PipelineEvent['level'][]
  readonly eventTypes?: readonly EventType[]
  /** Qualified name of a dataset. */
  readonly dataset?: string
  /** Microseconds since the epoch, inclusive. */
  readonly sinceMicros?: bigint
  /** Microseconds since the epoch, inclusive. */
  readonly untilMicros?: bigint
  /** Only the newest so many. */
  readonly limit?: number
}

/**
 * Events of a pipeline, oldest first. The engine is opened only when the answer may lie in the Delta table: not while
 * everything, all of the update asked for, or as many events as asked for, stand in the journals.
 */
export async function readEvents(
  storage: Storage,
  wanted: EventFilter,
  openEngine: () => Promise<Engine>,
): Promise<PipelineEvent[]> {
  const recent = distinctLines(await readJournals(storage)).map((line) => decodeEvent(line)!)
  const matching = recent.filter((event) => matches(event, wanted))
  const isAnswer = holdsAll(recent, matching, wanted) || !(await hasTable(storage))
  return isAnswer ? newest(matching, wanted.limit) : readAll(storage, wanted, await openEngine())
}

function matches(event: PipelineEvent, wanted: EventFilter): boolean {
  const micros = microsOf(event.timestamp)
  return (
    (wanted.updateId === undefined || event.origin.update_id === wanted.updateId) &&
    (wanted.levels === undefined || wanted.levels.includes(event.level)) &&
    (wanted.eventTypes === undefined || wanted.eventTypes.includes(event.event_type)) &&
    (wanted.dataset === undefined || event.origin.dataset_name === wanted.dataset) &&
    (wanted.sinceMicros === undefined || micros >= wanted.sinceMicros) &&
    (wanted.untilMicros === undefined || micros <= wanted.untilMicros)
  )
}

/** True when no older event can belong to the answer: events leave the journals oldest first. */
function holdsAll(
  recent: readonly PipelineEvent[],
  matching: readonly PipelineEvent[],
  wanted: EventFilter,
): boolean {
  const oldest = recent[0]
  if (oldest === undefined) return false
  if (wanted.limit !== undefined && matching.length >= wanted.limit) return true
  if (wanted.sinceMicros !== undefined && microsOf(oldest.timestamp) < wanted.sinceMicros) return true
  return recent.some(
    (event) => event.event_type === 'create_update' && event.origin.update_id === wanted.updateId,
  )
}

async function hasTable(storage: Storage): Promise<boolean> {
  return (await DeltaTable.latestVersion(storageFolder(storage, EVENTS_FOLDER))) !== undefined
}

function newest(events: readonly PipelineEvent[], limit: number | undefined): PipelineEvent[] {
  const ordered = events.toSorted(
    (a, b) =>
      (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0) ||
      a.sequence.data_plane_id.seq_no - b.sequence.data_plane_id.seq_no,
  )
  return limit === undefined ? ordered : ordered.slice(Math.max(0, ordered.length - limit))
}

async function readAll(storage: Storage, wanted: EventFilter, engine: Engine): Promise<PipelineEvent[]> {
  const view = await openEventLogView(storage, engine.deltaPort)
  const session = await engine.openSession({ timestampMicros: 0n, ansi: true })
  try {
    const rows = await session.rows(selection(view.events, wanted))
    return newest(rows.map(eventOfRow), wanted.limit)
  } finally {
    await session.close()
    await view.close()
  }
}

function selection(events: Relation, wanted: EventFilter): Relation {
  const selected = filter(events, conjunction(conditionsOf(wanted)))
  if (wanted.limit === undefined) return selected
  return {
    kind: 'Limit',
    limit: intLiteral(wanted.limit),
    input: {
      kind: 'Sort',
      input: selected,
      order: [attribute('timestamp'), attribute('sequence', 'data_plane_id', 'seq_no')].map((child) => ({
        kind: 'SortOrder',
        child,
        direction: 'desc',
        nulls: 'last',
      })),
    },
  }
}

function conditionsOf(wanted: EventFilter): Expression[] {
  const conditions: Expression[] = []
  const add = (operator: string, column: Expression, ...values: readonly Expression[]) =>
    conditions.push(call(operator, column, ...values))
  if (wanted.updateId !== undefined) add('=', attribute('origin', 'update_id'), text(wanted.updateId))
  if (wanted.levels !== undefined) add('in', attribute('level'), ...wanted.levels.map(text))
  if (wanted.eventTypes !== undefined) add('in', attribute('event_type'), ...wanted.eventTypes.map(text))
  if (wanted.dataset !== undefined) add('=', attribute('origin', 'dataset_name'), text(wanted.dataset))
  if (wanted.sinceMicros !== undefined) add('>=', attribute('timestamp'), timestamp(wanted.sinceMicros))
  if (wanted.untilMicros !== undefined) add('<=', attribute('timestamp'), timestamp(wanted.untilMicros))
  return conditions
}

function text(value: string): Expression {
  return { kind: 'Literal', value, dataType: STRING }
}

function timestamp(micros: bigint): Expression {
  return { kind: 'Literal', value: isoMicros(micros).replace('T', ' ').replace('Z', ''), dataType: TIMESTAMP }
}

function eventOfRow(row: Row): PipelineEvent {
  const column = <Name extends keyof PipelineEvent>(name: Name) => {
    const index = EVENT_SCHEMA.fields.findIndex((each) => each.name === name)
    return plain(row[index]!) as PipelineEvent[Name]
  }
  return {
    id: column('id'),
    sequence: { data_plane_id: column('sequence').data_plane_id },
    origin: originOf(column('origin')),
    timestamp: isoMicros(microsOf(column('timestamp'))),
    message: column('message'),
    level: column('level'),
    maturity_level: column('maturity_level'),
    error: column('error'),
    details: JSON.parse(column('details') as unknown as string),
    event_type: column('event_type'),
  }
}

/** Engine values as JSON has them. Counts and numbers of events are far below 2^53. */
function plain(value: Value): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]))
}
