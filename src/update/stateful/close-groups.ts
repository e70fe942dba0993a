import { aggregate, alias, attribute, call, FALSE, filter } from '../../plan/build.ts'
import type { Relation } from '../../plan/relation.ts'
import type { StructType } from '../../types/data-type.ts'
import { type Batch, type StagedRows, stageStreaming } from './batch.ts'
import { allRows, isOver } from './group-state.ts'
import { endOfGroups, type GroupKey } from './grouping.ts'
import type { InputWatermark } from './input-watermark.ts'
import type { OperatorHandle } from './operator-handle.ts'
import { inSessions, sessionKey } from './session-groups.ts'

/** What a streaming aggregation remembers, and what a batch brings. */
export interface OpenGroups {
  readonly state: OperatorHandle
  readonly keys: readonly GroupKey[]
  /** Columns of the state. */
  readonly schema: StructType
  /** The batch's rows that are not late, with the columns of the state. */
  readonly fresh: StagedRows
  readonly watermark: InputWatermark
  /** What becomes of rows of one group in the state; by default they stay as they are. */
  readonly merge?: (rows: Relation) => Relation
}

/**
 * The rows, remembered and new, of the groups that this batch closes, each given out once; the state is carried on with those of
 * groups that stay open. Groups are those of an aggregation that the watermark can close.
 */
export function closeGroups(groups: OpenGroups, batch: Batch): Promise<Relation> {
  const { overMicros, previousMicros } = groups.watermark
  const canClose = overMicros !== undefined && overMicros !== previousMicros
  return sessionKey(groups.keys) === undefined
    ? closeWindows(groups, canClose, batch)
    : closeSessions(groups, canClose, batch)
}

/** A row's group is over when its end is: rows of closed groups leave the state when its runs are merged. */
async function closeWindows(groups: OpenGroups, canClose: boolean, batch: Batch): Promise<Relation> {
  const { state, fresh, merge, keys, watermark } = groups
  const end = endOfGroups(keys)!
  const isClosed = isOver(attribute(...end), watermark.overMicros)
  const wasClosed = isOver(attribute(...end), watermark.previousMicros)
  const closed = canClose
    ? filter(await allRows(state, fresh.scan), call('and', isClosed, call('not', wasClosed)))
    : filter(fresh.scan, FALSE)
  const retention = { until: end, overMicros: watermark.overMicros }
  if (fresh.rowCount > 0n) {
    await state.append(batch.session, filter(fresh.scan, call('not', isClosed)), { retention, merge })
  }
  state.expire(retention)
  return closed
}

/** A row may be a part of a session that goes on behind its own end, so that sessions leave the state as a whole. */
async function closeSessions(groups: OpenGroups, canClose: boolean, batch: Batch): Promise<Relation> {
  const { state, keys, schema, fresh, merge = (rows) => rows } = groups
  const add = async () => {
    if (fresh.rowCount > 0n) await state.append(batch.session, fresh.scan, { merge })
    return filter(fresh.scan, FALSE)
  }
  if (!canClose) return add()
  const all = await stageStreaming(batch, inSessions(await allRows(state, fresh.scan), keys, schema))
  const isClosed = isOver(attribute(...endOfGroups(keys)!), groups.watermark.overMicros)
  if ((await countOf(filter(all.scan, isClosed), batch)) === 0n) return add()
  await state.replace(batch.session, merge(filter(all.scan, call('not', isClosed))))
  return filter(all.scan, isClosed)
}

async function countOf(rows: Relation, { session }: Batch): Promise<bigint> {
  const [row] = await session.rows(
    aggregate(rows, [], [alias(call('count', { kind: 'UnresolvedStar' }), 'n')]),
  )
  return row![0] as bigint
}
