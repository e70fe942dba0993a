import type { Expression } from '../../../plan/expression.ts'
import { walkExpression } from '../../../plan/rewrite.ts'
import { fieldNamed } from '../../../types/data-type.ts'
import type { MergeScope } from './merge-scope.ts'

type Side = 'target' | 'source'
type Names = Pick<MergeScope, 'targetAlias' | 'sourceAlias' | 'targetSchema' | 'sourceSchema'>

/** The only side whose columns an expression names; undefined for both, none, or where it cannot be told. */
export function sideOf(expression: Expression, names: Names): Side | undefined {
  const sides = sidesOf(expression, names)
  return sides.size === 1 ? [...sides][0] : undefined
}

/** True where nothing of the target is surely needed to compute an expression. */
export function needsNoTarget(expression: Expression, names: Names): boolean {
  return [...sidesOf(expression, names)].every((each) => each === 'source')
}

function sidesOf(expression: Expression, names: Names): Set<Side | undefined> {
  const sides = new Set<Side | undefined>()
  for (const node of walkExpression(expression)) {
    if (node.kind === 'UnresolvedAttribute') sides.add(sideOfName(node.parts, names))
    if (node.kind === 'SubqueryExpression' || node.kind === 'LambdaFunction') sides.add(undefined)
  }
  return sides
}

function sideOfName(parts: readonly string[], names: Names): Side | undefined {
  const first = parts[0]!.toLowerCase()
  if (parts.length > 1 && first === names.targetAlias?.toLowerCase()) return 'target'
  if (parts.length > 1 && first === names.sourceAlias.toLowerCase()) return 'source'
  const inTarget = fieldNamed(names.targetSchema, first) !== undefined
  const inSource = fieldNamed(names.sourceSchema, first) !== undefined
  return inTarget === inSource ? undefined : inTarget ? 'target' : 'source'
}
