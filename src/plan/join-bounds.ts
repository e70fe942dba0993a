import { conjunctsOf } from './conjuncts.ts'
import type { ResolvedExpression } from './resolved.ts'

/** What the bounds of one side of a join are found by: ids of its columns, and of those that carry event time. */
export interface BoundSide {
  readonly columns: ReadonlySet<number>
  readonly eventTimes: Pick<ReadonlySet<number>, 'has'>
}

/**
 * A row can be matched only by rows of the other side whose event time is at most `column + micros`: once the other
 * side's watermark has reached that, its time is over.
 */
export interface JoinBound {
  /** Column of the side that waits: its id, and the part of it where it is a time window. */
  readonly column: number
  readonly part?: 'start' | 'end'
  readonly micros: bigint
  /** The event time of the other side that has to reach it. */
  readonly other: number
}

/**
 * The time bounds that a join condition sets: for each side, until when its rows can find a match. Comparisons of event
 * times, shifted by constant intervals, and equalities of time windows give bounds; other conjuncts give none (Spark's
 * StreamingJoinHelper).
 */
export function joinBounds(
  condition: ResolvedExpression | undefined,
  left: BoundSide,
  right: BoundSide,
): { readonly left: readonly JoinBound[]; readonly right: readonly JoinBound[] } {
  const orders = condition === undefined ? [] : conjunctsOf(condition).flatMap(ordersOf)
  const boundsOf = (waiting: BoundSide, other: BoundSide) =>
    orders.flatMap(({ lower, upper }) => {
      const isBound =
        other.eventTimes.has(lower.column) && lower.part !== 'start' && waiting.columns.has(upper.column)
      if (!isBound) return []
      const bound = { column: upper.column, micros: upper.micros - lower.micros, other: lower.column }
      return [upper.part === undefined ? bound : { ...bound, part: upper.part }]
    })
  return { left: boundsOf(left, right), right: boundsOf(right, left) }
}

/** A time: a column, or the start or end of a window, shifted by a constant. */
type Term = Omit<JoinBound, 'other'>

/** `lower <= upper`, or `<`. */
interface Order {
  readonly lower: Term
  readonly upper: Term
}

function ordersOf(conjunct: ResolvedExpression): readonly Order[] {
  if (conjunct.kind !== 'Call') return []
  const [a, b, c] = conjunct.arguments.map(termOf)
  switch (conjunct.function) {
    case '<':
    case '<=':
      return order(a, b)
    case '>':
    case '>=':
      return order(b, a)
    case '=':
      return [...order(a, b), ...order(b, a)]
    case 'between':
      return [...order(b, a), ...order(a, c)]
    default:
      return []
  }
}

function order(lower: Term | undefined, upper: Term | undefined): readonly Order[] {
  return lower === undefined || upper === undefined ? [] : [{ lower, upper }]
}

function termOf(expression: ResolvedExpression): Term | undefined {
  switch (expression.kind) {
    case 'Column':
      return columnTerm(expression)
    case 'Cast':
      return isSameTime(expression.child, expression) ? termOf(expression.child) : undefined
    case 'Field': {
      const { child, name } = expression
      const part = name === 'start' || name === 'end' ? name : undefined
      if (child.kind !== 'Column' || part === undefined || !isWindow(child)) return undefined
      return { column: child.id, part, micros: 0n }
    }
    case 'Call':
      return shifted(expression)
    default:
      return undefined
  }
}

/** A window stands for its end: equal windows end together. */
function columnTerm(column: Extract<ResolvedExpression, { kind: 'Column' }>): Term | undefined {
  if (isTime(column)) return { column: column.id, micros: 0n }
  return isWindow(column) ? { column: column.id, part: 'end', micros: 0n } : undefined
}

function shifted(call: Extract<ResolvedExpression, { kind: 'Call' }>): Term | undefined {
  const [a, b] = call.arguments
  if (a === undefined || b === undefined) return undefined
  if (call.function === '-') return plus(termOf(a), intervalOf(b), -1n)
  if (call.function !== '+') return undefined
  return plus(termOf(a), intervalOf(b), 1n) ?? plus(termOf(b), intervalOf(a), 1n)
}

function plus(term: Term | undefined, micros: bigint | undefined, sign: bigint): Term | undefined {
  return term === undefined || micros === undefined
    ? undefined
    : { ...term, micros: term.micros + sign * micros }
}

function intervalOf(expression: ResolvedExpression): bigint | undefined {
  if (expression.kind !== 'Literal' || expression.dataType.kind !== 'interval day to second') return undefined
  return typeof expression.value === 'bigint' ? expression.value : undefined
}

function isTime({ dataType }: ResolvedExpression): boolean {
  return dataType.kind === 'timestamp' || dataType.kind === 'timestamp_ntz' || dataType.kind === 'date'
}

/** A date of a time lies before it, and so says nothing exact. */
function isSameTime(from: ResolvedExpression, to: ResolvedExpression): boolean {
  return isTime(from) && isTime(to) && (to.dataType.kind !== 'date' || from.dataType.kind === 'date')
}

function isWindow({ dataType }: ResolvedExpression): boolean {
  return dataType.kind === 'struct' && dataType.fields.map((each) => each.name).join() === 'start,end'
}
