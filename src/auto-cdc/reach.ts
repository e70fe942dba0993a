import { aggregate, joinOn, project, unionByName } from '../plan/build.ts'
import type { Column } from '../plan/column.ts'
import { max, min } from '../plan/column-functions/aggregate.ts'
import { coalesce } from '../plan/column-functions/conditional.ts'
import { col, lit, when } from '../plan/column-functions/core.ts'
import type { Relation } from '../plan/relation.ts'
import { isOperation, keyColumn, OPERATION, select, where } from './event.ts'
import type { AutoCdc } from './resolve.ts'
import { named } from './shape.ts'
import { END_AT, REACH, STATE } from './state.ts'
import { nullOf, timestamp } from './timeline.ts'

/**
 * The keys that events are about, each once, under the names of the target: only their rows of the target and of the hidden
 * state take part. A batch with truncates touches every key.
 */
export function touchedKeys(cdc: AutoCdc, events: Relation): Relation {
  const keys = select(
    where(events, isOperation('truncate').not()),
    cdc.keys.map((each, i) => col(keyColumn(i)).as(each.name)),
  )
  return { kind: 'Deduplicate', input: keys, withinWatermark: false }
}

/**
 * The rows of the hidden state that have one of the keys, and those of truncates, which concern every key: `hasTruncates`
 * says whether there can be any.
 */
export function stateOfKeys(
  cdc: AutoCdc,
  hidden: Relation,
  { keys, hasTruncates }: { readonly keys: Relation; readonly hasTruncates: boolean },
): Relation {
  const ofKeys = joinOn(hidden, keys, 'left semi', sameKey(cdc).expression)
  if (!hasTruncates) return ofKeys
  return unionByName([ofKeys, where(hidden, named(STATE.operation).eq(lit(OPERATION.truncate)))])
}

/**
 * How far back each touched key's history matters: its keys, with SCD 2 also `__SINCE`, the first sequence of its events and
 * of the state to fold, and `__HORIZON`, up to where its state is folded after the batch, or NULL. `hidden` is the state of
 * the touched keys. Hold the rows.
 */
export function touchedHistory(
  cdc: AutoCdc,
  events: Relation,
  hidden: Relation,
  forgetBeforeMicros: bigint | undefined,
): Relation {
  if (cdc.scdType === 1) return touchedKeys(cdc, events)
  const row = (keys: readonly Column[], since: Column, horizon: Column) => [
    ...keys,
    since.as(REACH.since),
    horizon.as(REACH.horizon),
  ]
  const isBase = named(STATE.isHorizon)
  const isOld =
    forgetBeforeMicros === undefined
      ? lit(false)
      : named(STATE.arrivedAt).lt(timestamp(forgetBeforeMicros)).and(isBase.not())
  const ofEvents = row(
    cdc.keys.map((each, i) => col(keyColumn(i)).as(each.name)),
    col('s'),
    nullOf(cdc.sequenceType),
  )
  const ofState = row(
    cdc.keys.map((each) => named(each.name)),
    when(isOld, named(STATE.sequence)),
    when(isBase.or(isOld), named(STATE.sequence)),
  )
  const keys = cdc.keys.map((each) => named(each.name))
  return aggregate(
    unionByName([select(events, ofEvents), select(hidden, ofState)]),
    keys.map((each) => each.expression),
    row(keys, min(named(REACH.since)), max(named(REACH.horizon))).map((each) => each.expression),
  )
}

/** The rows of the target that matter: those of the keys, with SCD 2 without versions that had ended before. */
export function touchedRows(cdc: AutoCdc, target: Relation, history: Relation): Relation {
  if (cdc.scdType === 1) return joinOn(target, history, 'left semi', sameKey(cdc).expression)
  // A semi join whose condition is more than comparisons compares every row with every key. Keys of a history differ.
  const found = joinOn(target, history, 'inner', sameKey(cdc).expression)
  const isRecent = coalesce(named('l', END_AT).geq(named('r', REACH.since)), lit(true))
  return project(where(found, isRecent), [{ kind: 'UnresolvedStar', target: ['l'] }])
}

function sameKey(cdc: AutoCdc): Column {
  const [first, ...others] = cdc.keys.map(({ name }) => named('l', name).eq(named('r', name)))
  return others.reduce((left, right) => left.and(right), first!)
}
