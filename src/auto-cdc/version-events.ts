import { aggregate, joinOn, unionByName } from '../plan/build.ts'
import type { Column } from '../plan/column.ts'
import { collectList } from '../plan/column-functions/aggregate.ts'
import { coalesce } from '../plan/column-functions/conditional.ts'
import { col, lit, namedStruct, when } from '../plan/column-functions/core.ts'
import { exists } from '../plan/column-functions/higher-order.ts'
import type { Relation } from '../plan/relation.ts'
import {
  extend,
  givenLeaves,
  isOperation,
  keyColumn,
  keyColumns,
  leafColumn,
  leafColumns,
  OPERATION,
  ORIGIN,
  STANDING,
  select,
  systemColumns,
  where,
} from './event.ts'
import type { AutoCdc } from './resolve.ts'
import { leafValue, named } from './shape.ts'
import { END_AT, REACH, START_AT } from './state.ts'
import {
  type AutoCdcInput,
  batchEvents,
  hiddenEvents,
  NO_GIVEN,
  NO_TIME,
  nullOf,
  withGiven,
} from './timeline.ts'

/**
 * SCD 2: the events of the touched keys: those of the hidden state, of the target's rows read back, and the batch's own. Where
 * there is a hidden state `is_past` says which of its events are from before the batch matters: they stay as they are. The
 * horizon of a key is its newest event that arrived too long ago: it stands for all before it (`base`), and what the batch
 * brings from before it is too late.
 */
export function versionEvents(cdc: AutoCdc, input: AutoCdcInput): Relation {
  const batch = batchEvents(cdc, input)
  const ended = endings(cdc, input.target)
  const opened = openings(cdc, input.target)
  if (input.hiddenCount === 0n) {
    return withGiven(cdc, unionByName([opened, ended, select(batch, eventColumns(cdc))]))
  }
  const hidden = select(placedState(cdc, input), [...eventColumns(cdc), col('is_past')])
  const recent = where(hidden, col('is_past').not())
  const inTime = where(withHistory(cdc, batch, input), coalesce(col('s').geq(col('horizon')), lit(true)))
  const shown = unionByName([
    joinOn(opened, recent, 'left anti', sameMoment(cdc).expression),
    ended,
    select(inTime, eventColumns(cdc)),
  ])
  return withGiven(cdc, unionByName([hidden, extend(shown, { is_past: lit(false) })]))
}

function eventColumns(cdc: AutoCdc): readonly Column[] {
  const names = [...keyColumns(cdc), 's', 'op', ...leafColumns(cdc), ...(cdc.isSparse ? ['given'] : [])]
  const system = cdc.systemType === undefined ? [] : ['y', 'standing']
  return [...names, 'arrived', 'base', 'origin', ...system].map((each) => col(each))
}

/** Adds `since` and `horizon` of the key. */
function withHistory(cdc: AutoCdc, events: Relation, { history }: AutoCdcInput): Relation {
  const bounds = select(history, [
    ...cdc.keys.map((each, i) => named(each.name).as(`r_${keyColumn(i)}`)),
    named(REACH.since).as('since'),
    named(REACH.horizon).as('horizon'),
  ])
  return joinWithKeys(cdc, events, bounds, 'inner')
}

/** Keys of the right side are `r_k0..`. */
function joinWithKeys(cdc: AutoCdc, left: Relation, right: Relation, joinType: 'inner' | 'left'): Relation {
  const condition = keyColumns(cdc)
    .map((each) => col(each).eq(col(`r_${each}`)))
    .reduce((all, each) => all.and(each)).expression
  const joined: Relation = { kind: 'Join', left, right, joinType, condition }
  return { kind: 'Drop', input: joined, columns: keyColumns(cdc).map((each) => `r_${each}`) }
}

/**
 * The hidden state from the horizon on. An event is past when it is from before `since` and no row of the target that was read
 * holds it. A later upsert that none holds had its row deleted by hand: it counts as a delete, so that it does not bring it back.
 */
function placedState(cdc: AutoCdc, input: AutoCdcInput): Relation {
  const bounded = withHistory(cdc, hiddenEvents(cdc, input.hidden), input)
  const kept = where(bounded, coalesce(col('s').geq(col('horizon')), lit(true)))
  const isBase = coalesce(col('s').eq(col('horizon')), lit(false))
  const isEarly = col('s').lt(col('since'))
  const isDeleted = isOperation('upsert').and(col('is_held').or(isEarly).not())
  const unlessDeleted = (name: string) => [name, when(isDeleted.not(), col(name))] as const
  return extend(withHeld(cdc, kept, input), {
    is_past: isEarly.and(col('is_held').not()),
    base: isBase,
    op: when(isDeleted, lit(OPERATION.delete)).otherwise(col('op')),
    ...Object.fromEntries(leafColumns(cdc).map(unlessDeleted)),
    ...(cdc.isSparse ? { given: when(isBase.or(isDeleted).not(), col('given')) } : {}),
  })
}

/** Adds `is_held`: the event lies within a version of the target. Where a key has a row several times, the event comes once. */
function withHeld(cdc: AutoCdc, hidden: Relation, { target }: AutoCdcInput): Relation {
  const interval = namedStruct({ since: named(START_AT), until: named(END_AT) })
  const versions = aggregate(
    target,
    cdc.keys.map((each) => named(each.name).expression),
    [
      ...cdc.keys.map((each, i) => named(each.name).as(`r_${keyColumn(i)}`)),
      collectList(interval).as('versions'),
    ].map((each) => each.expression),
  )
  const isWithin = (version: Column): Column => {
    const until = version.getField('until')
    return version
      .getField('since')
      .leq(col('s'))
      .and(until.isNull().or(col('s').lt(until)))
  }
  const joined = joinWithKeys(cdc, hidden, versions, 'left')
  return extend(joined, { is_held: coalesce(exists('versions', isWithin), lit(false)) })
}

/** The upserts that opened the target's versions. */
function openings(cdc: AutoCdc, target: Relation): Relation {
  const values = cdc.leaves.map((leaf) => leafValue(leaf, (name) => named(name)))
  const given = cdc.isSparse
    ? givenLeaves(cdc, (leaf, i) => [leaf.isNullLeftOut ? values[i]!.isNotNull() : undefined])
    : NO_GIVEN
  return select(target, shownEvent(cdc, START_AT, 'upsert', values, given))
}

/** The deletes that ended the target's versions: no other version follows at once. */
function endings(cdc: AutoCdc, target: Relation): Relation {
  const sameKey = cdc.keys.map(({ name }) => named('l', name).eq(named('r', name)))
  const isFollowed = sameKey.reduce((all, each) => all.and(each), named('l', END_AT).eq(named('r', START_AT)))
  const ended = joinOn(where(target, named(END_AT).isNotNull()), target, 'left anti', isFollowed.expression)
  const nothing = cdc.leaves.map((leaf) => nullOf(leaf.dataType))
  return select(ended, shownEvent(cdc, END_AT, 'delete', nothing, NO_GIVEN))
}

function shownEvent(
  cdc: AutoCdc,
  sequence: string,
  op: 'upsert' | 'delete',
  leaves: readonly Column[],
  given: Column,
): readonly Column[] {
  return [
    ...cdc.keys.map((each, i) => named(each.name).as(keyColumn(i))),
    named(sequence).as('s'),
    lit(op).as('op'),
    ...leaves.map((each, i) => each.as(leafColumn(i))),
    ...(cdc.isSparse ? [given.as('given')] : []),
    NO_TIME.as('arrived'),
    lit(false).as('base'),
    lit(ORIGIN.target).as('origin'),
    ...(cdc.systemType === undefined ? [] : systemColumns(cdc, nullOf(cdc.systemType), STANDING.known)),
  ]
}

function sameMoment(cdc: AutoCdc): Column {
  return [...keyColumns(cdc), 's']
    .map((each) => named('l', each).eq(named('r', each)))
    .reduce((all, each) => all.and(each))
}
