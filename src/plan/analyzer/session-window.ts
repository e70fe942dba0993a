import { PipelineError } from '../../errors/index.ts'
import { sameName } from '../../types/same-name.ts'
import { attribute, call } from '../build.ts'
import type { Expression, UnresolvedFunction } from '../expression.ts'
import { functionNamed } from '../functions/index.ts'
import type { Aggregate } from '../relation.ts'
import type { ResolvedExpression } from '../resolved.ts'
import { transformExpression, walkExpression } from '../rewrite.ts'
import { sameExpression } from '../same-expression.ts'
import { sessionSteps } from '../sessions.ts'
import { resolveExpression } from './expression.ts'
import { booleanOf, filtered } from './filter.ts'
import { type Analyzed, projectNode } from './node.ts'
import { passedThrough } from './pass-through.ts'
import { resolverOf } from './resolver.ts'
import { findName, outputColumn } from './scope.ts'
import type { QueryState } from './state.ts'
import { mapChildren } from './walk.ts'

/**
 * `session_window(ts, gap)` in GROUP BY (Spark's SessionWindowing): a column `session_window` of the rows below, the session
 * that each row belongs to among those of the same other keys. Rows without a time fall out. Elsewhere it is the span of
 * its row alone. Throws INVALID_TIME_WINDOW for a second one.
 */
export function withSessions(
  input: Analyzed,
  { grouping, expressions: outputs }: Pick<Aggregate, 'grouping' | 'expressions'>,
  written: readonly Expression[],
  state: QueryState,
): { readonly input: Analyzed; readonly expressions: readonly Expression[] } {
  const grouped = grouping === 'all' ? outputs.filter((each) => !hasAggregate(each)) : grouping
  const asKeys = grouped.map((each) => keyOf(each, outputs, input))
  const calls = asKeys.flatMap((each) => [...walkExpression(each)].filter(isSessionWindow))
  const [session] = calls
  if (session === undefined) return { input, expressions: written }
  if (!calls.every((each) => sameExpression(each, session))) {
    throw new PipelineError('INVALID_TIME_WINDOW', {
      sqlExpr: 'session_window',
      reason: 'a query is grouped by one of them',
    })
  }
  const keys = asKeys.filter((each) => ![...walkExpression(each)].some(isSessionWindow))
  const qualifier = `$session${state.ids.next++}`
  return {
    input: sessionColumn(input, session, keys, qualifier, state),
    expressions: written.map((each) =>
      transformExpression(each, (node) =>
        sameExpression(node, session) ? attribute(qualifier, 'session_window') : node,
      ),
    ),
  }
}

function sessionColumn(
  input: Analyzed,
  session: UnresolvedFunction,
  keys: readonly Expression[],
  qualifier: string,
  state: QueryState,
): Analyzed {
  const hasTime = call('isnotnull', session.arguments[0]!)
  const resolver = resolverOf(state, input.scope)
  const condition = booleanOf(resolveExpression(hasTime, resolver), hasTime, input.scope, state)
  const column = (name: string) => attribute(qualifier, name)
  const steps = sessionSteps(column('span'), keys, column)
  const columns: readonly (readonly [string, Expression])[] = [
    ['span', session],
    ['begins', steps.begins],
    ['number', steps.number],
    ['session_window', steps.session],
  ]
  return columns.reduce<Analyzed>(
    (current, [name, expression]) => withColumn(current, name, expression, qualifier, state),
    filtered(input, condition),
  )
}

/** One more column of the rows, which only its qualified name reaches. */
function withColumn(
  { relation, scope }: Analyzed,
  name: string,
  expression: Expression,
  qualifier: string,
  state: QueryState,
): Analyzed {
  const resolved = ofSession(resolveExpression(expression, resolverOf(state, scope)))
  const column = outputColumn(state, name, resolved.dataType, resolved.nullable)
  const expressions = [...passedThrough(relation.output), { column, expression: resolved }]
  return {
    relation: projectNode(relation, expressions, passedThrough(relation.hidden), relation.schema.open),
    scope: {
      entries: [...scope.entries, { column, qualifier: [qualifier], visibility: 'unlisted' }],
      open: scope.open,
    },
  }
}

function ofSession(expression: ResolvedExpression): ResolvedExpression {
  const inner = mapChildren(expression, ofSession)
  return inner.kind === 'Window' ? { ...inner, isSession: true } : inner
}

/** What a grouping expression stands for: an ordinal or an alias of an output, or itself. */
function keyOf(written: Expression, outputs: readonly Expression[], { scope }: Analyzed): Expression {
  if (written.kind === 'Alias') return written.child
  if (written.kind === 'Literal' && typeof written.value === 'number') {
    const output = outputs[written.value - 1]
    return output === undefined ? written : unnamed(output)
  }
  if (written.kind !== 'UnresolvedAttribute' || written.parts.length > 1) return written
  if (findName(scope, written.parts) !== undefined) return written
  const named = outputs.find((each) => each.kind === 'Alias' && sameName(each.name, written.parts[0]!))
  return named === undefined ? written : unnamed(named)
}

function unnamed(expression: Expression): Expression {
  return expression.kind === 'Alias' ? expression.child : expression
}

function isSessionWindow(node: Expression): node is UnresolvedFunction {
  return node.kind === 'UnresolvedFunction' && node.name === 'session_window'
}

function hasAggregate(expression: Expression): boolean {
  return [...walkExpression(expression)].some(
    (each) => each.kind === 'UnresolvedFunction' && functionNamed(each.name)?.kind === 'aggregate',
  )
}
