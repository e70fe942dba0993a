import type { ColumnName, Relation } from '../relation.ts'
import type { ResolvedRelation } from '../resolved.ts'
import type { Analyzed } from './node.ts'
import { analyzeRelation } from './relation.ts'
import { findName } from './scope.ts'
import type { AnalyzerContext } from './state.ts'

export type { AnalyzerContext, LeafSchema } from './state.ts'

/**
 * Resolves every name, function and type of a query by Spark's rules. Each node of the result carries its columns, each
 * expression its type. Throws the conditions of errors/conditions/query.ts, with positions, and what `resolveLeaf` throws.
 */
export function analyze(relation: Relation, context: AnalyzerContext): ResolvedRelation {
  return analyzed(relation, context).relation
}

/** How the columns of a query can be called above it: those of `*` first, in its order. Throws as `analyze` does. */
export function columnNames(relation: Relation, context: AnalyzerContext): readonly ColumnName[] {
  const { entries } = analyzed(relation, context).scope
  const named = (visibility: 'visible' | 'unlisted') =>
    entries
      .filter((each) => each.visibility === visibility)
      .map(({ qualifier, column }) => ({ qualifier, name: column.name, isListed: visibility === 'visible' }))
  return [...named('visible'), ...named('unlisted')]
}

/**
 * What dotted names stand for above a query: the same parts for all names of one column, and the fields behind it as they are.
 * Undefined where nothing has the name, or several columns. Throws as `analyze` does.
 */
export function nameResolver(
  relation: Relation,
  context: AnalyzerContext,
): (parts: readonly string[]) => readonly string[] | undefined {
  const { scope } = analyzed(relation, context)
  return (parts) => {
    const match = findName(scope, parts)
    if (match?.entries.length !== 1) return undefined
    return [`#${match.entries[0]!.column.id}`, ...parts.slice(match.qualifierLength + 1)]
  }
}

function analyzed(relation: Relation, context: AnalyzerContext): Analyzed {
  return analyzeRelation(relation, { context, ids: { next: 1 }, definitions: new Map(), outer: [] })
}
