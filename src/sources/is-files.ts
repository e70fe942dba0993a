import type { Relation } from '../plan/relation.ts'

/** True for a source of raw files; tables by name or path are Delta. */
export function isFiles<Leaf extends Relation>(leaf: Leaf): leaf is Extract<Leaf, { kind: 'DataSource' }> {
  return leaf.kind === 'DataSource' && leaf.format.toLowerCase() !== 'delta'
}
