import type { EngineSession } from '../engine/engine.ts'
import type { Expect, Relation, Scan } from '../plan/relation.ts'
import { childrenOf, withChildren } from '../plan/rewrite.ts'
import type { Observed } from './stateful/batch.ts'

/** Evaluates a dataset's rules on all rows that its query gives: counts them, and gives out the rows that pass. */
export async function applyRules(node: Expect, session: EngineSession, observed: Observed): Promise<Scan> {
  const staged = await session.stage(node.input, node.rules)
  observed.staged.push(staged)
  observed.expectations.push({
    dataset: node.dataset,
    rules: node.rules,
    counts: staged.counts,
    rejectedCount: staged.rejectedCount,
    rejects: staged.rejectedCount > 0n ? staged.rejects : undefined,
  })
  return staged.scan
}

/** A batch query with the rows that pass in the place of each set of rules. */
export async function countRules(
  relation: Relation,
  session: EngineSession,
  observed: Observed,
): Promise<Relation> {
  const children: Relation[] = []
  for (const child of childrenOf(relation)) children.push(await countRules(child, session, observed))
  const counted = withChildren(relation, children)
  return counted.kind === 'Expect' ? applyRules(counted, session, observed) : counted
}
