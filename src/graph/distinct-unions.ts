import type { Relation } from '../plan/relation.ts'
import { transform } from '../plan/rewrite.ts'

/**
 * A query in which each UNION is a deduplication over UNION ALL, as Spark plans it: over streams the rows of earlier batches
 * count too.
 */
export function unionsAsDeduplicated(query: Relation): Relation {
  return transform(query, (node) => {
    if (node.kind !== 'SetOperation' || node.operation !== 'union' || node.isAll) return node
    const { position } = node
    const input: Relation = {
      ...node,
      isAll: true,
      left: withoutDeduplication(node.left),
      right: withoutDeduplication(node.right),
    }
    return { kind: 'Deduplicate', input, withinWatermark: false, ...(position !== undefined && { position }) }
  })
}

/** What the union above deduplicates as a whole need not be deduplicated before: `a UNION b UNION c` remembers rows once. */
function withoutDeduplication(side: Relation): Relation {
  const isOfWholeRows = side.kind === 'Deduplicate' && side.columns === undefined && !side.withinWatermark
  return isOfWholeRows ? side.input : side
}
