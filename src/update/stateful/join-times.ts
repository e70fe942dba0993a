import { PipelineError } from '../../errors/index.ts'
import {
  boundsOfJoin,
  decidingTime,
  type StreamingShape,
  streamingShapes,
} from '../../graph/streaming-shape.ts'
import { analyze } from '../../plan/analyzer/analyze.ts'
import { conjunctsOf } from '../../plan/conjuncts.ts'
import type { JoinBound } from '../../plan/join-bounds.ts'
import type { Join } from '../../plan/relation.ts'
import type { ResolvedExpression, ResolvedJoin, ResolvedRelation } from '../../plan/resolved.ts'
import { BOUND_CONTEXT } from './batch.ts'

/** What is known of one side of a join of two streams. Positions count its columns. */
export interface SideTimes {
  /** Its rows find no match any more once the other side's watermark has reached one of these. */
  readonly bounds: readonly {
    readonly position: number
    readonly part?: 'start' | 'end'
    readonly micros: bigint
  }[]
  /** Its event time, where it has a watermark; of several, which the rows of joins have, the one that decides which are late. */
  readonly eventTime?: { readonly position: number; readonly isWindow: boolean; readonly isOnly: boolean }
}

export interface JoinTimes {
  readonly left: SideTimes
  readonly right: SideTimes
  /** Positions of columns that must be equal for two rows to match. */
  readonly equal: readonly { readonly left: number; readonly right: number }[]
}

const known = new WeakMap<Join, JoinTimes>()

/** Event times and bounds of a join of two streams as it stands in the query, with its watermarks. */
export function joinTimes(join: Join): JoinTimes {
  const times = known.get(join) ?? timesOf(join)
  known.set(join, times)
  return times
}

function timesOf(join: Join): JoinTimes {
  const resolved = joinIn(analyze(join, BOUND_CONTEXT))
  const shapes = streamingShapes(resolved, () => undefined)
  const [left, right] = [resolved.left, resolved.right].map((each) => shapes.get(each)!)
  const bounds = boundsOfJoin(resolved, left!, right!)
  return {
    left: sideTimes(resolved.left, left!, bounds.left, bounds.right),
    right: sideTimes(resolved.right, right!, bounds.right, bounds.left),
    equal: equalColumns(resolved),
  }
}

function equalColumns({ condition, left, right }: ResolvedJoin): JoinTimes['equal'] {
  const position = ({ output }: ResolvedRelation, column: ResolvedExpression | undefined) =>
    column?.kind === 'Column' ? output.findIndex((each) => each.id === column.id) : -1
  const pairOf = (a: ResolvedExpression | undefined, b: ResolvedExpression | undefined) => {
    const pair = { left: position(left, a), right: position(right, b) }
    return pair.left < 0 || pair.right < 0 ? [] : [pair]
  }
  return conjunctsOf(condition).flatMap((each) => {
    if (each.kind !== 'Call' || each.function !== '=') return []
    const [a, b] = each.arguments
    return [...pairOf(a, b), ...pairOf(b, a)]
  })
}

/** The join that a join of two streams has become: with USING it stands below the projection of its keys. */
export function joinIn(relation: ResolvedRelation): ResolvedJoin {
  if (relation.kind === 'Join') return relation
  if (relation.kind === 'Project') return joinIn(relation.input)
  throw new PipelineError('INTERNAL_ERROR', { detail: `a join became a ${relation.kind}` })
}

function sideTimes(
  { output }: ResolvedRelation,
  { eventTimes }: StreamingShape,
  bounds: readonly JoinBound[],
  boundsOfOther: readonly JoinBound[],
): SideTimes {
  const time = decidingTime(eventTimes, output, boundsOfOther)
  return {
    bounds: bounds.flatMap(({ column, part, micros }) => {
      const at = output.findIndex((each) => each.id === column)
      return at < 0 ? [] : [{ position: at, micros, ...(part !== undefined && { part }) }]
    }),
    ...(time !== undefined && {
      eventTime: {
        position: output.indexOf(time),
        isWindow: time.dataType.kind === 'struct',
        isOnly: output.filter((each) => eventTimes.has(each.id)).length === 1,
      },
    }),
  }
}
