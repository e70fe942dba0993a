import type { ResolvedJoin, ResolvedRelation } from '../../plan/resolved.ts'
import { type Block, EMPTY_BLOCK, placeIn } from './block.ts'
import { printExpression } from './expression.ts'
import { type Query, wrap } from './query.ts'
import { printRelation } from './relation.ts'

const VERBS = {
  inner: 'JOIN',
  left: 'LEFT JOIN',
  right: 'RIGHT JOIN',
  full: 'FULL JOIN',
  'left semi': 'SEMI JOIN',
  'left anti': 'ANTI JOIN',
  cross: 'CROSS JOIN',
} as const

/** Both sides as FROM items of one SELECT; a chain of joins stays flat on its left. */
export function printJoin(join: ResolvedJoin, query: Query): Block {
  const left = fromItem(join.left, query, false)
  const rightQuery = join.isLateral ? { ...query, around: placeIn({ ...left, sources: 2 }, query) } : query
  const right = fromItem(join.right, rightQuery, true)
  const isFiltering = join.joinType === 'left semi' || join.joinType === 'left anti'
  const cells = new Map([...left.cells, ...right.cells])
  const both: Block = { ...EMPTY_BLOCK, cells, sources: left.sources + right.sources, from: '' }
  const { condition, joinType } = join
  const verb = condition === undefined && joinType === 'inner' ? VERBS.cross : VERBS[joinType]
  const needsCondition = verb !== VERBS.cross
  const text = condition === undefined ? 'true' : printExpression(condition, placeIn(both, query))
  const on = needsCondition ? ` ON ${text}` : ''
  const lateral = join.isLateral ? 'LATERAL ' : ''
  const isCrossWithCondition = joinType === 'cross' && condition !== undefined
  return {
    ...both,
    cells: isFiltering ? left.cells : cells,
    from: `${left.from}\n${verb} ${lateral}${right.from}${on}`,
    where: isCrossWithCondition ? [text] : [],
    depth: Math.max(left.depth, right.depth),
  }
}

/** A side of a join: its FROM clause itself where it has no other, else the whole in brackets. */
function fromItem(relation: ResolvedRelation, query: Query, isSingle: boolean): Block {
  const block = printRelation(relation, query)
  const isBare =
    block.raw === undefined &&
    block.distinct === undefined &&
    block.from !== '' &&
    block.where.length === 0 &&
    block.groupBy === undefined &&
    block.order === undefined &&
    block.limit === undefined &&
    block.offset === undefined &&
    (!isSingle || block.sources === 1) &&
    [...block.cells.values()].every((each) => each.kind === 'source')
  return isBare ? block : wrap(block, query)
}
