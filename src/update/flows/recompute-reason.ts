import { functionNamed } from '../../plan/functions/index.ts'
import type { FunctionDefinition } from '../../plan/functions/signature.ts'
import type { Relation } from '../../plan/relation.ts'
import { childrenOf, expressionsOf, walk, walkExpression } from '../../plan/rewrite.ts'

/**
 * Why a batch query may give other rows although no input changed, as Databricks' issue type; null when it may not. A time
 * function in a SELECT list says when a row was computed and does not count; where it decides which rows there are (in a
 * condition, a key, an aggregate, or below one) it does.
 */
export function recomputeReason(query: Relation): 'NON_DETERMINISTIC_EXPRESSION' | 'TIME_FUNCTION' | null {
  for (const node of walk(query)) if (calls(node, 'random')) return 'NON_DETERMINISTIC_EXPRESSION'
  return useOfTime(query) === 'decides' ? 'TIME_FUNCTION' : null
}

/**
 * Whether a query may give other rows when it is evaluated again over the same ones at the same time: by a random function, or
 * where it takes any of several rows (`first`, `collect_list`, `dropDuplicates`).
 */
export function mayGiveOtherRows(query: Relation): boolean {
  for (const node of walk(query)) {
    if (node.kind === 'Deduplicate' && node.columns !== undefined) return true
    if (calls(node, 'random', ['scalar', 'aggregate'])) return true
  }
  return false
}

type UseOfTime = 'none' | 'shown' | 'decides'

/** Operators that hand rows on one by one. */
const HANDING_ON: ReadonlySet<Relation['kind']> = new Set([
  'Project',
  'WithColumns',
  'WithColumnsRenamed',
  'Drop',
  'SubqueryAlias',
  'With',
])

function useOfTime(relation: Relation): UseOfTime {
  const below = childrenOf(relation).map(useOfTime)
  if (below.includes('decides')) return 'decides'
  const uses = calls(relation, 'time') || below.includes('shown')
  if (!uses) return 'none'
  const isUnionAll = relation.kind === 'SetOperation' && relation.operation === 'union' && relation.isAll
  return HANDING_ON.has(relation.kind) || isUnionAll ? 'shown' : 'decides'
}

/**
 * True where a node's own expressions call such a function. Aggregates whose result depends on the order of rows count as
 * deterministic unless they are asked for: over the same rows any of their results is as good.
 */
function calls(
  relation: Relation,
  volatility: 'time' | 'random',
  kinds: readonly FunctionDefinition['kind'][] = ['scalar'],
): boolean {
  for (const expression of expressionsOf(relation)) {
    for (const node of walkExpression(expression)) {
      if (node.kind === 'SubqueryExpression') {
        if ([...walk(node.plan)].some((each) => calls(each, volatility, kinds))) return true
      }
      if (node.kind !== 'UnresolvedFunction') continue
      const definition = functionNamed(node.name)
      if (definition?.volatility === volatility && kinds.includes(definition.kind)) return true
    }
  }
  return false
}
