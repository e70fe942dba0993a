import { type JoinBound, joinBounds } from '../plan/join-bounds.ts'
import type { DataSource, Read, Scan, TableValuedFunction } from '../plan/relation.ts'
import type {
  NamedExpression,
  OutputColumn,
  ResolvedAggregate,
  ResolvedDeduplicate,
  ResolvedExpression,
  ResolvedGenerate,
  ResolvedJoin,
  ResolvedRelation,
} from '../plan/resolved.ts'

/** What matters of a query for how it can run: once over everything, or batch after batch over what is new. */
export interface StreamingShape {
  readonly isStreaming: boolean
  /** Ids of columns that carry event time under a watermark, with its delay in microseconds. */
  readonly eventTimes: EventTimes
  /** An aggregation of a stream, with or without a watermark. */
  readonly hasAggregation: boolean
  /** A streaming aggregation whose groups never end: without a watermark on what it groups by. */
  readonly hasOpenAggregation: boolean
  /** A deduplication that remembers every key for ever. */
  readonly hasOpenDeduplication: boolean
  /** A join of two streams that remembers every row of a side for ever. */
  readonly hasOpenJoin: boolean
  /** `dropDuplicatesWithinWatermark` where there is no watermark. */
  readonly lacksWatermark: boolean
}

export type EventTimes = ReadonlyMap<number, bigint>

/** The shape of a view, with its event-time columns by lower-case name: each reader has column ids of its own. */
export interface ViewShape extends Omit<StreamingShape, 'eventTimes'> {
  readonly eventTimes: ReadonlyMap<string, bigint>
}

const BATCH: StreamingShape = {
  isStreaming: false,
  eventTimes: new Map(),
  hasAggregation: false,
  hasOpenAggregation: false,
  hasOpenDeduplication: false,
  hasOpenJoin: false,
  lacksWatermark: false,
}

/**
 * The shape of every part of a resolved query, subqueries in expressions aside. `viewShape` gives that of the view that a
 * Read names, undefined for a table.
 */
export function streamingShapes(
  relation: ResolvedRelation,
  viewShape: (read: Read) => ViewShape | undefined,
): ReadonlyMap<ResolvedRelation, StreamingShape> {
  const definitions = new Map<number, ResolvedRelation>()
  const shapes = new Map<ResolvedRelation, StreamingShape>()
  const shape = (node: ResolvedRelation): StreamingShape => {
    const found = shapes.get(node) ?? shapeOf(node)
    shapes.set(node, found)
    return found
  }
  const shapeOf = (node: ResolvedRelation): StreamingShape => {
    switch (node.kind) {
      case 'Leaf':
        return leafShape(node.source, node.output, viewShape)
      case 'Values':
        return BATCH
      case 'With':
        for (const each of node.definitions) {
          definitions.set(each.id, each.query)
          shape(each.query)
        }
        return shape(node.input)
      case 'Reference':
        return renamed(shape(definitions.get(node.definition)!), definitions.get(node.definition)!, node)
      case 'Join':
        return joinShape(shape(node.left), shape(node.right), node)
      case 'SetOperation':
        return bothShapes(shape(node.left), shape(node.right), node)
      case 'Project': {
        const input = shape(node.input)
        return { ...input, eventTimes: passedOn(node.expressions, input.eventTimes) }
      }
      case 'WithWatermark': {
        const input = shape(node.input)
        const eventTimes = new Map([[node.eventTime, node.delayMicros]])
        return input.isStreaming ? { ...input, eventTimes } : input
      }
      case 'Generate':
        return generateShape(node, shape(node.input))
      case 'Aggregate':
        return aggregateShape(node, shape(node.input))
      case 'Deduplicate':
        return deduplicateShape(node, shape(node.input))
      default:
        return shape(node.input)
    }
  }
  shape(relation)
  return shapes
}

/** A query's shape as its readers by name see it. */
export function asViewShape(shape: StreamingShape, output: readonly OutputColumn[]): ViewShape {
  const named = output.flatMap(({ id, name }) => timeUnder(name.toLowerCase(), shape.eventTimes.get(id)))
  return { ...shape, eventTimes: new Map(named) }
}

function leafShape(
  source: Read | DataSource | TableValuedFunction | Scan,
  output: readonly OutputColumn[],
  viewShape: (read: Read) => ViewShape | undefined,
): StreamingShape {
  const view = source.kind === 'Read' ? viewShape(source) : undefined
  if (view === undefined) {
    return { ...BATCH, isStreaming: source.isStreaming === true }
  }
  const times = output.flatMap(({ id, name }) => timeUnder(id, view.eventTimes.get(name.toLowerCase())))
  return { ...view, eventTimes: new Map(times) }
}

/** Windows that are joined end together; the times in them lie behind. */
function joinShape(left: StreamingShape, right: StreamingShape, node: ResolvedJoin): StreamingShape {
  const both = bothShapes(left, right, node)
  if (!left.isStreaming || !right.isStreaming) return both
  const bounds = boundsOfJoin(node, left, right)
  const eventTimes = [
    ...timesAbove(left.eventTimes, node.left.output, bounds.right),
    ...timesAbove(right.eventTimes, node.right.output, bounds.left),
  ]
  return { ...both, eventTimes: new Map(eventTimes) }
}

function timesAbove(
  times: EventTimes,
  output: readonly OutputColumn[],
  boundsOfOther: readonly JoinBound[],
): Iterable<readonly [number, bigint]> {
  const deciding = decidingTime(times, output, boundsOfOther)
  return deciding?.dataType.kind === 'struct' ? [[deciding.id, times.get(deciding.id)!]] : times
}

/** The event time by which rows of a side of a join are late: the one that all rows of the other side wait for, else the first. */
export function decidingTime(
  times: EventTimes,
  output: readonly OutputColumn[],
  boundsOfOther: readonly JoinBound[],
): OutputColumn | undefined {
  const columns = output.filter((each) => times.has(each.id))
  const [awaited, ...others] = new Set(boundsOfOther.map((each) => each.other))
  return (others.length === 0 ? columns.find((each) => each.id === awaited) : undefined) ?? columns[0]
}

function bothShapes(left: StreamingShape, right: StreamingShape, node: ResolvedRelation): StreamingShape {
  const eventTimes =
    node.kind === 'SetOperation'
      ? node.output.flatMap((each, i) => timeUnder(each.id, delayOfBoth(left, right, node, i)))
      : [...left.eventTimes, ...right.eventTimes]
  return {
    isStreaming: left.isStreaming || right.isStreaming,
    eventTimes: new Map(eventTimes),
    hasAggregation: left.hasAggregation || right.hasAggregation,
    hasOpenAggregation: left.hasOpenAggregation || right.hasOpenAggregation,
    hasOpenDeduplication: left.hasOpenDeduplication || right.hasOpenDeduplication,
    hasOpenJoin: left.hasOpenJoin || right.hasOpenJoin || isOpenJoin(left, right, node),
    lacksWatermark: left.lacksWatermark || right.lacksWatermark,
  }
}

function isOpenJoin(left: StreamingShape, right: StreamingShape, node: ResolvedRelation): boolean {
  if (node.kind !== 'Join' || !left.isStreaming || !right.isStreaming) return false
  const isUnread = node.left.schema.open === true || node.right.schema.open === true
  // The bound may be in columns that are not known yet.
  if (isUnread && left.eventTimes.size > 0 && right.eventTimes.size > 0) return false
  const bounds = boundsOfJoin(node, left, right)
  return bounds.left.length === 0 || bounds.right.length === 0
}

/** Until when rows of each side of a join of two streams can find a match. */
export function boundsOfJoin(
  node: ResolvedJoin,
  left: StreamingShape,
  right: StreamingShape,
): ReturnType<typeof joinBounds> {
  const side = (relation: ResolvedRelation, { eventTimes }: StreamingShape) => ({
    columns: new Set([...relation.output, ...relation.hidden].map((each) => each.id)),
    eventTimes,
  })
  return joinBounds(node.condition, side(node.left, left), side(node.right, right))
}

/** The longer delay where both sides have event time in a column; a side that is no stream has nothing to say. */
function delayOfBoth(
  left: StreamingShape,
  right: StreamingShape,
  node: Extract<ResolvedRelation, { kind: 'SetOperation' }>,
  column: number,
): bigint | undefined {
  const a = left.eventTimes.get(node.left.output[column]!.id)
  const b = right.eventTimes.get(node.right.output[column]!.id)
  if (!left.isStreaming) return b
  if (!right.isStreaming) return a
  if (a === undefined || b === undefined) return undefined
  return a > b ? a : b
}

/** Groups end with their event time; those of a grouping set without it are over all times. */
function aggregateShape(node: ResolvedAggregate, input: StreamingShape): StreamingShape {
  if (!input.isStreaming) return BATCH
  const ending = node.grouping.filter((_, i) => node.groupingSets?.every((set) => set.includes(i)) ?? true)
  const keys = new Map(ending.flatMap(({ id }) => timeUnder(id, input.eventTimes.get(id))))
  return {
    ...input,
    eventTimes: passedOn(node.expressions, keys),
    hasAggregation: true,
    hasOpenAggregation: input.hasOpenAggregation || keys.size === 0,
  }
}

/** A sliding window gives several rows of one event time. */
function generateShape(node: ResolvedGenerate, input: StreamingShape): StreamingShape {
  const delay = delayOf(node.generator, input.eventTimes)
  const generated = node.generated.flatMap(({ id }) => timeUnder(id, delay))
  return { ...input, eventTimes: new Map([...input.eventTimes, ...generated]) }
}

function deduplicateShape(node: ResolvedDeduplicate, input: StreamingShape): StreamingShape {
  if (!input.isStreaming) return BATCH
  const keys = node.keys ?? node.output.map((each) => each.id)
  const isBounded = node.withinWatermark || keys.some((each) => input.eventTimes.has(each))
  return {
    ...input,
    hasOpenDeduplication: input.hasOpenDeduplication || !isBounded,
    lacksWatermark: input.lacksWatermark || (node.withinWatermark && input.eventTimes.size === 0),
  }
}

/** Output columns that are event times unchanged, or the window or field of one. */
function passedOn(expressions: readonly NamedExpression[], eventTimes: EventTimes): EventTimes {
  return new Map(
    expressions.flatMap(({ column, expression }) => timeUnder(column.id, delayOf(expression, eventTimes))),
  )
}

/** The delay of the event time that an expression hands on; undefined where it does not. */
function delayOf(expression: ResolvedExpression, eventTimes: EventTimes): bigint | undefined {
  switch (expression.kind) {
    case 'Column':
      return eventTimes.get(expression.id)
    case 'Field':
      // Rows of a window come when the watermark has passed its end: its start says nothing.
      return expression.name === 'start' ? undefined : delayOf(expression.child, eventTimes)
    case 'Window':
      return expression.isSession === true
        ? delayOf(expression.function.arguments[0]!, eventTimes)
        : undefined
    case 'Call': {
      if (!TIME_WINDOWS.has(expression.function)) return undefined
      const delays = expression.arguments.map((each) => delayOf(each, eventTimes))
      return delays.find((each) => each !== undefined)
    }
    default:
      return undefined
  }
}

function timeUnder<Key>(key: Key, delay: bigint | undefined): (readonly [Key, bigint])[] {
  return delay === undefined ? [] : [[key, delay]]
}

const TIME_WINDOWS: ReadonlySet<string> = new Set([
  ...['window', '$sliding_windows', 'session_window', '$session', 'window_time'],
])

function renamed(shape: StreamingShape, from: ResolvedRelation, to: ResolvedRelation): StreamingShape {
  const times = to.output.flatMap((each, i) => timeUnder(each.id, shape.eventTimes.get(from.output[i]!.id)))
  return { ...shape, eventTimes: new Map(times) }
}
