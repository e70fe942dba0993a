import { call, fieldOf } from './build.ts'
import type { Expression, FrameBoundary } from './expression.ts'

/** Columns that put rows into sessions, each over those before it. */
export interface SessionSteps {
  /** The row begins a session: it starts behind the end of all that start before it. */
  readonly begins: Expression
  /** Which session of its keys the row belongs to. */
  readonly number: Expression
  /** From the start of the session's first row to the end of its last. */
  readonly session: Expression
}

/**
 * Rows that each span a time (`span`, a struct of start and end) become sessions: those of the same keys whose spans meet or
 * touch, as in Spark. `step` gives the column in which an earlier step is found.
 */
export function sessionSteps(
  span: Expression,
  keys: readonly Expression[],
  step: (name: 'begins' | 'number') => Expression,
): SessionSteps {
  const start = fieldOf(span, 'start')
  const end = fieldOf(span, 'end')
  const before = over(call('max', end), keys, start, [
    'rows',
    'unboundedPreceding',
    { kind: 'preceding', value: ONE },
  ])
  const session = [...keys, step('number')]
  return {
    begins: call('coalesce', call('>', start, before), {
      kind: 'Literal',
      value: true,
      dataType: { kind: 'boolean' },
    }),
    // By range, so that rows that start together are counted together, whichever of them begins the session.
    number: over(call('count_if', step('begins')), keys, start, [
      'range',
      'unboundedPreceding',
      'currentRow',
    ]),
    session: call('$session', over(call('min', start), session), over(call('max', end), session)),
  }
}

const ONE: Expression = { kind: 'Literal', value: 1, dataType: { kind: 'integer' } }

function over(
  aggregate: Expression,
  partitionBy: readonly Expression[],
  order?: Expression,
  frame?: readonly ['rows' | 'range', 'unboundedPreceding', 'currentRow' | FrameBoundary],
): Expression {
  return {
    kind: 'WindowExpression',
    function: aggregate,
    partitionBy,
    orderBy:
      order === undefined ? [] : [{ kind: 'SortOrder', child: order, direction: 'asc', nulls: 'first' }],
    ...(frame !== undefined && {
      frame: {
        type: frame[0],
        lower: { kind: frame[1] },
        upper: typeof frame[2] === 'string' ? { kind: frame[2] } : frame[2],
      },
    }),
  }
}
