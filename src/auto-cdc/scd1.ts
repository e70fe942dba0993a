import { aggregate, unionByName } from '../plan/build.ts'
import type { Column } from '../plan/column.ts'
import { lastValue, max } from '../plan/column-functions/aggregate.ts'
import { coalesce } from '../plan/column-functions/conditional.ts'
import { col, lit, when } from '../plan/column-functions/core.ts'
import { lead } from '../plan/column-functions/window.ts'
import type { Relation } from '../plan/relation.ts'
import {
  anyOf,
  extend,
  givesColumn,
  givesLeaf,
  isOperation,
  keyColumn,
  keyColumns,
  keyWindow,
  leafColumn,
  leafColumns,
  OPERATION,
  select,
  where,
} from './event.ts'
import type { AutoCdc } from './resolve.ts'
import { type Leaf, leafValue, named } from './shape.ts'
import { STATE } from './state.ts'
import {
  type AutoCdcInput,
  batchEvents,
  hiddenEvents,
  inheritValues,
  type KnownEvents,
  NO_GIVEN,
  nullOf,
  onePerSequence,
  timestamp,
  withGiven,
} from './timeline.ts'

/**
 * SCD 1: the events that can still decide of the touched keys, those of the batch among them, with what follows from them,
 * and the newest truncate. The hidden state has one row for each key that was ever seen, and where events are sparse those
 * that still supply a leaf: so nothing is ever too late.
 */
export function latestTimeline(
  cdc: AutoCdc,
  input: AutoCdcInput,
  { events, ...meeting }: KnownEvents,
): Relation {
  const chosen = inheritValues(cdc, onePerSequence(cdc, events, meeting))
  return unionByName([markHidden(cdc, chosen), truncateRow(cdc, newestTruncate(input), input.arrivedMicros)])
}

/** SCD 1: the events of the touched keys: those of the hidden state and the batch's own, without those that a truncate ended. */
export function latestEvents(cdc: AutoCdc, input: AutoCdcInput): Relation {
  const known = unionByName([storedEvents(cdc, input), batchEvents(cdc, input)])
  return withGiven(cdc, afterTruncate(known, newestTruncate(input)))
}

/**
 * The hidden state's events with their values. An upsert whose row was deleted from the target by hand counts as a delete:
 * older events do not bring the row back.
 */
function storedEvents(cdc: AutoCdc, { hidden, target }: AutoCdcInput): Relation {
  const rows = select(target, [
    ...cdc.keys.map((each, i) => named(each.name).as(`t_${keyColumn(i)}`)),
    ...cdc.leaves.map((leaf, i) => leafValue(leaf, (name) => named(name)).as(`t_${leafColumn(i)}`)),
    lit(true).as('is_there'),
  ])
  const sameKey = keyColumns(cdc)
    .map((each) => col(each).eq(col(`t_${each}`)))
    .reduce((left, right) => left.and(right))
  const joined: Relation = {
    kind: 'Join',
    left: hiddenEvents(cdc, hidden),
    right: rows,
    joinType: 'left',
    condition: sameKey.expression,
  }
  const isShown = col('is_there').isNotNull()
  const value = (leaf: Leaf, index: number): Column => {
    const ofRow = col(`t_${leafColumn(index)}`)
    // What the flow's definition before did not keep of the event that made the row, the row has.
    const isKept = leaf.isSparse ? col('has_values') : col('has_values').and(givesLeaf(leaf))
    const ofEvent = cdc.isSparse ? when(isKept, col(leafColumn(index))).otherwise(ofRow) : ofRow
    return when(isShown.and(isOperation('upsert')), ofEvent)
  }
  return select(joined, [
    ...keyColumns(cdc).map((each) => col(each)),
    col('s'),
    when(isShown, col('op')).otherwise(lit(OPERATION.delete)).as('op'),
    ...cdc.leaves.map((leaf, i) => value(leaf, i).as(leafColumn(i))),
    ...(cdc.isSparse ? [when(isShown, col('given')).as('given')] : []),
    col('arrived'),
    col('base'),
    col('origin'),
  ])
}

/** One row: `truncated`, the greatest sequence of a truncate, or NULL. */
function newestTruncate({ events, hidden }: AutoCdcInput): Relation {
  const truncates = unionByName([
    select(where(events, isOperation('truncate')), [col('s')]),
    select(where(hidden, named(STATE.operation).eq(lit(OPERATION.truncate))), [
      named(STATE.sequence).as('s'),
    ]),
  ])
  return aggregate(truncates, [], [max('s').as('truncated').expression])
}

function afterTruncate(events: Relation, truncate: Relation): Relation {
  const joined: Relation = { kind: 'Join', left: events, right: truncate, joinType: 'cross' }
  return where(joined, coalesce(col('s').gt(col('truncated')), lit(true)))
}

function markHidden(cdc: AutoCdc, events: Relation): Relation {
  const bySequence = keyWindow(cdc).orderBy('s')
  const all = bySequence.rowsBetween('unboundedPreceding', 'unboundedFollowing')
  const authors = cdc.leaves.flatMap((leaf, i) =>
    leaf.isSparse
      ? [
          lastValue(when(col(givesColumn(i)), col('s')), true)
            .over(all)
            .eq(col('s')),
        ]
      : [],
  )
  const marked = extend(events, {
    is_last: lead('s').over(bySequence).isNull(),
    is_author: coalesce(anyOf(authors) ?? lit(false), lit(false)),
  })
  return select(marked, [
    ...keyColumns(cdc).map((each) => col(each)),
    col('s'),
    col('op'),
    ...leafColumns(cdc).map((each) => col(each)),
    ...(cdc.isSparse ? [col('given')] : []),
    ...['arrived', 'base', 'tied'].map((each) => col(each)),
    col('is_last').and(isOperation('upsert')).as('is_row'),
    col('is_last').or(col('is_author')).as('is_hidden'),
  ])
}

function truncateRow(cdc: AutoCdc, truncate: Relation, arrivedMicros: bigint): Relation {
  return select(where(truncate, col('truncated').isNotNull()), [
    ...cdc.keys.map((each, i) => nullOf(each.dataType).as(keyColumn(i))),
    col('truncated').as('s'),
    lit(OPERATION.truncate).as('op'),
    ...cdc.leaves.map((leaf, i) => nullOf(leaf.dataType).as(leafColumn(i))),
    ...(cdc.isSparse ? [NO_GIVEN.as('given')] : []),
    timestamp(arrivedMicros).as('arrived'),
    lit(false).as('base'),
    lit(false).as('tied'),
    lit(false).as('is_row'),
    lit(true).as('is_hidden'),
  ])
}
