import type { Expression } from '../../plan/expression.ts'
import { functionNamed } from '../../plan/functions/index.ts'
import type { FunctionDefinition } from '../../plan/functions/signature.ts'
import type { Relation } from '../../plan/relation.ts'
import { expressionsOf, walk, walkExpression } from '../../plan/rewrite.ts'

type Kinds = readonly FunctionDefinition['kind'][]

/**
 * True where a node's own expressions call such a function. Aggregates whose result depends on the order of rows count as
 * deterministic unless they are asked for: over the same rows any of their results is as good.
 */
export function calls(relation: Relation, volatility: 'time' | 'random', kinds: Kinds = ['scalar']): boolean {
  return expressionsOf(relation).some((each) => callsIn(each, volatility, kinds))
}

/** The same of one expression, with the subqueries in it. */
export function callsIn(
  expression: Expression,
  volatility: 'time' | 'random',
  kinds: Kinds = ['scalar'],
): boolean {
  for (const node of walkExpression(expression)) {
    if (node.kind === 'SubqueryExpression') {
      if ([...walk(node.plan)].some((each) => calls(each, volatility, kinds))) return true
    }
    if (node.kind !== 'UnresolvedFunction') continue
    const definition = functionNamed(node.name)
    if (definition?.volatility === volatility && kinds.includes(definition.kind)) return true
  }
  return false
}
