import { attribute, call, conjunction, FALSE, filter, joinOn, selectColumns } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Deduplicate, Relation, Scan } from '../../plan/relation.ts'
import { fieldNamed, type StructType, struct } from '../../types/data-type.ts'
import { type Batch, type StagedRows, stageStreaming, underNameOf } from './batch.ts'
import { type EventTime, eventTimeOf, sameName } from './event-time.ts'
import type { OperatorState } from './state-store.ts'
import { asTimestamp, timestampLiteral } from './watermark.ts'

/**
 * `dropDuplicates` and `dropDuplicatesWithinWatermark` over one batch: the first row of each key that was never seen.
 * State is the set of keys in arrival order; NULL is a key like any other. With an event-time column among the keys (or
 * within the watermark) late rows are dropped and keys leave the state when the watermark has passed them.
 */
export async function deduplicate(node: Deduplicate, original: Relation, batch: Batch): Promise<Relation> {
  const operator = plannedOperator(node, original, batch)
  const input = await stageStreaming(batch, node.input)
  const onTime = await dropLateRows(input, operator, batch)
  const seen = batch.state.operator(operator.state)
  const candidates: Deduplicate = { ...node, input: onTime.scan, columns: operator.keys }
  const unseen = seen.isEmpty
    ? candidates
    : await antiJoin(candidates, onTime.scan, operator, await seen.scan(), batch)
  // Keys alone are cheap to compute apart from the rows, which then need not be held a second time; with an expiry, keys
  // and rows must come from one evaluation.
  const rows = operator.withinWatermark ? (await stageStreaming(batch, unseen)).scan : unseen
  const passed = await seen.append(batch.session, remembered(rows, operator), isAlive(operator, batch))
  batch.observed.duplicatesDropped += onTime.rowCount - passed
  return underNameOf(node.input, rows)
}

interface DeduplicateOperator {
  readonly keys: readonly string[]
  /** The column that decides lateness and when a key is forgotten. */
  readonly eventTime?: EventTime
  readonly withinWatermark: boolean
  readonly state: OperatorState
}

/** Column of the state that says until when a key counts. */
const EXPIRES_AT = '__expires_at'

function plannedOperator(node: Deduplicate, original: Relation, batch: Batch): DeduplicateOperator {
  const schema = batch.schemaOf(node.input)
  const keys = (node.columns ?? schema.fields.map((each) => each.name)).map(
    (name) => fieldNamed(schema, name)?.name ?? name,
  )
  const below = original.kind === 'Deduplicate' ? eventTimeOf(original.input) : undefined
  const eventTime =
    below !== undefined && (node.withinWatermark || keys.some((key) => sameName(key, below.column)))
      ? below
      : undefined
  return {
    keys,
    eventTime,
    withinWatermark: node.withinWatermark,
    state: {
      kind: node.withinWatermark ? 'dedupeWithinWatermark' : 'dedupe',
      schema: stateSchema(schema, keys, eventTime, node.withinWatermark),
      expiry: eventTime === undefined ? undefined : node.withinWatermark ? EXPIRES_AT : eventTime.column,
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
  return struct([...fields, { ...fieldNamed(schema, eventTime.column)!, name: EXPIRES_AT }])
}

async function dropLateRows(
  input: StagedRows,
  operator: DeduplicateOperator,
  batch: Batch,
): Promise<StagedRows> {
  if (operator.eventTime === undefined || batch.watermarkMicros === undefined) return input
  const late = call(
    '<=',
    asTimestamp(attribute(operator.eventTime.column)),
    timestampLiteral(batch.watermarkMicros),
  )
  const onTime = await stageStreaming(batch, filter(input.scan, call('not', call('coalesce', late, FALSE))))
  batch.observed.droppedByWatermark += input.rowCount - onTime.rowCount
  return onTime
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
  const condition = isAlive(operator, batch)
  const alive = condition === undefined ? state : filter(state, condition)
  const sameKey = conjunction(
    operator.keys.map((key) =>
      call(nullable.has(key) ? '<=>' : '=', attribute('l', key), attribute('r', key)),
    ),
  )
  const hits = joinOn(alive, selectColumns(rows, operator.keys), 'left semi', sameKey)
  return joinOn(candidates, selectColumns(hits, operator.keys), 'left anti', sameKey)
}

/** The watermark has not passed a remembered key; undefined where keys are remembered for ever. */
function isAlive(operator: DeduplicateOperator, batch: Batch): Expression | undefined {
  const { expiry } = operator.state
  if (expiry === undefined || batch.watermarkMicros === undefined) return undefined
  return call('>', asTimestamp(attribute(expiry)), timestampLiteral(batch.watermarkMicros))
}

async function keysWithNulls(rows: Scan, keys: readonly string[], batch: Batch): Promise<Set<string>> {
  const [counts] = await batch.session.rows({
    kind: 'Aggregate',
    input: rows,
    groupType: 'groupby',
    grouping: [],
    expressions: keys.map((key, i) => ({
      kind: 'Alias',
      child: call('count_if', call('isnull', attribute(key))),
      name: `n${i}`,
    })),
  })
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
  const expiresAt = call('+', attribute(operator.eventTime.column), delay)
  return {
    kind: 'Project',
    input: rows,
    expressions: [...keys, { kind: 'Alias', child: expiresAt, name: EXPIRES_AT }],
  }
}
