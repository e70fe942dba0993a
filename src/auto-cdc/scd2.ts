import { unionByName } from '../plan/build.ts'
import { firstValue, lastValue } from '../plan/column-functions/aggregate.ts'
import { coalesce } from '../plan/column-functions/conditional.ts'
import { col, lit, namedStruct, when } from '../plan/column-functions/core.ts'
import { lag, lead } from '../plan/column-functions/window.ts'
import type { Relation } from '../plan/relation.ts'
import {
  anyOf,
  comparable,
  extend,
  givesColumn,
  isDistinct,
  isOperation,
  keyColumns,
  keyWindow,
  leafColumn,
  leafColumns,
  select,
  where,
} from './event.ts'
import type { AutoCdc } from './resolve.ts'
import {
  type AutoCdcInput,
  inheritValues,
  type KnownEvents,
  nullOf,
  onePerSequence,
  timestamp,
} from './timeline.ts'

/**
 * SCD 2: every event that is known of the touched keys from where the batch matters, those of the batch among them, with what
 * follows from it. Events are known from the target's rows, which are read back as the events that made them, and from the
 * hidden state.
 */
export function versionTimeline(
  cdc: AutoCdc,
  { hiddenCount, arrivedMicros }: AutoCdcInput,
  { events, ...meeting }: KnownEvents,
): Relation {
  const hasPast = hiddenCount > 0n
  const recent = hasPast ? where(events, col('is_past').not()) : events
  const chosen = inheritValues(cdc, onePerSequence(cdc, recent, meeting))
  const marked = markHidden(cdc, markRows(cdc, markOpenings(cdc, chosen)))
  const unchanged = extend(where(events, col('is_past')), {
    tied: lit(false),
    is_row: lit(false),
    since: nullOf(cdc.sequenceType),
    until: nullOf(cdc.sequenceType),
    is_hidden: lit(true),
  })
  return select(hasPast ? unionByName([marked, unchanged]) : marked, [
    ...[...keyColumns(cdc), 's', 'op', ...leafColumns(cdc), ...(cdc.isSparse ? ['given'] : [])].map((each) =>
      col(each),
    ),
    coalesce('arrived', timestamp(arrivedMicros)).as('arrived'),
    ...['base', 'tied', 'is_row', 'since', 'until', 'is_hidden'].map((each) => col(each)),
  ])
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

/** `is_row`: the last event of a version, which makes its row, valid from `since` until `until`. */
function markRows(cdc: AutoCdc, events: Relation): Relation {
  const bySequence = keyWindow(cdc).orderBy('s')
  const isBoundary = col('opens').or(isOperation('delete'))
  const ends = coalesce(lead(isBoundary).over(bySequence), lit(true))
  return extend(events, {
    since: lastValue(when(col('opens'), col('s')), true).over(
      bySequence.rowsBetween('unboundedPreceding', 0),
    ),
    until: lead('s').over(bySequence),
    is_row: isOperation('upsert').and(ends),
  })
}

/** `is_hidden`: reading the target's rows back would not give the event, so that the hidden state must keep it. */
function markHidden(cdc: AutoCdc, events: Relation): Relation {
  const fromNow = keyWindow(cdc).orderBy('s').rowsBetween(0, 'unboundedFollowing')
  const differs = cdc.leaves.flatMap((leaf, i) => {
    const value = col(leafColumn(i))
    const ofRow = leaf.isTracked
      ? value
      : firstValue(when(col('is_row'), namedStruct({ value })), true)
          .over(fromNow)
          .getField('value')
    const changed = leaf.isTracked ? [] : [isDistinct(comparable(leaf, value), comparable(leaf, ofRow))]
    if (!leaf.isSparse) return changed
    const leftOut = col(givesColumn(i)).not()
    return [...changed, leaf.isNullLeftOut ? leftOut.and(ofRow.isNotNull()) : leftOut]
  })
  const ofUpsert = col('opens')
    .not()
    .or(anyOf(differs) ?? lit(false))
  const ofDelete = col('previous').eqNullSafe('upsert').not()
  const isHidden = when(isOperation('delete'), ofDelete).otherwise(ofUpsert)
  const marked = extend(events, { is_hidden: col('base').or(isHidden) })
  return {
    kind: 'Drop',
    input: marked,
    columns: ['previous', 'changes', 'opens'],
  }
}
