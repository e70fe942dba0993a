import { isCondition, PipelineError } from '../../errors/index.ts'
import { BOOLEAN } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import type { Expression } from '../expression.ts'
import type { Filter } from '../relation.ts'
import type { ResolvedExpression } from '../resolved.ts'
import { castTo } from './cast.ts'
import { resolveExpression } from './expression.ts'
import { type Analyzed, type Extended, projectNode, shapeOf } from './node.ts'
import { passedThrough } from './pass-through.ts'
import { pretty } from './pretty.ts'
import { analyzeRelation } from './relation.ts'
import { resolverOf } from './resolver.ts'
import { columnReference, outputColumn, type Scope } from './scope.ts'
import type { QueryState } from './state.ts'
import { containsWindow, isGroupingCall, visitExpression } from './walk.ts'

/** WHERE. Throws INVALID_WHERE_CONDITION, DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN. */
export function analyzeFilter(node: Filter, state: QueryState): Analyzed {
  const input = analyzeRelation(node.input, state)
  const { analyzed, resolved } = overOutputOrBelow(input, [node.condition], (condition) =>
    conditionOver(condition, input.scope, state),
  )
  const condition = booleanOf(resolved[0]!, node.condition, input.scope, state)
  if (containsWindow(condition)) throw invalidCondition(node.condition, ['a window function'], input.scope)
  return filtered(analyzed, condition)
}

/** QUALIFY: rows by a condition with window functions, which is computed as a hidden column first. */
export function qualified(input: Analyzed, condition: ResolvedExpression, state: QueryState): Analyzed {
  const { output, hidden } = input.relation
  const column = outputColumn(state, 'qualifies', condition.dataType, condition.nullable)
  const relation = projectNode(input.relation, passedThrough(output), [
    ...passedThrough(hidden),
    { column, expression: condition },
  ])
  return filtered({ relation, scope: input.scope }, columnReference(column))
}

/** The relation's rows that satisfy a resolved condition; what can be extended still can. */
export function filtered(input: Analyzed, condition: ResolvedExpression): Analyzed {
  const extend = input.extend
  return {
    relation: { kind: 'Filter', input: input.relation, condition, ...shapeOf(input.relation) },
    scope: input.scope,
    ...(extend === undefined
      ? {}
      : {
          extend: (expressions: readonly Expression[]): Extended => {
            const { analyzed, resolved } = extend(expressions)
            return { analyzed: filtered(analyzed, condition), resolved }
          },
        }),
  }
}

/** Resolves over the output; where that names too little and more lies below the select list, over that too. */
export function overOutputOrBelow(
  input: Analyzed,
  expressions: readonly Expression[],
  resolve: (expression: Expression) => ResolvedExpression,
): Extended {
  try {
    return { analyzed: input, resolved: expressions.map((each) => ofNoSet(resolve(each))) }
  } catch (error) {
    const mayLieBelow =
      isCondition(error, 'UNSUPPORTED_GROUPING_EXPRESSION') ||
      isCondition(error, 'UNRESOLVED_COLUMN.WITH_SUGGESTION') ||
      isCondition(error, 'UNRESOLVED_COLUMN.WITHOUT_SUGGESTION') ||
      isCondition(error, 'INVALID_WHERE_CONDITION') ||
      isCondition(error, 'UNSUPPORTED_EXPR_FOR_OPERATOR')
    if (!mayLieBelow || input.extend === undefined) throw error
    return input.extend(expressions)
  }
}

/** The expression, which may not ask for a row's grouping set: above the groups nothing tells of it. */
function ofNoSet(expression: ResolvedExpression): ResolvedExpression {
  visitExpression(expression, (node) => {
    if (!isGroupingCall(node)) return undefined
    const context = node.position === undefined ? {} : { position: node.position }
    throw new PipelineError('UNSUPPORTED_GROUPING_EXPRESSION', {}, context)
  })
  return expression
}

/** A condition over a scope: a boolean without aggregates, windows and generators. */
export function conditionOver(condition: Expression, scope: Scope, state: QueryState): ResolvedExpression {
  const resolver = resolverOf(state, scope)
  const resolved = resolveExpression(condition, resolver)
  const { aggregates, windows, generators } = resolver.seen
  if (aggregates.length + windows.length + generators.length > 0) {
    const calls = [...aggregates, ...generators].map((each) => each.function)
    throw invalidCondition(condition, [...calls, ...windows.map(() => 'a window function')], scope)
  }
  return booleanOf(resolved, condition, scope, state)
}

function invalidCondition(condition: Expression, calls: readonly string[], scope: Scope): PipelineError {
  return new PipelineError(
    'INVALID_WHERE_CONDITION',
    { condition: pretty(condition, scope), expressionList: calls.join(', ') },
    condition.position === undefined ? {} : { position: condition.position },
  )
}

/** Throws DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN. */
export function booleanOf(
  resolved: ResolvedExpression,
  written: Expression,
  scope: Scope,
  state: QueryState,
): ResolvedExpression {
  if (['boolean', 'void', 'unknown'].includes(resolved.dataType.kind)) {
    return castTo(resolved, BOOLEAN, state.context.ansi)
  }
  throw new PipelineError(
    'DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN',
    { filter: pretty(written, scope), type: printSqlType(resolved.dataType) },
    written.position === undefined ? {} : { position: written.position },
  )
}
