import type { RowPlaces } from '../../delta/index.ts'
import type { EngineSession } from '../../engine/engine.ts'
import { aggregate, alias, attribute, call, intLiteral, longLiteral } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { FILE_INDEX, ROW_POSITION } from '../../plan/scan.ts'

/** Rows by what happens to them, and where those lie that have a place. */
export interface PlacedCounts {
  readonly counts: ReadonlyMap<string, bigint>
  readonly places: RowPlaces
}

/** Positions that the engine gives as one list: more than a row at a time, less than a file. */
const BLOCK = 65_536n

/** Counts rows by the text of `kind` and gathers their places: FILE_INDEX and ROW_POSITION, NULL for rows without one. */
export async function placedCounts(
  session: EngineSession,
  rows: Relation,
  kind: Expression,
): Promise<PlacedCounts> {
  const file = attribute(FILE_INDEX)
  const position = attribute(ROW_POSITION)
  const block = call('div', position, longLiteral(BLOCK))
  const grouped = await session.rows(
    aggregate(
      rows,
      [kind, file, block],
      [
        alias(kind, 'kind'),
        alias(file, 'file'),
        alias(call('count', intLiteral(1)), 'rows'),
        alias(call('collect_list', position), 'positions'),
      ],
    ),
  )
  const counts = new Map<string, bigint>()
  const places = new Map<number, number[]>()
  for (const [name, index, count, positions] of grouped) {
    counts.set(name as string, (counts.get(name as string) ?? 0n) + (count as bigint))
    if (index === null) continue
    const list = places.get(Number(index)) ?? []
    places.set(Number(index), list)
    for (const each of positions as readonly bigint[]) list.push(Number(each))
  }
  return {
    counts,
    places: new Map([...places].map(([index, list]) => [index, Float64Array.from(list).sort()])),
  }
}
