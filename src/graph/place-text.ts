import type { Position } from '../errors/index.ts'
import type { Expression } from '../plan/expression.ts'
import { transformExpression } from '../plan/rewrite.ts'

/**
 * The expression with the place of its definition in the parts that have none in a file: those of SQL text inside of
 * TypeScript. `what` is the part of the definition that holds the text: `applyAsDeletes`.
 */
export function placeText(expression: Expression, definition: Position, what: string): Expression {
  const position = { ...definition, within: what }
  return transformExpression(expression, (node) =>
    node.position?.file === undefined ? { ...node, position } : node,
  )
}
