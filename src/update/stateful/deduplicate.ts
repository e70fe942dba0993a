import {
  aggregate,
  alias,
  attribute,
  call,
  conjunction,
  filter,
  joinOn,
  selectColumns,
} from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Deduplicate, Relation, Scan } from '../../plan/relation.ts'
import { field, fieldNamed, type StructType, struct } from '../../types/data-type.ts'
import { sameName } from '../../types/same-name.ts'
import { type Batch, stageStreaming, underNameOf } from './batch.ts'
import { type EventTime, eventTimesOf, instantOf, instantPath } from './event-time.ts'
import { withoutLateRows } from './group-state.ts'
import { type InputWatermark, inputWatermark } from './input-watermark.ts'
import type { OperatorHandle } from './operator-handle.ts'
import { type Retention, stillCounts } from './retention.ts'
import type { OperatorState } from './state-store.ts'

/**
 * `dropDuplicates` and `dropDuplicatesWithinWatermark` over one batch: the first row of each key that was never seen.
 * State is the set of keys in arrival order; NULL is a key like any other. With an event-time column among the keys (or
 * within the watermark) late rows are dropped and keys leave the state when the watermark has passed them, which it never
 * does where the event time among the keys is NULL.
 */
export async function deduplicate(node: Deduplicate, original: Deduplicate, batch: Batch): Promise<Relation> {
  const operator = plannedOperator(node, original, batch)
  const watermark = inputWatermark(original.input, batch)
  const input = await stageStreaming(batch, node.input)
  const time = operator.eventTime && instantOf(operator.eventTime)
  const onTime = await withoutLateRows(input, time, watermark, batch)
  const seen = batch.state.operator(operator.state)
  const candidates: Deduplicate = { ...node, input: onTime.scan, columns: operator.keys }
  const unseen = seen.isEmpty
    ? candidates
    : await antiJoin(candidates, onTime.scan, operator, await alive(seen, operator, watermark), batch)
  // Keys alone are cheap to compute apart from the rows, which then need not be held a second time; with an expiry, keys
  // and rows must come from one evaluation.
  const rows = operator.withinWatermark ? (await stageStreaming(batch, unseen)).scan : unseen
  const retention = retentionOf(operator, watermark.overMicros)
  const passed = await seen.append(batch.session, remembered(rows, operator), { retention })
  if (retention !== undefined) seen.expire(retention)
  batch.observed.duplicatesDropped += onTime.rowCount - passed
  return underNameOf(node.input, rows)
}

interface DeduplicateOperator {
  readonly keys: readonly string[]
  /** The column that decides lateness and when a key is forgotten. */
  readonly eventTime?: EventTime
  readonly withinWatermark: boolean
  /** The column of the state with the time that the watermark must pass for a key to be forgotten. */
  readonly until?: readonly string[]
  readonly state: OperatorState
}

/** Column of the state that says until when a key counts. */
const EXPIRES_AT = '__expires_at'

function plannedOperator(node: Deduplicate, original: Deduplicate, batch: Batch): DeduplicateOperator {
  const schema = batch.schemaOf(node.input)
  const keys = (node.columns ?? schema.fields.map((each) => each.name)).map(
    (name) => fieldNamed(schema, name)?.name ?? name,
  )
  const below = eventTimesOf(original.input)
  const eventTime = node.withinWatermark
    ? below[0]
    : below.find((each) => keys.some((key) => sameName(key, each.column)))
  return {
    keys,
    eventTime,
    withinWatermark: node.withinWatermark,
    ...(eventTime !== undefined && {
      until: node.withinWatermark ? [EXPIRES_AT] : instantPath(eventTime),
    }),
    state: {
      kind: node.withinWatermark ? 'dedupeWithinWatermark' : 'dedupe',
      schema: stateSchema(schema, keys, eventTime, node.withinWatermark),
    },
  }
}

function stateSchema(
  schema: StructType,
  keys: readonly string[],
  eventTime: EventTime | undefined,
  withinWatermark: boolean,
): StructType {
  const fields = keys.map((key) => fieldNamed(schema, key)!)
  if (eventTime === undefined || !withinWatermark) return struct(fields)
  const { dataType } = fieldNamed(schema, eventTime.column)!
  const instant = dataType.kind === 'struct' ? fieldNamed(dataType, 'end')!.dataType : dataType
  return struct([...fields, field(EXPIRES_AT, instant)])
}

/**
 * Probes the state with the batch's keys first, which reads only the parts of it that can hold them, and joins the few
 * hits back: far cheaper than an anti-join against all keys ever seen.
 */
async function antiJoin(
  candidates: Relation,
  rows: Scan,
  operator: DeduplicateOperator,
  state: Relation,
  batch: Batch,
): Promise<Relation> {
  const nullable = await keysWithNulls(rows, operator.keys, batch)
  const sameKey = conjunction(
    operator.keys.map((key) =>
      call(nullable.has(key) ? '<=>' : '=', attribute('l', key), attribute('r', key)),
    ),
  )
  const hits = joinOn(state, selectColumns(rows, operator.keys), 'left semi', sameKey)
  return joinOn(candidates, selectColumns(hits, operator.keys), 'left anti', sameKey)
}

/** A row without event time is never late: where its key has no time of its own, it must not come to pass again. */
function retentionOf(
  { until, withinWatermark }: DeduplicateOperator,
  overMicros: bigint | undefined,
): Retention | undefined {
  return until && { until, keepsNull: !withinWatermark, overMicros }
}

/** The remembered keys that rows of this batch may have. */
async function alive(
  seen: OperatorHandle,
  operator: DeduplicateOperator,
  { lateMicros }: InputWatermark,
): Promise<Relation> {
  const condition = stillCounts(retentionOf(operator, lateMicros), operator.state.schema)
  const state = await seen.scan()
  return condition === undefined ? state : filter(state, condition)
}

async function keysWithNulls(rows: Scan, keys: readonly string[], batch: Batch): Promise<Set<string>> {
  const [counts] = await batch.session.rows(
    aggregate(
      rows,
      [],
      keys.map((key, i) => alias(call('count_if', call('isnull', attribute(key))), `n${i}`)),
    ),
  )
  return new Set(keys.filter((_, i) => counts![i] !== 0n))
}

function remembered(rows: Relation, operator: DeduplicateOperator): Relation {
  const keys = operator.keys.map((key) => attribute(key))
  if (operator.eventTime === undefined || !operator.withinWatermark) return selectColumns(rows, operator.keys)
  const delay: Expression = {
    kind: 'Literal',
    value: operator.eventTime.delayMicros,
    dataType: { kind: 'interval day to second' },
  }
  const expiresAt = call('+', instantOf(operator.eventTime), delay)
  return {
    kind: 'Project',
    input: rows,
    expressions: [...keys, { kind: 'Alias', child: expiresAt, name: EXPIRES_AT }],
  }
}
