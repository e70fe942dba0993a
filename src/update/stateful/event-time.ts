import { attribute } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Aggregate, Join, Relation } from '../../plan/relation.ts'

/** A column that carries event time under a watermark, by the name it has at this point of the query. */
export interface EventTime {
  readonly column: string
  /** A time window, which is over at its end. */
  readonly isWindow: boolean
  /** Microseconds. */
  readonly delayMicros: bigint
}

/** The event-time columns that a relation's rows carry, followed through aliases; none without a watermark below. */
export function eventTimesOf(relation: Relation): readonly EventTime[] {
  switch (relation.kind) {
    case 'WithWatermark':
      return [{ column: outputName(relation.eventTime), isWindow: false, delayMicros: relation.delayMicros }]
    case 'Project':
      return outputs(relation.expressions, eventTimesOf(relation.input))
    case 'Aggregate':
      return ofAggregate(relation)
    case 'WithColumns':
      return withColumns(relation.columns, eventTimesOf(relation.input))
    case 'WithColumnsRenamed':
      return renamed(eventTimesOf(relation.input), relation.renames)
    case 'Drop':
      return without(eventTimesOf(relation.input), relation.columns)
    case 'Join':
      return ofJoin(relation)
    case 'SetOperation': {
      const left = eventTimesOf(relation.left)
      return left.length > 0 ? left : eventTimesOf(relation.right)
    }
    case 'Filter':
    case 'SubqueryAlias':
    case 'Deduplicate':
    case 'Expect':
    case 'With':
      return eventTimesOf(relation.input)
    default:
      return []
  }
}

/** The point in time at which a row of such a column is over. */
export function instantOf(time: Pick<EventTime, 'column' | 'isWindow'>): Expression {
  return attribute(...instantPath(time))
}

/** The column or field that holds that point in time. */
export function instantPath({ column, isWindow }: Pick<EventTime, 'column' | 'isWindow'>): readonly string[] {
  return isWindow ? [column, 'end'] : [column]
}

/** The event time that an expression hands on, under the name that it gives: a column, a window over one, a window's end. */
export function eventTimeOf(expression: Expression, below: readonly EventTime[]): EventTime | undefined {
  if (expression.kind === 'Alias') {
    const source = eventTimeOf(expression.child, below)
    return source && { ...source, column: expression.name }
  }
  if (expression.kind === 'UnresolvedAttribute') return ofAttribute(expression.parts, below)
  if (expression.kind !== 'UnresolvedFunction') return undefined
  const time = expression.arguments[0] && eventTimeOf(expression.arguments[0], below)
  if (time === undefined) return undefined
  if (isTimeWindow(expression)) return { ...time, column: expression.name, isWindow: true }
  return expression.name === 'window_time' ? { ...time, column: '', isWindow: false } : undefined
}

/** `window(...)` or `session_window(...)`. */
export function isTimeWindow(expression: Expression): boolean {
  return (
    expression.kind === 'UnresolvedFunction' &&
    (expression.name === 'window' || expression.name === 'session_window')
  )
}

/** The name of a column expression: its alias, or the last part of an attribute. */
export function outputName(expression: Expression): string {
  if (expression.kind === 'Alias') return expression.name
  if (expression.kind === 'UnresolvedAttribute') return expression.parts.at(-1)!
  return ''
}

export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function ofAttribute(parts: readonly string[], below: readonly EventTime[]): EventTime | undefined {
  const named = (name: string | undefined) =>
    below.find((each) => name !== undefined && sameName(each.column, name))
  const own = named(parts.at(-1))
  if (own !== undefined) return { ...own, column: parts.at(-1)! }
  const window = named(parts.at(-2))
  if (window?.isWindow !== true || !sameName(parts.at(-1)!, 'end')) return undefined
  return { ...window, column: parts.at(-1)!, isWindow: false }
}

function outputs(expressions: readonly Expression[], below: readonly EventTime[]): EventTime[] {
  return expressions.flatMap((each) => {
    if (each.kind === 'UnresolvedStar') return ofStar(each.target?.at(-1), below)
    return eventTimeOf(each, below) ?? []
  })
}

/** `window.*` holds the window's end; any other star the columns as they are. */
function ofStar(target: string | undefined, below: readonly EventTime[]): readonly EventTime[] {
  const window = below.find((each) => each.isWindow && target !== undefined && sameName(each.column, target))
  return window === undefined ? below : [{ ...window, column: 'end', isWindow: false }]
}

function ofAggregate(node: Aggregate): EventTime[] {
  const below = eventTimesOf(node.input)
  const grouping = node.grouping === 'all' ? node.expressions : node.grouping
  const keys = grouping.flatMap((each) => eventTimeOf(each, below) ?? [])
  return outputs(node.expressions, [...keys, ...below])
}

function ofJoin({ joinType, left, right }: Join): readonly EventTime[] {
  const isFiltering = joinType === 'left semi' || joinType === 'left anti'
  return isFiltering ? eventTimesOf(left) : [...eventTimesOf(left), ...eventTimesOf(right)]
}

function withColumns(
  columns: readonly { readonly name: string; readonly expression: Expression }[],
  below: readonly EventTime[],
): EventTime[] {
  const names = columns.map((each) => each.name)
  const added = columns.flatMap(({ name, expression }) => {
    const time = eventTimeOf(expression, below)
    return time === undefined ? [] : [{ ...time, column: name }]
  })
  return [...without(below, names), ...added]
}

function renamed(
  below: readonly EventTime[],
  renames: readonly { readonly from: string; readonly to: string }[],
): EventTime[] {
  return below.map((time) => {
    const rename = renames.find((each) => sameName(each.from, time.column))
    return rename === undefined ? time : { ...time, column: rename.to }
  })
}

function without(below: readonly EventTime[], names: readonly string[]): EventTime[] {
  return below.filter((time) => !names.some((name) => sameName(name, time.column)))
}
