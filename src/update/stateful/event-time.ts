import { streamingShapes } from '../../graph/streaming-shape.ts'
import { analyze } from '../../plan/analyzer/analyze.ts'
import { attribute } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { BOUND_CONTEXT } from './batch.ts'

/** A column that carries event time under a watermark. */
export interface EventTime {
  readonly column: string
  /** A time window, which is over at its end. */
  readonly isWindow: boolean
  /** Microseconds. */
  readonly delayMicros: bigint
}

/** The event-time columns of a query as it stands, with its watermarks, in order: those that the graph finds in it too. */
export function eventTimesOf(relation: Relation): readonly EventTime[] {
  const resolved = analyze(relation, BOUND_CONTEXT)
  const { eventTimes } = streamingShapes(resolved, () => undefined).get(resolved)!
  return resolved.output.flatMap(({ id, name, dataType }) => {
    const delayMicros = eventTimes.get(id)
    return delayMicros === undefined
      ? []
      : [{ column: name, isWindow: dataType.kind === 'struct', delayMicros }]
  })
}

/** The point in time at which a row of such a column is over. */
export function instantOf(time: Pick<EventTime, 'column' | 'isWindow'>): Expression {
  return attribute(...instantPath(time))
}

/** The column or field that holds that point in time. */
export function instantPath({ column, isWindow }: Pick<EventTime, 'column' | 'isWindow'>): readonly string[] {
  return isWindow ? [column, 'end'] : [column]
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
