import { streamingShapes } from '../../graph/streaming-shape.ts'
import { analyze } from '../../plan/analyzer/analyze.ts'
import { ColumnReads } from '../../plan/column-reads.ts'
import type { Join, Relation } from '../../plan/relation.ts'
import type { ResolvedJoin, ResolvedRelation } from '../../plan/resolved.ts'
import { BOUND_CONTEXT } from './batch.ts'
import { isJoinOfStreams } from './input-watermark.ts'
import { joinIn } from './join-times.ts'

/** Positions of the columns of each side of a join of two streams that are of no use to the query around it. */
export interface UnusedColumns {
  readonly left: ReadonlySet<number>
  readonly right: ReadonlySet<number>
}

const known = new WeakMap<Relation, ReadonlyMap<Join, UnusedColumns>>()

/**
 * The columns that a join of two streams need not keep: neither its condition nor anything above it in `query` reads them, and they
 * carry no event time. A join that stands at several places of the query keeps what one of them uses; a natural one everything,
 * as its condition is what columns there are.
 */
export function unusedColumns(join: Join, query: Relation): UnusedColumns {
  const joins = known.get(query) ?? unusedOfJoins(query)
  known.set(query, joins)
  return joins.get(join) ?? NONE
}

const NONE: UnusedColumns = { left: new Set(), right: new Set() }

function unusedOfJoins(query: Relation): ReadonlyMap<Join, UnusedColumns> {
  const { resolved, places } = placesOfJoins(query)
  const reads = new ColumnReads(resolved)
  const shapes = streamingShapes(resolved, () => undefined)
  const unusedOf = (side: ResolvedRelation) => {
    const isUsed = (id: number) => reads.isRead(id, side) || shapes.get(side)!.eventTimes.has(id)
    return new Set(side.output.flatMap(({ id }, i) => (isUsed(id) ? [] : [i])))
  }
  const joins = new Map<Join, UnusedColumns>()
  for (const [join, { left, right }] of places.filter(([, each]) => shapes.has(each))) {
    const here = join.isNatural === true ? NONE : { left: unusedOf(left), right: unusedOf(right) }
    const before = joins.get(join) ?? here
    joins.set(join, {
      left: here.left.intersection(before.left),
      right: here.right.intersection(before.right),
    })
  }
  return joins
}

/** The analyzer looks at some parts twice, of which one look is not in the result. */
function placesOfJoins(query: Relation) {
  const places: (readonly [Join, ResolvedJoin])[] = []
  const onResolved = (relation: Relation, resolved: ResolvedRelation) => {
    if (isJoinOfStreams(relation)) places.push([relation, joinIn(resolved)])
  }
  return { places, resolved: analyze(query, { ...BOUND_CONTEXT, onResolved }) }
}
