import { aggregate, alias, attribute, call, longLiteral } from '../../plan/build.ts'
import type { Expression, SortOrder } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import type { RowSession } from '../row-engine.ts'

/** Positions that the engine gives as one list: more than a row at a time, less than a file. */
const BLOCK = 65_536n

/** The positions in their files of a query's rows, ascending, by the number of the file. */
export async function readPositions(
  session: RowSession,
  rows: Relation,
  place: { readonly file: Expression; readonly position: Expression },
): Promise<Map<number, Float64Array>> {
  const blocks = new Map<number, Float64Array[]>()
  for await (const chunk of session.stream(blocksOf(rows, place))) {
    for (const [file, , positions] of chunk) {
      const block = Float64Array.from(positions as readonly bigint[], Number)
      const list = blocks.get(Number(file))
      if (list === undefined) blocks.set(Number(file), [block])
      else list.push(block)
    }
  }
  return new Map([...blocks].map(([file, list]) => [file, joined(list)]))
}

function blocksOf(
  rows: Relation,
  { file, position }: { readonly file: Expression; readonly position: Expression },
): Relation {
  const block = call('div', position, longLiteral(BLOCK))
  const input: Relation = aggregate(
    rows,
    [file, block],
    [
      alias(file, 'file'),
      alias(block, 'block'),
      alias(call('sort_array', call('collect_list', position)), 'positions'),
    ],
  )
  return { kind: 'Sort', input, order: [ascending('file'), ascending('block')] }
}

function ascending(column: string): SortOrder {
  return { kind: 'SortOrder', child: attribute(column), direction: 'asc', nulls: 'first' }
}

function joined(blocks: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(blocks.reduce((sum, each) => sum + each.length, 0))
  let length = 0
  for (const block of blocks) {
    all.set(block, length)
    length += block.length
  }
  return all
}
