import { PipelineError } from '../errors/index.ts'
import { expressionsOf, inputsOf, visitExpression, visitRelations } from '../plan/analyzer/walk.ts'
import type { ResolvedExpression, ResolvedJoin, ResolvedRelation } from '../plan/resolved.ts'
import { eventTimeError } from './event-time-type.ts'
import { boundsOfJoin, type StreamingShape } from './streaming-shape.ts'

type Shapes = ReadonlyMap<ResolvedRelation, StreamingShape>

/**
 * Refuses what a streaming query cannot do batch after batch, as Spark's UnsupportedOperationChecker does: what would have to see
 * all rows of the stream at once. Above an aggregation without a watermark everything goes, for its whole result is
 * there after each batch. `flow` is named in errors. Throws UNSUPPORTED_STREAMING_OPERATION,
 * NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING, UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK and
 * EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE.
 */
export function checkStreamingOperators(query: ResolvedRelation, shapes: Shapes, flow: string): void {
  visitRelations(query, (node) => {
    if (shapes.get(node)?.isStreaming !== true) return
    const reason = refusal(node, shapes, flow)
    if (reason !== undefined) throw reason.at({ position: node.position })
  })
}

function refusal(node: ResolvedRelation, shapes: Shapes, flow: string): PipelineError | undefined {
  if (expressionsOf(node).some((each) => readsStream(each, shapes))) {
    return unsupported('a subquery that reads a stream', 'Read a table in the subquery (without STREAM).')
  }
  const inputs = inputsOf(node).map((each) => shapes.get(each)!)
  switch (node.kind) {
    case 'WithWatermark':
      return eventTimeError(node)
    case 'Aggregate':
    case 'Deduplicate':
      return refusedAbove(node, inputs[0]!, shapes.get(node)!)
    case 'Join':
      return inputs.every((each) => each.isStreaming)
        ? refusedStreamJoin(node, inputs, flow)
        : refusedJoin(node, inputs)
    case 'SetOperation':
      return refusedSetOperation(node.operation, inputs)
    default:
      return inputs.some((each) => each.isStreaming && !each.hasOpenAggregation)
        ? refusedOverNewRows(node)
        : undefined
  }
}

function refusedOverNewRows(node: ResolvedRelation): PipelineError | undefined {
  const advice = 'Write the stream into a table, and read that in a materialized view.'
  if (node.kind === 'Sort') return unsupported('ORDER BY', advice)
  if (node.kind === 'Limit') return unsupported(node.limit === undefined ? 'OFFSET' : 'LIMIT', advice)
  const windowed = expressionsOf(node).find(containsRowWindow)
  return (
    windowed &&
    new PipelineError('NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING', {}, { position: windowed.position })
  )
}

function refusedAbove(
  node: ResolvedRelation,
  input: StreamingShape,
  own: StreamingShape,
): PipelineError | undefined {
  if (node.kind === 'Deduplicate' && node.keys?.length === 0) {
    return unsupported(
      'dropDuplicates of no columns',
      'Name the columns, or leave the list out for all of them.',
    )
  }
  const advice = 'Write the first aggregation into a table, and read that.'
  if (node.kind === 'Aggregate' && input.hasAggregation && own.hasOpenAggregation) {
    const windows = 'Group both by windows of event time: window(window_time(window), ...).'
    return unsupported('an aggregation of an aggregation', `${windows} ${advice}`)
  }
  return input.hasOpenAggregation
    ? unsupported('DISTINCT over an aggregation without a watermark', advice)
    : undefined
}

function refusedJoin(
  { joinType }: ResolvedJoin,
  [left, right]: readonly StreamingShape[],
): PipelineError | undefined {
  if (left!.hasOpenAggregation || right!.hasOpenAggregation) return undefined
  const isFine = {
    inner: true,
    cross: true,
    left: left!.isStreaming,
    'left semi': left!.isStreaming,
    'left anti': left!.isStreaming,
    right: right!.isStreaming,
    full: false,
  }[joinType]
  if (isFine) return undefined
  const operation = `a ${joinType} join that keeps rows of the table without a match`
  return unsupported(
    operation,
    'Whether a row has no match is not known before the stream ends: keep the rows of the stream.',
  )
}

/** A window function over rows that are still to come; those of `session_window` are over what is there. */
function containsRowWindow(expression: ResolvedExpression): boolean {
  let found = false
  visitExpression(expression, (node) => {
    found ||= node.kind === 'Window' && node.isSession !== true
    return !found
  })
  return found
}

/** Rows without a match are known once the other side's watermark has passed the last time that could match them. */
function refusedStreamJoin(
  node: ResolvedJoin,
  [left, right]: readonly StreamingShape[],
  flow: string,
): PipelineError | undefined {
  const { joinType } = node
  if (left!.hasOpenAggregation || right!.hasOpenAggregation) {
    const advice = 'Group by a window of event time, or join the tables in a materialized view.'
    return unsupported('a join of two streams above an aggregation without a watermark', advice)
  }
  if (joinType === 'left anti') {
    return unsupported(
      'a left anti join of two streams',
      'Use a left join with a time bound, and keep the rows whose right columns are NULL.',
    )
  }
  const bounds = boundsOfJoin(node, left!, right!)
  const endless = WAITING_SIDES[joinType].filter((side) => bounds[side].length === 0)
  if (endless.length === 0) return undefined
  const shapes = { left: left!, right: right! }
  const unmarked = endless.map(otherSide).filter((side) => shapes[side].eventTimes.size === 0)
  if (unmarked.length > 0) return joinWithoutWatermark(joinType, unmarked, flow)
  const isKnown = node.left.schema.open !== true && node.right.schema.open !== true
  return isKnown ? joinWithoutBound(joinType, endless) : undefined
}

type Side = 'left' | 'right'

/** Whose rows without a match are given out when their time is over. */
const WAITING_SIDES: Readonly<Record<Exclude<ResolvedJoin['joinType'], 'left anti'>, readonly Side[]>> = {
  inner: [],
  cross: [],
  left: ['left'],
  'left semi': ['left'],
  right: ['right'],
  full: ['left', 'right'],
}

function otherSide(side: Side): Side {
  return side === 'left' ? 'right' : 'left'
}

function joinWithoutWatermark(joinType: string, unmarked: readonly Side[], flow: string): PipelineError {
  const sides = unmarked.length > 1 ? 'sides' : `${unmarked[0]} side`
  return new PipelineError('UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK', {
    flowName: flow,
    statefulOperator: `a ${joinType} join of two streams`,
    advice: `Give the ${sides} a watermark and the join a time bound that uses it, such as right_time BETWEEN left_time AND left_time + INTERVAL 1 HOUR.`,
  })
}

function joinWithoutBound(joinType: string, endless: readonly Side[]): PipelineError {
  const bounds = endless.map((side) => `${otherSide(side)}_time <= ${side}_time + INTERVAL 1 HOUR`)
  return unsupported(
    `a ${joinType} join of two streams without a time bound`,
    `Say in the condition until when rows of the ${endless.join(' and ')} side can find a match, by the event times of the watermarks: ${bounds.join(' AND ')}.`,
  )
}

function refusedSetOperation(
  operation: 'union' | 'intersect' | 'except',
  [left, right]: readonly StreamingShape[],
): PipelineError | undefined {
  if (operation !== 'union') {
    return unsupported(operation.toUpperCase(), 'Use a join with a table (LEFT SEMI, LEFT ANTI).')
  }
  const isMixed =
    left!.isStreaming !== right!.isStreaming || left!.hasOpenAggregation !== right!.hasOpenAggregation
  return isMixed
    ? unsupported(
        'UNION of a stream and a table',
        'Read both as streams, or give each a flow of its own (CREATE FLOW).',
      )
    : undefined
}

function readsStream(expression: Parameters<typeof visitExpression>[0], shapes: Shapes): boolean {
  let found = false
  visitExpression(expression, (node) => {
    if (node.kind === 'Subquery') {
      visitRelations(node.plan, (each) => {
        found ||= each.kind === 'Leaf' && (shapes.get(each)?.isStreaming ?? isStreamingLeaf(each.source))
      })
    }
    return !found
  })
  return found
}

function isStreamingLeaf(source: Extract<ResolvedRelation, { kind: 'Leaf' }>['source']): boolean {
  return source.isStreaming === true
}

function unsupported(operation: string, advice: string): PipelineError {
  return new PipelineError('UNSUPPORTED_STREAMING_OPERATION', { operation, advice })
}
