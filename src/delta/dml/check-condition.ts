import { PipelineError } from '../../errors/index.ts'
import type { Expression } from '../../plan/expression.ts'
import { functionNamed } from '../../plan/functions/index.ts'
import { walkExpression } from '../../plan/rewrite.ts'
import type { RowEngine } from '../row-engine.ts'

/**
 * Throws DELTA_NON_DETERMINISTIC_FUNCTION_NOT_SUPPORTED for a condition that may choose other rows when it is evaluated
 * again, for rows are found first and rewritten then.
 */
export function checkDeterministic(
  engine: RowEngine,
  condition: Expression | undefined,
  operation: string,
): void {
  if (condition === undefined) return
  for (const node of walkExpression(condition)) {
    if (node.kind !== 'UnresolvedFunction' || functionNamed(node.name)?.volatility !== 'random') continue
    throw new PipelineError(
      'DELTA_NON_DETERMINISTIC_FUNCTION_NOT_SUPPORTED',
      { operation, expression: engine.printExpression(condition) },
      { position: node.position },
    )
  }
}
