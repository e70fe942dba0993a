import { aggregate, joinOn, nullLiteral, unionByName } from '../plan/build.ts'
import { Column } from '../plan/column.ts'
import { boolOr, firstValue, lastValue, max, maxBy } from '../plan/column-functions/aggregate.ts'
import { arrayCompact, array as arrayOf } from '../plan/column-functions/array.ts'
import { coalesce } from '../plan/column-functions/conditional.ts'
import { col, count, lit, namedStruct, when } from '../plan/column-functions/core.ts'
import { rowNumber } from '../plan/column-functions/window.ts'
import type { Relation } from '../plan/relation.ts'
import { Window, type WindowSpec } from '../plan/window-spec.ts'
import { array, type DataType, STRING, TIMESTAMP } from '../types/data-type.ts'
import { isOrderable } from '../types/type-classes.ts'
import {
  comparable,
  contentColumns,
  extend,
  givesColumn,
  givesLeaf,
  isOperation,
  keyColumn,
  keyColumns,
  keyWindow,
  leafColumn,
  lowerCased,
  ORIGIN,
  STANDING,
  select,
  systemColumns,
  where,
} from './event.ts'
import type { AutoCdc } from './resolve.ts'
import { leafName, leafValue, named } from './shape.ts'
import { keepsValues, STATE } from './state.ts'

/** What a batch's events are applied to. Only rows of the touched keys matter. */
export interface AutoCdcInput {
  /** The result of `readEvents`. */
  readonly events: Relation
  /** Rows of the target: `touchedRows`; all of them when the batch has a truncate. */
  readonly target: Relation
  /** Rows of the hidden state that count (`liveState`) of the touched keys (`stateOfKeys`), or all when there is a truncate. */
  readonly hidden: Relation
  /** How many these are. The plans are simpler where there are none. */
  readonly hiddenCount: bigint
  /** Whether truncates can be among the events or in the hidden state, of whichever flow. The plans are simpler where none is. */
  readonly hasTruncates: boolean
  /** The result of `touchedHistory`. */
  readonly history: Relation
  /** The batch, of the same name and time when it is done again. */
  readonly flow: string
  readonly batch: bigint
  /** Microseconds since the epoch. */
  readonly arrivedMicros: bigint
  /** What arrived before is forgotten; undefined: nothing is. */
  readonly forgetBeforeMicros?: bigint
}

/** The events that decide of the touched keys, those of the batch among them: the rows of `knownEvents`, held. */
export interface KnownEvents {
  readonly events: Relation
  /** The rows of `rivalMoments` of these, held. */
  readonly rivals: Relation
  /** How many these are. The plans are simpler where there are none. */
  readonly rivalCount: bigint
}

export function nullOf(dataType: DataType): Column {
  return new Column(nullLiteral(dataType))
}

/** The events of a batch as rows of the timeline. */
export function batchEvents(_cdc: AutoCdc, { events, arrivedMicros }: AutoCdcInput): Relation {
  return extend(where(events, isOperation('truncate').not()), {
    arrived: timestamp(arrivedMicros),
    base: lit(false),
    origin: lit(ORIGIN.batch),
  })
}

/** The rows of the hidden state as rows of the timeline, those of truncates left out, with `has_values`. */
export function hiddenEvents(cdc: AutoCdc, hidden: Relation): Relation {
  const value = (name: string): Column => named(STATE.values).getField(name)
  const isForKey = named(STATE.operation).neq(lit('truncate'))
  return select(where(hidden, isForKey), [
    ...cdc.keys.map((each, i) => named(each.name).as(keyColumn(i))),
    named(STATE.sequence).as('s'),
    named(STATE.operation).as('op'),
    ...cdc.leaves.map((leaf, i) =>
      (keepsValues(cdc) ? leafValue(leaf, value) : nullOf(leaf.dataType)).as(leafColumn(i)),
    ),
    (keepsValues(cdc) ? named(STATE.values).isNotNull() : lit(false)).as('has_values'),
    ...(cdc.isSparse ? [lowerCased(named(STATE.given)).as('given')] : []),
    named(STATE.arrivedAt).as('arrived'),
    named(STATE.isHorizon).as('base'),
    lit(ORIGIN.hidden).as('origin'),
    ...(cdc.systemType === undefined ? [] : systemColumns(cdc, nullOf(cdc.systemType), STANDING.known)),
  ])
}

export function timestamp(micros: bigint): Column {
  return new Column({
    kind: 'UnresolvedFunction',
    name: 'timestamp_micros',
    arguments: [{ kind: 'Literal', value: micros, dataType: { kind: 'long' } }],
  })
}

export const NO_GIVEN = nullOf(array(STRING))
export const NO_TIME = nullOf(TIMESTAMP)

/** Adds for each leaf that events can leave out whether they supply it, as plans ask for that many times. */
export function withGiven(cdc: AutoCdc, events: Relation): Relation {
  const gives = cdc.leaves.flatMap((leaf, i) =>
    leaf.isSparse ? [[givesColumn(i), givesLeaf(leaf)] as const] : [],
  )
  if (gives.length === 0) return events
  // By its type what is stored may hold NULL, which each question about it would have to allow for.
  return extend(extend(events, { given: arrayCompact('given') }), Object.fromEntries(gives))
}

/** The keys and sequences at which several events meet. */
export function meetings(cdc: AutoCdc, events: Relation): Relation {
  const moment = momentColumns(cdc).map((each) => col(each))
  return {
    kind: 'Filter',
    input: aggregate(
      events,
      moment.map((each) => each.expression),
      [...moment, count(lit(1)).as('met')].map((each) => each.expression),
    ),
    condition: col('met').gt(lit(1)).expression,
  }
}

function momentColumns(cdc: AutoCdc): readonly string[] {
  return [...keyColumns(cdc), 's']
}

/**
 * One event for each key and sequence: a horizon before all, then a delete, among upserts the greatest values; the first
 * origin of equal ones. Leaves that events can leave out are chosen one by one among the upserts that supply them: no event
 * has to be remembered for what a rival did not say. `tied` says that events of different content met.
 */
export function onePerSequence(
  cdc: AutoCdc,
  events: Relation,
  { rivals, rivalCount }: Omit<KnownEvents, 'events'>,
): Relation {
  const untied = { tied: lit(false) }
  if (rivalCount === 0n) return extend(events, untied)
  const isRival = momentColumns(cdc)
    .map((each) => named('l', each).eq(named('r', each)))
    .reduce((left, right) => left.and(right)).expression
  // Few events meet: only they are worth a window over all that they say.
  const alone = extend(joinOn(events, rivals, 'left anti', isRival), untied)
  return unionByName([alone, winnersOf(cdc, joinOn(events, rivals, 'left semi', isRival))])
}

function winnersOf(cdc: AutoCdc, events: Relation): Relation {
  const content = contentColumns(cdc)
  const sameSequence = Window.partitionBy(...keyColumns(cdc), 's')
  const best = sameSequence.orderBy(
    col('base').desc(),
    ...newestFirst(cdc),
    isOperation('delete').desc(),
    ...content.map((each) => each.desc()),
    col('origin').asc(),
  )
  const all = best.rowsBetween('unboundedPreceding', 'unboundedFollowing')
  const whole = namedStruct(
    Object.fromEntries([['op', col('op')], ...content.map((each, i) => [`c${i}`, each])]),
  )
  // Of a horizon it is not known any more which leaves its own event supplied.
  const isFolded = cdc.isSparse ? boolOr(col('base').and(isOperation('upsert'))).over(all) : lit(false)
  const ranked = extend(events, {
    place: rowNumber().over(best),
    tied: firstValue(whole).over(all).eqNullSafe(lastValue(whole).over(all)).or(isFolded).not(),
    ...mergedLeaves(cdc, sameSequence),
  })
  return { kind: 'Drop', input: where(ranked, col('place').eq(1)), columns: ['place'] }
}

/** Bitemporal: what became known later corrects what was known. */
function newestFirst(cdc: AutoCdc) {
  return cdc.systemType === undefined ? [] : [col('standing').desc(), col('y').desc()]
}

/** What the upserts of one key and sequence supply together. Where one is a delete or a horizon, that stays as it is. */
function mergedLeaves(cdc: AutoCdc, sameSequence: WindowSpec): Readonly<Record<string, Column>> {
  if (!cdc.isSparse) return {}
  const isAlone = col('base').or(isOperation('upsert').not())
  const gives = (index: number): Column => isOperation('upsert').and(col(givesColumn(index)))
  const merged = cdc.leaves.flatMap((leaf, i) => {
    if (!leaf.isSparse) return []
    const value = col(leafColumn(i))
    const greatest = (among: Column): Column => {
      const candidate = when(among, value)
      const order = comparable(leaf, candidate)
      if (cdc.systemType !== undefined) {
        const best = sameSequence.orderBy(...newestFirst(cdc), order.desc())
        const whole = best.rowsBetween('unboundedPreceding', 'unboundedFollowing')
        return firstValue(when(among, namedStruct({ value })), true)
          .over(whole)
          .getField('value')
      }
      return (isOrderable(leaf.dataType) ? max(candidate) : maxBy(candidate, order)).over(sameSequence)
    }
    const isGiven = boolOr(gives(i)).over(sameSequence)
    const chosen = when(isGiven, greatest(gives(i))).otherwise(greatest(isOperation('upsert')))
    return [
      [leafColumn(i), when(isAlone, value).otherwise(chosen)] as const,
      [givesColumn(i), when(isAlone, col(givesColumn(i))).otherwise(isGiven)] as const,
    ]
  })
  const names = cdc.leaves.map((leaf, i) => {
    const name = lit(leafName(leaf))
    return leaf.isSparse ? when(boolOr(gives(i)).over(sameSequence), name) : name
  })
  const given = when(isAlone, col('given')).otherwise(arrayCompact(arrayOf(...names)))
  return { ...Object.fromEntries(merged), given }
}

/**
 * Gives leaves that an event leaves out the value that they had before it: that of the newest older event that supplies
 * them. A delete supplies NULL everywhere. What the first event leaves out it holds already.
 */
export function inheritValues(cdc: AutoCdc, events: Relation): Relation {
  if (!cdc.isSparse) return events
  const upToNow = keyWindow(cdc).orderBy('s').rowsBetween('unboundedPreceding', 0)
  const inherited = cdc.leaves.flatMap((leaf, i) => {
    if (!leaf.isSparse) return []
    const value = namedStruct({ value: col(leafColumn(i)) })
    const supplied = lastValue(when(col(givesColumn(i)), value), true).over(upToNow)
    return [[leafColumn(i), coalesce(supplied, firstValue(value).over(upToNow)).getField('value')] as const]
  })
  return extend(events, Object.fromEntries(inherited))
}
