import type { Column } from '../plan/column.ts'
import { boolOr, lastValue, max, min, sum } from '../plan/column-functions/aggregate.ts'
import { coalesce } from '../plan/column-functions/conditional.ts'
import { col, lit, when } from '../plan/column-functions/core.ts'
import { lag, lead } from '../plan/column-functions/window.ts'
import type { Relation } from '../plan/relation.ts'
import { Window } from '../plan/window-spec.ts'
import {
  anyOf,
  comparable,
  extend,
  givenLeaves,
  givesLeaf,
  isDistinct,
  isOperation,
  isSparseLeaf,
  keyColumn,
  keyColumns,
  keyWindow,
  leafColumn,
  leafColumns,
  ORIGIN,
  select,
  unionAll,
  where,
} from './event.ts'
import type { AutoCdc } from './resolve.ts'
import { leafValue, named } from './shape.ts'
import { END_AT, START_AT } from './state.ts'
import {
  type AutoCdcInput,
  batchEvents,
  hiddenEvents,
  inheritValues,
  NO_GIVEN,
  NO_TIME,
  nullOf,
  onePerSequence,
  timestamp,
  withoutInherited,
} from './timeline.ts'

/**
 * SCD 2: every event that is known of the touched keys, those of the batch among them, with what follows from it. Events
 * are known from the target's rows, which are read back as the events that made them, and from the hidden state.
 */
export function versionTimeline(cdc: AutoCdc, input: AutoCdcInput): Relation {
  const known = unionAll([
    hiddenEvents(cdc, input.hidden),
    ...rowsAsEvents(cdc, input.target),
    batchEvents(cdc, input),
  ])
  const remembered = forget(cdc, known, input.forgetBeforeMicros)
  const events = inheritValues(cdc, onePerSequence(cdc, withoutInherited(cdc, remembered)))
  return markHidden(cdc, markRows(cdc, markOpenings(cdc, events)), input.arrivedMicros)
}

const NEXT_START_AT = '__NEXT_START_AT'

/** A version as the upsert that opened it and, where no other version follows at once, the delete that ended it. */
function rowsAsEvents(cdc: AutoCdc, target: Relation): readonly Relation[] {
  const keys = cdc.keys.map((each) => each.name)
  const byKey = keyWindowOf(keys)
  const rows = extend(target, { [NEXT_START_AT]: lead(named(START_AT)).over(byKey) })
  const event = (sequence: string, op: 'upsert' | 'delete', leaves: readonly Column[], given: Column) =>
    [
      ...keys.map((each, i) => named(each).as(keyColumn(i))),
      named(sequence).as('s'),
      lit(op).as('op'),
      ...leaves.map((each, i) => each.as(leafColumn(i))),
      ...(cdc.isSparse ? [given.as('given')] : []),
      NO_TIME.as('arrived'),
      lit(false).as('base'),
      lit(ORIGIN.target).as('origin'),
    ] as const
  const values = cdc.leaves.map((leaf) => leafValue(leaf, (name) => named(name)))
  const nothing = cdc.leaves.map((leaf) => nullOf(leaf.dataType))
  const given = cdc.isSparse ? givenLeaves(cdc, (i) => values[i]!) : NO_GIVEN
  const isEnd = named(END_AT)
    .isNotNull()
    .and(isDistinct(named(END_AT), col(NEXT_START_AT)))
  return [
    select(target, event(START_AT, 'upsert', values, given)),
    select(where(rows, isEnd), event(END_AT, 'delete', nothing, NO_GIVEN)),
  ]
}

function keyWindowOf(keys: readonly string[]) {
  return Window.partitionBy(...keys.map((each) => named(each))).orderBy(named(START_AT))
}

/**
 * Moves a key's horizon to the newest hidden event that arrived too long ago. That event stands for all before it; what the
 * batch brings from before it is too late. What the target shows of those times stays as it is.
 */
function forget(cdc: AutoCdc, known: Relation, forgetBeforeMicros: bigint | undefined): Relation {
  const isHidden = col('origin').eq(ORIGIN.hidden)
  const isOld =
    forgetBeforeMicros === undefined
      ? col('base')
      : col('base').or(isHidden.and(col('arrived').lt(timestamp(forgetBeforeMicros))))
  const sameSequence = keyWindow(cdc).partitionBy(...keyColumns(cdc), 's')
  const placed = extend(known, {
    horizon: max(when(isOld, col('s'))).over(keyWindow(cdc)),
    has_base: boolOr('base').over(sameSequence),
    has_hidden: boolOr(isHidden).over(sameSequence),
  })
  const notBefore = coalesce(col('s').geq(col('horizon')), lit(true))
  const isAfter = coalesce(col('s').gt(col('horizon')), lit(true))
  const isKept = when(col('origin').eq(ORIGIN.batch), isAfter)
    .when(isHidden, notBefore.and(col('base').or(col('has_base').not())))
    .otherwise(notBefore.and(col('has_hidden')).not())
  const kept = where(placed, isKept)
  const isBase = isHidden.and(coalesce(col('s').eq(col('horizon')), lit(false)))
  return extend(kept, {
    base: isBase,
    ...(cdc.isSparse ? { given: when(isBase.not(), col('given')) } : {}),
  })
}

/** `opens`: an upsert that begins a version: nothing was open, or a tracked column changes. */
function markOpenings(cdc: AutoCdc, events: Relation): Relation {
  const bySequence = keyWindow(cdc).orderBy('s')
  const changes = cdc.leaves.flatMap((leaf, i) => {
    if (!leaf.isTracked) return []
    const value = comparable(leaf, col(leafColumn(i)))
    return [isDistinct(value, lag(value).over(bySequence))]
  })
  const followsNothing = col('previous').eqNullSafe('upsert').not()
  const before = extend(events, {
    previous: lag('op').over(bySequence),
    changes: anyOf(changes) ?? lit(false),
  })
  return extend(before, { opens: isOperation('upsert').and(followsNothing.or(col('changes'))) })
}

/**
 * `run`: the version that an upsert belongs to; its last event makes the row (`is_row`), valid from `since` until `until`.
 */
function markRows(cdc: AutoCdc, events: Relation): Relation {
  const bySequence = keyWindow(cdc).orderBy('s')
  const isBoundary = col('opens').or(isOperation('delete'))
  const runs = extend(events, {
    run: sum(when(isBoundary, 1).otherwise(0)).over(bySequence.rowsBetween('unboundedPreceding', 0)),
    ends: coalesce(lead(isBoundary).over(bySequence), lit(true)),
    until: lead('s').over(bySequence),
  })
  return extend(runs, {
    since: min('s').over(keyWindow(cdc).partitionBy(...keyColumns(cdc), 'run')),
    is_row: isOperation('upsert').and(col('ends')),
  })
}

/** `is_hidden`: reading the target's rows back would not give the event, so that the hidden state must keep it. */
function markHidden(cdc: AutoCdc, events: Relation, arrivedMicros: bigint): Relation {
  const wholeRun = keyWindow(cdc)
    .partitionBy(...keyColumns(cdc), 'run')
    .orderBy('s')
    .rowsBetween('unboundedPreceding', 'unboundedFollowing')
  const differs = cdc.leaves.flatMap((leaf, i) => {
    const value = col(leafColumn(i))
    const ofRow = leaf.isTracked ? value : lastValue(value).over(wholeRun)
    const changed = leaf.isTracked ? [] : [isDistinct(comparable(leaf, value), comparable(leaf, ofRow))]
    if (!isSparseLeaf(cdc, leaf)) return changed
    const leftOut = givesLeaf(leaf).not()
    return [...changed, leaf.ignoresNull ? leftOut.and(ofRow.isNotNull()) : leftOut]
  })
  const isHidden = when(isOperation('delete'), col('previous').eqNullSafe('upsert').not()).otherwise(
    col('opens')
      .not()
      .or(anyOf(differs) ?? lit(false)),
  )
  return select(extend(events, { is_hidden: col('base').or(isHidden) }), [
    ...keyColumns(cdc).map((each) => col(each)),
    col('s'),
    col('op'),
    ...leafColumns(cdc).map((each) => col(each)),
    ...(cdc.isSparse ? [col('given')] : []),
    coalesce('arrived', timestamp(arrivedMicros)).as('arrived'),
    ...['base', 'tied', 'is_row', 'since', 'until', 'is_hidden'].map((each) => col(each)),
  ])
}
