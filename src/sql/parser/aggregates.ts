import { aggregateFunctionNames } from '../../plan/aggregate-functions.ts'
import type { Expression } from '../../plan/expression.ts'

/** Whether an expression aggregates the rows of its query: a call outside OVER; subqueries have rows of their own. */
export function hasAggregate(expression: Expression): boolean {
  switch (expression.kind) {
    case 'UnresolvedFunction':
      return isAggregate(expression) || expression.arguments.some(hasAggregate)
    case 'Alias':
    case 'Cast':
    case 'SortOrder':
      return hasAggregate(expression.child)
    case 'UnresolvedExtractValue':
      return hasAggregate(expression.child) || hasAggregate(expression.extraction)
    case 'CaseWhen':
      return (
        expression.branches.some(({ condition, value }) => hasAggregate(condition) || hasAggregate(value)) ||
        (expression.otherwise !== undefined && hasAggregate(expression.otherwise))
      )
    case 'NamedArgument':
      return hasAggregate(expression.value)
    case 'WindowExpression':
      // `sum(x) OVER ()` aggregates a window; in `sum(sum(x)) OVER ()` the inner call aggregates the query.
      return [...operandsOf(expression.function), ...expression.partitionBy, ...expression.orderBy].some(
        hasAggregate,
      )
    default:
      return false
  }
}

function isAggregate(call: Extract<Expression, { kind: 'UnresolvedFunction' }>): boolean {
  return aggregateFunctionNames.has(call.name) || call.filter !== undefined || call.withinGroup !== undefined
}

function operandsOf(call: Expression): readonly Expression[] {
  return call.kind === 'UnresolvedFunction' ? call.arguments : []
}
