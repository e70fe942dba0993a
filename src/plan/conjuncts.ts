import type { ResolvedExpression } from './resolved.ts'

/** What must all be true for a condition to be; of none, nothing. */
export function conjunctsOf(condition: ResolvedExpression | undefined): readonly ResolvedExpression[] {
  if (condition?.kind === 'Call' && condition.function === 'and')
    return condition.arguments.flatMap(conjunctsOf)
  return condition === undefined ? [] : [condition]
}
