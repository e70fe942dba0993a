import type { Relation } from '../../plan/relation.ts'
import type { RowSession } from '../row-engine.ts'

/** The row positions that a query of two columns, file (a number) and position, gives, by file and in no order. */
export async function readPositions(
  session: RowSession,
  query: Relation,
): Promise<Map<number, Float64Array>> {
  const lists = new Map<number, number[]>()
  for await (const chunk of session.stream(query)) {
    for (const [file, position] of chunk) {
      const list = lists.get(Number(file))
      if (list === undefined) lists.set(Number(file), [Number(position)])
      else list.push(Number(position))
    }
  }
  return new Map([...lists].map(([file, list]) => [file, Float64Array.from(list)]))
}
