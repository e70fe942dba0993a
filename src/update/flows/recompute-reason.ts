import type { Relation } from '../../plan/relation.ts'
import { childrenOf, walk } from '../../plan/rewrite.ts'
import { looksAtTime } from './time-columns.ts'
import { calls } from './volatile-calls.ts'

/**
 * Why a batch query may give other rows although no input changed, as Databricks' issue type; null when it may not. A time
 * function in a SELECT list says when a row was computed and does not count; where it decides which rows there are (in a
 * condition, a rule, a key, an aggregate, or below one) it does.
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
  return handsOn(relation) ? 'shown' : 'decides'
}

function handsOn(relation: Relation): boolean {
  if (relation.kind === 'SetOperation') return relation.operation === 'union' && relation.isAll
  if (relation.kind === 'Expect') {
    return !relation.rules.some(({ condition }) => looksAtTime(condition, relation.input))
  }
  return HANDING_ON.has(relation.kind)
}
