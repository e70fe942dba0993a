import { joinOn } from '../plan/build.ts'
import type { Column } from '../plan/column.ts'
import { col, lit, namedStruct, when } from '../plan/column-functions/core.ts'
import type { Relation } from '../plan/relation.ts'
import { LONG, STRING } from '../types/data-type.ts'
import { sameName } from '../types/same-name.ts'
import { atStep, bitemporalEvents, bitemporalTimeline } from './bitemporal.ts'
import {
  anyOf,
  comparable,
  givesLeaf,
  isDistinct,
  isOperation,
  keyColumn,
  leafColumn,
  select,
  where,
} from './event.ts'
import { type AutoCdc, intervalColumns } from './resolve.ts'
import { latestEvents, latestTimeline } from './scd1.ts'
import { versionTimeline } from './scd2.ts'
import { columnValue, leafValue, named } from './shape.ts'
import {
  END_AT,
  identityColumns,
  keepsValues,
  START_AT,
  STATE,
  SYSTEM_END_AT,
  SYSTEM_START_AT,
} from './state.ts'
import { type AutoCdcInput, type KnownEvents, meetings, nullOf } from './timeline.ts'
import { versionEvents } from './version-events.ts'

/** The column of `targetChanges` that says what to do with its row. Columns of users are beside it: none has such a name. */
export const CHANGE = '{change}'

/** What a batch does. The relations read the timeline, the target and the hidden state: hold these while they are used. */
export interface AutoCdcOutput {
  /**
   * The rows of the target that change: CHANGE (`insert`, `update`, `delete`), then the target's columns; a delete has the
   * row as it was. Rows are found by their `identityColumns`.
   */
  readonly targetChanges: Relation
  /** Rows that the hidden state gets, with its columns. */
  readonly hiddenAdditions: Relation
  /**
   * Rows of `hidden` that this batch makes obsolete, with all columns that `hidden` has: mark them as removed by the batch,
   * over the mark of an unfinished batch of another flow. A marked row that is needed still is among the additions.
   */
  readonly hiddenRemovals: Relation
  /** Events from before the horizon of their key, under the names of keys, with `sequence` and `operation` (reserved names where keys have these). */
  readonly lateEvents: Relation
  /** Keys with `sequence` at which events of different content met, one of which was chosen. */
  readonly ties: Relation
}

/** The events that decide of the touched keys, those of the batch among them. Hold the rows. */
export function knownEvents(cdc: AutoCdc, input: AutoCdcInput): Relation {
  if (cdc.scdType === 1) return latestEvents(cdc, input)
  return (cdc.systemType === undefined ? versionEvents : bitemporalEvents)(cdc, input)
}

/** Where several of the known events meet, of which one is chosen. Hold the rows, and count them: mostly there are none. */
export function rivalMoments(cdc: AutoCdc, input: AutoCdcInput, known: Relation): Relation {
  const isRecent = cdc.scdType === 2 && input.hiddenCount > 0n
  const recent = isRecent ? where(known, col('is_past').not()) : known
  return meetings(cdc.systemType === undefined ? cdc : atStep(cdc), recent)
}

/**
 * Everything that is known of the touched keys after the batch, an event a row. Hold the rows: `applyEvents` reads them
 * several times. The result depends only on which events arrived, not on their order or batches; doing a batch again after
 * any part of its result was stored gives the same.
 */
export function timeline(cdc: AutoCdc, input: AutoCdcInput, known: KnownEvents): Relation {
  if (cdc.scdType === 1) return latestTimeline(cdc, input, known)
  return (cdc.systemType === undefined ? versionTimeline : bitemporalTimeline)(cdc, input, known)
}

/** What follows from the `timeline` of a batch. `held` is its rows. */
export function applyEvents(cdc: AutoCdc, held: Relation, input: AutoCdcInput): AutoCdcOutput {
  const rows = targetRows(cdc, held)
  const state = hiddenRows(cdc, held, input)
  const isSame = sameState(cdc, input)
  const isEmpty = input.hiddenCount === 0n
  const unfinished = where(input.hidden, isMarkedBy(input).not())
  const unmarked = where(input.hidden, named(STATE.removedByBatch).isNull())
  return {
    targetChanges: targetChanges(cdc, input.target, rows),
    hiddenAdditions: isEmpty ? state : joinOn(state, unmarked, 'left anti', isSame),
    hiddenRemovals: isEmpty ? input.hidden : joinOn(unfinished, state, 'left anti', isSame),
    lateEvents: lateEvents(cdc, held, input.events),
    ties: select(where(held, col('tied')), eventNames(cdc, false)),
  }
}

/** An earlier attempt of the batch has marked the row. */
function isMarkedBy({ flow, batch }: AutoCdcInput): Column {
  const [ofFlow, ofBatch] = [named(STATE.removedByFlow), named(STATE.removedByBatch)]
  return ofFlow.eqNullSafe(lit(flow)).and(ofBatch.eqNullSafe(lit(batch)))
}

/** The columns of the timeline that are the target's intervals. */
const MOMENTS: Readonly<Record<string, string>> = {
  [START_AT]: 'since',
  [END_AT]: 'until',
  [SYSTEM_START_AT]: 'system_since',
  [SYSTEM_END_AT]: 'system_until',
}

function targetRows(cdc: AutoCdc, held: Relation): Relation {
  const intervals = intervalColumns(cdc.spec)
  const column = (name: string): Column => {
    if (intervals.includes(name)) return col(MOMENTS[name]!)
    const key = cdc.keys.findIndex((each) => each.name === name)
    if (key >= 0) return col(keyColumn(key))
    const { shape } = cdc.columns.find((each) => each.field.name === name)!
    return columnValue(shape, (index) => col(leafColumn(index)))
  }
  return select(
    where(held, col('is_row')),
    cdc.targetSchema.fields.map(({ name }) => column(name).as(name)),
  )
}

function targetChanges(cdc: AutoCdc, target: Relation, rows: Relation): Relation {
  const names = cdc.targetSchema.fields.map((each) => each.name)
  const ends = [...(cdc.scdType === 2 ? [END_AT] : []), ...(cdc.systemType ? [SYSTEM_END_AT] : [])]
  const standing = cdc.systemType ? where(target, named(SYSTEM_END_AT).isNull()) : target
  const before = select(standing, [...names.map((name) => named(name)), lit(true).as(CHANGE)])
  const after = select(rows, [...names.map((name) => named(name)), lit(true).as(CHANGE)])
  const joined = joinOn(before, after, 'full', allEqual(identityColumns(cdc).map((name) => [name, '='])))
  const [isOld, isNew] = [named('l', CHANGE).isNotNull(), named('r', CHANGE).isNotNull()]
  const differs = [
    ...cdc.leaves.map((leaf) =>
      isDistinct(
        comparable(
          leaf,
          leafValue(leaf, (name) => named('l', name)),
        ),
        comparable(
          leaf,
          leafValue(leaf, (name) => named('r', name)),
        ),
      ),
    ),
    ...ends.map((name) => isDistinct(named('l', name), named('r', name))),
  ]
  const isChanged = isOld
    .and(isNew)
    .not()
    .or(anyOf(differs) ?? lit(false))
  const change = when(isOld.not(), lit('insert')).when(isNew, lit('update')).otherwise(lit('delete'))
  return select(where(joined, isChanged), [
    change.as(CHANGE),
    ...names.map((name) => when(isNew, named('r', name)).otherwise(named('l', name)).as(name)),
  ])
}

function hiddenRows(cdc: AutoCdc, held: Relation, { flow, batch }: AutoCdcInput): Relation {
  const value = (index: number): Column => {
    const leaf = cdc.leaves[index]!
    // With SCD 1 only what the event itself supplied is of use; with SCD 2 the event may have to stand for those before it.
    const isOwn = cdc.scdType === 1 && leaf.isSparse
    return isOwn ? when(givesLeaf(leaf), col(leafColumn(index))) : col(leafColumn(index))
  }
  const values = cdc.columns.map(({ field, shape }) => [field.name, columnValue(shape, value)] as const)
  const ofUpsert = when(isOperation('upsert'), namedStruct(Object.fromEntries(values)))
  return select(where(held, col('is_hidden')), [
    ...cdc.keys.map((each, i) => col(keyColumn(i)).as(each.name)),
    col('s').as(STATE.sequence),
    col('op').as(STATE.operation),
    ...(keepsValues(cdc) ? [ofUpsert.as(STATE.values)] : []),
    ...(cdc.isSparse ? [col('given').as(STATE.given)] : []),
    col('arrived').as(STATE.arrivedAt),
    col('base').as(STATE.isHorizon),
    lit(flow).as(STATE.addedByFlow),
    lit(batch).as(STATE.addedByBatch),
    nullOf(STRING).as(STATE.removedByFlow),
    nullOf(LONG).as(STATE.removedByBatch),
  ])
}

/** When it arrived does not make an event another one. Truncates have no keys. */
function sameState(cdc: AutoCdc, { hasTruncates }: AutoCdcInput) {
  const value = (side: string) => (name: string) => named(side, STATE.values).getField(name)
  const sameValues = cdc.leaves.map((leaf) =>
    comparable(leaf, leafValue(leaf, value('l'))).eqNullSafe(comparable(leaf, leafValue(leaf, value('r')))),
  )
  const keyEquality = hasTruncates ? '<=>' : '='
  return allEqual(
    [
      ...cdc.keys.map((each) => [each.name, keyEquality] as const),
      [STATE.sequence, '='],
      [STATE.operation, '='],
      [STATE.isHorizon, '='],
      ...(cdc.isSparse ? [[STATE.given, '<=>'] as const] : []),
    ],
    keepsValues(cdc) ? sameValues : [],
  )
}

function allEqual(
  columns: readonly (readonly [name: string, operator: '=' | '<=>'])[],
  more: readonly Column[] = [],
) {
  const equalities = columns.map(([name, operator]) => {
    const [left, right] = [named('l', name), named('r', name)]
    return operator === '=' ? left.eq(right) : left.eqNullSafe(right)
  })
  return [...equalities, ...more].reduce((left, right) => left.and(right)).expression
}

function eventNames(cdc: AutoCdc, withOperation: boolean): readonly Column[] {
  const isKey = (name: string) => cdc.keys.some((each) => sameName(each.name, name))
  return [
    ...cdc.keys.map((each, i) => col(keyColumn(i)).as(each.name)),
    col('s').as(isKey('sequence') ? STATE.sequence : 'sequence'),
    ...(withOperation ? [col('op').as(isKey('operation') ? STATE.operation : 'operation')] : []),
  ]
}

/** Redelivered events that are known still are no loss. */
function lateEvents(cdc: AutoCdc, held: Relation, events: Relation): Relation {
  const keys = cdc.keys.map((_, i) => [keyColumn(i), '='] as const)
  const isBefore = named('l', 's').lt(named('r', 's'))
  const late = joinOn(events, where(held, col('base')), 'left semi', allEqual(keys, [isBefore]))
  return select(
    joinOn(late, held, 'left anti', allEqual([...keys, ['s', '='], ['op', '=']])),
    eventNames(cdc, true),
  )
}
