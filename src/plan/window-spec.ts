import { type Column, type ColumnOrName, columnOf, sortOrderOf } from './column.ts'
import type { FrameBoundary, SortOrder, WindowFrame } from './expression.ts'
import { literalOf } from './literal.ts'

/** An end of a frame, counted from the current row (0): negative before it, positive after it. */
export type FrameEnd = number | 'unboundedPreceding' | 'unboundedFollowing'

/**
 * The window that a function is computed over: which rows belong together, in which order, and how far it looks.
 * Immutable; every method gives a new one.
 */
export class WindowSpec {
  readonly partitions: readonly Column[]
  readonly orders: readonly SortOrder[]
  readonly frame: WindowFrame | undefined

  constructor(partitions: readonly Column[], orders: readonly SortOrder[], frame?: WindowFrame) {
    this.partitions = partitions
    this.orders = orders
    this.frame = frame
  }

  /** `PARTITION BY column, ...` */
  partitionBy(...columns: readonly ColumnOrName[]): WindowSpec {
    return new WindowSpec(columns.map(columnOf), this.orders, this.frame)
  }

  /** `ORDER BY column, ...`: ascending with nulls first unless the column says otherwise. */
  orderBy(...columns: readonly ColumnOrName[]): WindowSpec {
    return new WindowSpec(this.partitions, columns.map(sortOrderOf), this.frame)
  }

  /** `ROWS BETWEEN start AND end`, counted in rows. */
  rowsBetween(start: FrameEnd, end: FrameEnd): WindowSpec {
    return new WindowSpec(this.partitions, this.orders, frameOf('rows', start, end))
  }

  /** `RANGE BETWEEN start AND end`, counted in the value that the window is ordered by. */
  rangeBetween(start: FrameEnd, end: FrameEnd): WindowSpec {
    return new WindowSpec(this.partitions, this.orders, frameOf('range', start, end))
  }
}

/** Where a window begins: `Window.partitionBy('region').orderBy(col('amount').desc())`. */
export const Window = new WindowSpec([], [])

function frameOf(type: WindowFrame['type'], start: FrameEnd, end: FrameEnd): WindowFrame {
  return { type, lower: boundary(start), upper: boundary(end) }
}

function boundary(end: FrameEnd): FrameBoundary {
  if (typeof end === 'string') return { kind: end }
  if (end === 0) return { kind: 'currentRow' }
  return end < 0
    ? { kind: 'preceding', value: literalOf(-end) }
    : { kind: 'following', value: literalOf(end) }
}
