import type { Relation } from '../relation.ts'
import type { ResolvedRelation } from '../resolved.ts'
import { analyzeRelation } from './relation.ts'
import type { AnalyzerContext } from './state.ts'

export type { AnalyzerContext, LeafSchema } from './state.ts'

/**
 * Resolves every name, function and type of a query by Spark's rules. Each node of the result carries its columns, each
 * expression its type. Throws the conditions of errors/conditions/query.ts, with positions, and what `resolveLeaf` throws.
 */
export function analyze(relation: Relation, context: AnalyzerContext): ResolvedRelation {
  const state = { context, ids: { next: 1 }, definitions: new Map(), outer: [] }
  return analyzeRelation(relation, state).relation
}
