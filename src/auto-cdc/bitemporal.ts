import { aggregate, joinOn, unionByName } from '../plan/build.ts'
import type { Column } from '../plan/column.ts'
import { lastValue, max } from '../plan/column-functions/aggregate.ts'
import { coalesce } from '../plan/column-functions/conditional.ts'
import { col, lit, when } from '../plan/column-functions/core.ts'
import { lag, lead, rowNumber } from '../plan/column-functions/window.ts'
import type { Relation } from '../plan/relation.ts'
import { Window } from '../plan/window-spec.ts'
import { field } from '../types/data-type.ts'
import {
  comparable,
  extend,
  isDistinct,
  keyColumn,
  keyColumns,
  leafColumn,
  leafColumns,
  STANDING,
  select,
  where,
} from './event.ts'
import type { AutoCdc } from './resolve.ts'
import { versionTimeline } from './scd2.ts'
import { leafValue, named } from './shape.ts'
import { END_AT, hiddenStateSchema, REACH, START_AT, SYSTEM_END_AT, SYSTEM_START_AT } from './state.ts'
import { type AutoCdcInput, type KnownEvents, NO_GIVEN, NO_TIME } from './timeline.ts'
import { versionEvents } from './version-events.ts'

/**
 * Bitemporal: the versions of the touched keys after each system time of the batch, which are those of SCD 2 after the events
 * known by then. A row lasts in system time from the step that first has it to the first that has it no more: rows of the
 * target are only closed. Events whose system time is not after all that the table records of their key are recorded at the
 * last time that it records. A row that would last for no system time is left out.
 */
export function bitemporalTimeline(cdc: AutoCdc, input: AutoCdcInput, known: KnownEvents): Relation {
  const steps = systemSteps(cdc, recordedEvents(cdc, input))
  const current = currentVersions(input)
  const versions = versionsOfSteps(cdc, input, steps, known)
  const lasting = systemRows(
    cdc,
    unionByName([currentRows(cdc, current, steps), where(versions, col('is_row'))]),
  )
  const lastStep = where(versions, col('next_step').isNull())
  const state = extend(lastStep, { is_row: lit(false), system_until: col('next_step') })
  return unionByName([lasting, state].map((each) => select(each, timelineColumns(cdc))))
}

/** Bitemporal: the events of SCD 2 that are known at each step. The step is a key more. */
export function bitemporalEvents(cdc: AutoCdc, input: AutoCdcInput): Relation {
  const events = recordedEvents(cdc, input)
  const steps = systemSteps(cdc, events)
  return eventsOfSteps(cdc, { ...input, events, target: currentVersions(input) }, steps)
}

/** The flow at one step of system time. */
export function atStep(cdc: AutoCdc): AutoCdc {
  return { ...cdc, keys: [...cdc.keys, field(SYSTEM_START_AT, cdc.systemType!)] }
}

function currentVersions({ target }: AutoCdcInput): Relation {
  return where(target, named(SYSTEM_END_AT).isNull())
}

/** Adds `recorded`, the step of system time that an event belongs to, and how it stands to what is known. */
function recordedEvents(cdc: AutoCdc, { events, target }: AutoCdcInput): Relation {
  const lastTimes = aggregate(
    target,
    cdc.keys.map((each) => named(each.name).expression),
    [
      ...cdc.keys.map((each, i) => named(each.name).as(keyColumn(i))),
      max(coalesce(named(SYSTEM_END_AT), named(SYSTEM_START_AT))).as('last_time'),
    ].map((each) => each.expression),
  )
  const joined = joinOn(events, lastTimes, 'left', sameKeys(cdc, keyColumn).expression)
  const [time, lastTime] = [named('l', 'y'), named('r', 'last_time')]
  const isNews = coalesce(time.gt(lastTime), lit(true))
  return select(joined, [
    ...eventNames(cdc).map((each) => named('l', each).as(each)),
    time.as('y'),
    when(isNews, lit(STANDING.news)).otherwise(lit(STANDING.stale)).as('standing'),
    when(isNews, time).otherwise(lastTime).as('recorded'),
  ])
}

function eventNames(cdc: AutoCdc): readonly string[] {
  return [...keyColumns(cdc), 's', 'op', ...leafColumns(cdc), ...(cdc.isSparse ? ['given'] : [])]
}

/** The system times of the batch for each key: `step`, its `place` from 1, and `next_step`. */
function systemSteps(cdc: AutoCdc, events: Relation): Relation {
  const times: Relation = {
    kind: 'Deduplicate',
    input: select(events, [...keyColumns(cdc).map((each) => col(each)), col('recorded').as('step')]),
    withinWatermark: false,
  }
  const inOrder = Window.partitionBy(...keyColumns(cdc)).orderBy('step')
  return extend(times, { place: rowNumber().over(inOrder), next_step: lead('step').over(inOrder) })
}

function eventsOfSteps(cdc: AutoCdc, input: AutoCdcInput, steps: Relation): Relation {
  const stepKey = keyColumn(cdc.keys.length)
  const keyName = (index: number): string => cdc.keys[index]!.name
  const atSteps = (rows: Relation, names: readonly string[]): Relation =>
    select(joinOn(rows, steps, 'inner', sameKeys(cdc, keyName).expression), [
      ...names.map((each) => named('l', each).as(each)),
      named('r', 'step').as(SYSTEM_START_AT),
    ])
  const isKnown = named('l', 'recorded').leq(named('r', 'step'))
  const knownEvents = joinOn(input.events, steps, 'inner', sameKeys(cdc, keyColumn).and(isKnown).expression)
  const targetNames = cdc.targetSchema.fields
    .map((each) => each.name)
    .filter((each) => each !== SYSTEM_START_AT && each !== SYSTEM_END_AT)
  return versionEvents(atStep(cdc), {
    ...input,
    events: select(knownEvents, [
      ...[...eventNames(cdc), 'y', 'standing'].map((each) => named('l', each).as(each)),
      named('r', 'step').as(stepKey),
    ]),
    target: atSteps(input.target, targetNames),
    hidden: atSteps(
      input.hidden,
      hiddenStateSchema(cdc).fields.map((each) => each.name),
    ),
    history: atSteps(input.history, [...cdc.keys.map((each) => each.name), REACH.since, REACH.horizon]),
  })
}

/** SCD 2 after each step. Adds `place`, `system_since` (the step) and `next_step`. */
function versionsOfSteps(cdc: AutoCdc, input: AutoCdcInput, steps: Relation, known: KnownEvents): Relation {
  const stepKey = keyColumn(cdc.keys.length)
  const versions = versionTimeline(atStep(cdc), input, known)
  const ofStep = sameKeys(cdc, keyColumn).and(named('l', stepKey).eq(named('r', 'step')))
  return select(joinOn(versions, steps, 'inner', ofStep.expression), [
    ...[...eventNames(cdc), ...MARKS].map((each) => named('l', each).as(each)),
    named('r', 'step').as('system_since'),
    named('r', 'next_step').as('next_step'),
    named('r', 'place').as('place'),
  ])
}

const MARKS = ['arrived', 'base', 'tied', 'is_row', 'since', 'until', 'is_hidden'] as const

/** The target's rows before the first step, at place 0. */
function currentRows(cdc: AutoCdc, current: Relation, steps: Relation): Relation {
  const firstStep = where(steps, col('place').eq(lit(1)))
  const sameKey = sameKeys(cdc, (index) => cdc.keys[index]!.name)
  return select(joinOn(current, firstStep, 'inner', sameKey.expression), [
    ...cdc.keys.map(({ name }, i) => named('l', name).as(keyColumn(i))),
    named('l', START_AT).as('s'),
    lit('upsert').as('op'),
    ...cdc.leaves.map((leaf, i) => leafValue(leaf, (name) => named('l', name)).as(leafColumn(i))),
    ...(cdc.isSparse ? [NO_GIVEN.as('given')] : []),
    NO_TIME.as('arrived'),
    lit(false).as('base'),
    lit(false).as('tied'),
    lit(true).as('is_row'),
    named('l', START_AT).as('since'),
    named('l', END_AT).as('until'),
    lit(false).as('is_hidden'),
    named('l', SYSTEM_START_AT).as('system_since'),
    named('r', 'step').as('next_step'),
    lit(0).as('place'),
  ])
}

/** Joins the rows that are the same at steps that follow one another, or at one where the table has a row twice. */
function systemRows(cdc: AutoCdc, rows: Relation): Relation {
  const values = cdc.leaves.map((leaf, i) => comparable(leaf, col(leafColumn(i))))
  const sameRow = Window.partitionBy(...keyColumns(cdc), 'since', 'until', ...values).orderBy('place')
  const upToNow = sameRow.rowsBetween('unboundedPreceding', 0)
  const placed = extend(rows, {
    begins: coalesce(
      lag('place')
        .over(sameRow)
        .lt(col('place').minus(lit(1))),
      lit(true),
    ),
    goes_on: coalesce(
      lead('place')
        .over(sameRow)
        .leq(col('place').plus(lit(1))),
      lit(false),
    ),
  })
  const joined = extend(placed, {
    system_since: lastValue(when(col('begins'), col('system_since')), true).over(upToNow),
    system_until: col('next_step'),
    is_hidden: lit(false),
    base: lit(false),
    tied: lit(false),
  })
  const lasts = isDistinct(col('system_since'), col('system_until'))
  return where(joined, col('goes_on').not().and(lasts))
}

function timelineColumns(cdc: AutoCdc): readonly Column[] {
  return [...eventNames(cdc), ...MARKS, 'system_since', 'system_until'].map((each) => col(each))
}

/** `left` has the keys under names, the right side as `k0..`. */
function sameKeys(cdc: AutoCdc, left: (index: number) => string): Column {
  return cdc.keys
    .map((_, i) => named('l', left(i)).eq(named('r', keyColumn(i))))
    .reduce((all, each) => all.and(each))
}
