import { attribute, call, filter, selectColumns } from '../../plan/build.ts'
import type { Expression, UnresolvedFunction } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { sessionSteps } from '../../plan/sessions.ts'
import type { StructType } from '../../types/data-type.ts'
import type { GroupKey } from './grouping.ts'

/** The key that `session_window` gives; undefined where a query is not grouped by sessions. */
export function sessionKey(keys: readonly GroupKey[]): GroupKey | undefined {
  return keys.find(({ expression }) => isSessionWindow(expression))
}

/** Column of the input with the span of each row. */
const SPAN = '__span'

/**
 * The input of an aggregation by sessions with the span of each row as a column, without rows that have no time; and the
 * keys over it. Spans of a batch become sessions with those that are remembered.
 */
export function withSpans(
  input: Relation,
  keys: readonly GroupKey[],
): { readonly input: Relation; readonly keys: readonly GroupKey[] } {
  const session = sessionKey(keys)
  if (session === undefined) return { input, keys }
  const { expression } = session
  const [time] = (expression as UnresolvedFunction).arguments
  return {
    input: {
      kind: 'WithColumns',
      input: filter(input, call('isnotnull', time!)),
      columns: [{ name: SPAN, expression }],
    },
    keys: keys.map((each) => (each === session ? { ...each, expression: attribute(SPAN) } : each)),
  }
}

/** Rows of the state's columns, each with the session that its span is a part of in place of the span. */
export function inSessions(rows: Relation, keys: readonly GroupKey[], schema: StructType): Relation {
  const session = sessionKey(keys)
  if (session === undefined) return rows
  const others = keys.filter((each) => each !== session).map((each) => attribute(each.column))
  const step = (name: string) => attribute(`__${name}`)
  const steps = sessionSteps(attribute(session.column), others, step)
  const columns = [
    ['__begins', steps.begins],
    ['__number', steps.number],
    [session.column, steps.session],
  ] as const
  const extended = columns.reduce<Relation>(
    (input, [name, expression]) => ({ kind: 'WithColumns', input, columns: [{ name, expression }] }),
    rows,
  )
  return selectColumns(
    extended,
    schema.fields.map((each) => each.name),
  )
}

function isSessionWindow(expression: Expression): boolean {
  return expression.kind === 'UnresolvedFunction' && expression.name === 'session_window'
}
