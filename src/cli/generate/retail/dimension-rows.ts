import { type DimensionName, type DimensionRow, dimensions } from './dimensions.ts'
import type { RetailOptions } from './retail-options.ts'
import { eventTime, type RowDraws, rowDraws } from './row-draws.ts'

export interface DimensionBatch {
  readonly rows: readonly DimensionRow[]
  /** The highest id with this batch. */
  readonly lastId: number
}

/** Share of the attributes that a change leaves out. */
const SPARSE_SHARE = 0.5
/** Numbers of the decisions; attributes draw their values from 20 on and whether they are sparse from 50 on. */
const decisions = { rows: 1, isNew: 2, id: 3, time: 4, isDirty: 5, defect: 6, sparse: 50 }

/**
 * The new and changed rows of a dimension in one batch, at most as many as the options allow. `lastId` is the highest id before it. A new row
 * has all attributes; a changed one has NULL in the place of about half of them, and sometimes a defect.
 */
export function dimensionRows(
  name: DimensionName,
  batchMs: number,
  lastId: number,
  options: RetailOptions,
): DimensionBatch {
  const count = rowDraws(options.seed, name, batchMs, -1).whole(decisions.rows, 0, options[name])
  const rows: DimensionRow[] = []
  let last = lastId
  for (let row = 0; row < count; row++) {
    const draws = rowDraws(options.seed, name, batchMs, row)
    const isNew = last === 0 || draws.chance(decisions.isNew, dimensions[name].newShare)
    if (isNew) last += 1
    const id = isNew ? last : draws.whole(decisions.id, 1, last)
    const time = eventTime(draws, decisions.time, { batchMs, row }, options)
    rows.push(isNew ? newRow(name, id, time, draws, options) : changedRow(name, id, time, draws, options))
  }
  return { rows, lastId: last }
}

function newRow(
  name: DimensionName,
  id: number,
  time: string,
  draws: RowDraws,
  { seed }: RetailOptions,
): DimensionRow {
  return { [dimensions[name].key]: id, ...attributes(name, id, draws, seed), update_timestamp: time }
}

function changedRow(
  name: DimensionName,
  id: number,
  time: string,
  draws: RowDraws,
  { seed, dirtyShare }: RetailOptions,
): DimensionRow {
  const { key, defects } = dimensions[name]
  const sparse = Object.entries(attributes(name, id, draws, seed)).map(([attribute, value], i) => [
    attribute,
    draws.chance(decisions.sparse + i, SPARSE_SHARE) ? null : value,
  ])
  const row = { [key]: id, ...Object.fromEntries(sparse), update_timestamp: time }
  return draws.chance(decisions.isDirty, dirtyShare)
    ? { ...row, ...draws.pick(decisions.defect, defects) }
    : row
}

function attributes(name: DimensionName, id: number, draws: RowDraws, seed: number): DimensionRow {
  return dimensions[name].attributes(id, rowDraws(seed, name, 0, id), draws)
}
