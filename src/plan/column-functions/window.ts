import { type Column, type ColumnOrLiteral, type ColumnOrName, call, columnOf } from '../column.ts'

// Functions that only stand before `.over(window)`.

/** `cume_dist()`: the share of rows up to this one */
export function cumeDist(): Column {
  return call('cume_dist')
}

/** `dense_rank()`: the rank, without gaps after ties */
export function denseRank(): Column {
  return call('dense_rank')
}

/** `lag(value[, offset][, otherwise])`: the value of the row so many before */
export function lag(value: ColumnOrName, offset?: ColumnOrLiteral, otherwise?: ColumnOrLiteral): Column {
  return call('lag', columnOf(value), offset, otherwise)
}

/** `lead(value[, offset][, otherwise])`: the value of the row so many after */
export function lead(value: ColumnOrName, offset?: ColumnOrLiteral, otherwise?: ColumnOrLiteral): Column {
  return call('lead', columnOf(value), offset, otherwise)
}

/** `nth_value(value, n)`: the value of the n-th row of the frame */
export function nthValue(value: ColumnOrName, n: ColumnOrLiteral): Column {
  return call('nth_value', columnOf(value), n)
}

/** `ntile(buckets)`: the bucket of the row, when all are parted evenly */
export function ntile(buckets: ColumnOrLiteral): Column {
  return call('ntile', buckets)
}

/** `percent_rank()`: the rank between 0 and 1 */
export function percentRank(): Column {
  return call('percent_rank')
}

/** `rank()`: the rank, with gaps after ties */
export function rank(): Column {
  return call('rank')
}

/** `row_number()`: the number of the row, from 1 */
export function rowNumber(): Column {
  return call('row_number')
}
