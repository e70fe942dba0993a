import { joinBounds } from '../plan/join-bounds.ts'
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
  /** Output columns that carry event time under a watermark. */
  readonly eventTimes: ReadonlySet<number>
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

/** The shape of a view, with its event-time columns by lower-case name: each reader has column ids of its own. */
export interface ViewShape extends Omit<StreamingShape, 'eventTimes'> {
  readonly eventTimes: ReadonlySet<string>
}

const BATCH: StreamingShape = {
  isStreaming: false,
  eventTimes: new Set(),
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
      case 'SetOperation':
        return bothShapes(shape(node.left), shape(node.right), node)
      case 'Project': {
        const input = shape(node.input)
        return { ...input, eventTimes: passedOn(node.expressions, input.eventTimes) }
      }
      case 'WithWatermark': {
        const input = shape(node.input)
        return input.isStreaming ? { ...input, eventTimes: new Set([node.eventTime]) } : input
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
  const names = output.filter((each) => shape.eventTimes.has(each.id)).map((each) => each.name.toLowerCase())
  return { ...shape, eventTimes: new Set(names) }
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
  const ids = output.filter((each) => view.eventTimes.has(each.name.toLowerCase())).map((each) => each.id)
  return { ...view, eventTimes: new Set(ids) }
}

function bothShapes(left: StreamingShape, right: StreamingShape, node: ResolvedRelation): StreamingShape {
  const eventTimes =
    node.kind === 'SetOperation'
      ? node.output.flatMap((each, i) => (isEventTimeOfBoth(left, right, node, i) ? [each.id] : []))
      : [...left.eventTimes, ...right.eventTimes]
  return {
    isStreaming: left.isStreaming || right.isStreaming,
    eventTimes: new Set(eventTimes),
    hasAggregation: left.hasAggregation || right.hasAggregation,
    hasOpenAggregation: left.hasOpenAggregation || right.hasOpenAggregation,
    hasOpenDeduplication: left.hasOpenDeduplication || right.hasOpenDeduplication,
    hasOpenJoin: left.hasOpenJoin || right.hasOpenJoin || isOpenJoin(left, right, node),
    lacksWatermark: left.lacksWatermark || right.lacksWatermark,
  }
}

function isOpenJoin(left: StreamingShape, right: StreamingShape, node: ResolvedRelation): boolean {
  if (node.kind !== 'Join' || !left.isStreaming || !right.isStreaming) return false
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

function isEventTimeOfBoth(
  left: StreamingShape,
  right: StreamingShape,
  node: Extract<ResolvedRelation, { kind: 'SetOperation' }>,
  column: number,
): boolean {
  const isEventTime = (side: StreamingShape, output: readonly OutputColumn[]) =>
    !side.isStreaming || side.eventTimes.has(output[column]!.id)
  return isEventTime(left, node.left.output) && isEventTime(right, node.right.output)
}

function aggregateShape(node: ResolvedAggregate, input: StreamingShape): StreamingShape {
  if (!input.isStreaming) return BATCH
  const keys = new Set(node.grouping.map((each) => each.id).filter((id) => input.eventTimes.has(id)))
  return {
    ...input,
    eventTimes: passedOn(node.expressions, keys),
    hasAggregation: true,
    hasOpenAggregation: input.hasOpenAggregation || keys.size === 0,
  }
}

/** A sliding window gives several rows of one event time. */
function generateShape(node: ResolvedGenerate, input: StreamingShape): StreamingShape {
  if (!mentions(node.generator, input.eventTimes)) return input
  return { ...input, eventTimes: new Set([...input.eventTimes, ...node.generated.map((each) => each.id)]) }
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
function passedOn(
  expressions: readonly NamedExpression[],
  eventTimes: ReadonlySet<number>,
): ReadonlySet<number> {
  const kept = expressions.filter(({ expression }) => mentions(expression, eventTimes))
  return new Set(kept.map((each) => each.column.id))
}

function mentions(expression: ResolvedExpression, eventTimes: ReadonlySet<number>): boolean {
  if (expression.kind === 'Column') return eventTimes.has(expression.id)
  // Rows of a window come when the watermark has passed its end: its start says nothing.
  if (expression.kind === 'Field')
    return expression.name !== 'start' && mentions(expression.child, eventTimes)
  if (expression.kind === 'Window') {
    return expression.isSession === true && mentions(expression.function.arguments[0]!, eventTimes)
  }
  return (
    expression.kind === 'Call' &&
    TIME_WINDOWS.has(expression.function) &&
    expression.arguments.some((each) => mentions(each, eventTimes))
  )
}

const TIME_WINDOWS: ReadonlySet<string> = new Set([
  ...['window', '$sliding_windows', 'session_window', '$session', 'window_time'],
])

function renamed(shape: StreamingShape, from: ResolvedRelation, to: ResolvedRelation): StreamingShape {
  const ids = to.output.flatMap((each, i) => (shape.eventTimes.has(from.output[i]!.id) ? [each.id] : []))
  return { ...shape, eventTimes: new Set(ids) }
}
