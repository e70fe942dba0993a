import type { EngineSession } from '../../engine/engine.ts'
import type { Expect, Relation, Scan } from '../../plan/relation.ts'
import { transform, walk } from '../../plan/rewrite.ts'
import type { Observed } from '../stateful/batch.ts'

/**
 * Evaluates a dataset's rules on all rows that its query gives: counts them, and gives out the rows that pass. A view that
 * stands at several places of a query is evaluated once. `isWhole` says that the rows are all that the dataset has, not
 * what is new.
 */
export async function applyRules(
  node: Expect,
  session: EngineSession,
  observed: Observed,
  isWhole: boolean,
): Promise<Scan> {
  const { dataset, rules } = node
  const known = observed.expectations.find((each) => each.dataset === dataset)
  if (known !== undefined) return known.survivors
  const staged = await session.stage(node.input, rules)
  observed.staged.push(staged)
  observed.expectations.push({
    dataset,
    rules,
    isWhole,
    input: node.input,
    counts: staged.counts,
    survivors: staged.scan,
    rejectedCount: staged.rejectedCount,
    rejects: staged.rejectedCount > 0n ? staged.rejects : undefined,
  })
  return staged.scan
}

/**
 * A query with the rows that pass in the place of each set of rules that `isWanted` holds for, subqueries included; the
 * others stay, for the engine to leave out what they reject.
 */
export async function countRules(
  query: Relation,
  session: EngineSession,
  observed: Observed,
  isWanted: (node: Expect) => boolean,
): Promise<Relation> {
  for (const node of walk(query)) {
    if (node.kind !== 'Expect' || !isWanted(node)) continue
    const survivors = await applyRules(node, session, observed, true)
    const counted = transform(query, (each) =>
      each.kind === 'Expect' && each.dataset === node.dataset ? survivors : each,
    )
    return countRules(counted, session, observed, isWanted)
  }
  return query
}
