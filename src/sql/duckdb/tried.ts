import { containsWindow, mapChildren } from '../../plan/analyzer/walk.ts'
import type { ResolvedExpression } from '../../plan/resolved.ts'
import { type Block, placeIn } from './block.ts'
import { printExpression } from './expression.ts'
import { type Query, wrap } from './query.ts'

/** True for an expression of which DuckDB tries a part, to give NULL where it fails. */
export function isTried(expression: ResolvedExpression, block: Block, query: Query): boolean {
  return expression.kind !== 'Column' && printExpression(expression, placeIn(block, query)).includes('TRY(')
}

/** A block and what is computed over it. */
interface Computed {
  readonly block: Block
  readonly list: readonly ResolvedExpression[]
}

/** DuckDB tries no expression with a window function in it: these become columns of a query below. */
export function withWindowsBelow(list: readonly ResolvedExpression[], block: Block, query: Query): Computed {
  if (!list.some((each) => containsWindow(each) && isTried(each, block, query))) return { block, list }
  const place = placeIn(block, query)
  const cells = new Map(block.cells)
  let id = Math.min(0, ...cells.keys())
  const below = (node: ResolvedExpression): ResolvedExpression => {
    if (node.kind !== 'Window') return mapChildren(node, below)
    id -= 1
    cells.set(id, {
      kind: 'fixed',
      name: NAME,
      sql: printExpression(node, place),
      height: 0,
      isAggregate: false,
    })
    const { dataType, nullable } = node
    return { kind: 'Column', id, name: NAME, dataType, nullable }
  }
  const over = list.map(below)
  const isRead = (each: number) => each < 0 || block.isRead(each)
  return { block: wrap({ ...block, cells, isRead }, query), list: over }
}

const NAME = 'window'
