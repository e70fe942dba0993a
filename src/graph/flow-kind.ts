import { PipelineError } from '../errors/index.ts'
import type { Flow } from './dataset-index.ts'
import type { ResolvedFlow } from './resolved-graph.ts'
import type { StreamingShape } from './streaming-shape.ts'

/**
 * How a flow runs, from what its query is and what it writes. Throws INVALID_FLOW_QUERY_TYPE.* where the two do not fit, and
 * UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK.
 */
export function flowKind(flow: Flow, shape: StreamingShape): ResolvedFlow['kind'] {
  const { target, definition } = flow
  checkWatermark(flow, shape)
  switch (target.definition.kind) {
    case 'temporary_view':
      return 'view'
    case 'persisted_view':
      if (shape.isStreaming) throw streamingPersistedView(flow)
      return 'view'
    case 'materialized_view':
      if (shape.isStreaming) throw wrongQuery(flow, 'STREAMING_RELATION_FOR_MATERIALIZED_VIEW')
      return 'materialized_view'
    case 'streaming_table':
      if (definition.once && shape.isStreaming) throw wrongQuery(flow, 'STREAMING_RELATION_FOR_ONCE_FLOW')
      if (!definition.once && !shape.isStreaming) throw wrongQuery(flow, 'BATCH_RELATION_FOR_STREAMING_TABLE')
      return shape.openAggregation === undefined ? 'append' : completeKind(flow, shape)
  }
}

/** Warnings about what a streaming query keeps for ever, or writes again and again. */
export function shapeWarnings(kind: ResolvedFlow['kind'], shape: StreamingShape): string[] {
  const warnings: string[] = []
  if (kind === 'complete') {
    warnings.push(
      'A streaming aggregation without a watermark: the whole table is written anew each time, and it cannot be streamed from. A materialized view does the same, or add withWatermark (WATERMARK in SQL).',
    )
  }
  if (shape.openDeduplication !== undefined) {
    warnings.push(
      'dropDuplicates without a watermark remembers every key for ever. Add withWatermark and the event time, or use dropDuplicatesWithinWatermark, to bound what is kept.',
    )
  }
  return warnings
}

/** Rewriting the table at each trigger would take away the rows of the other flows. */
function completeKind(flow: Flow, shape: StreamingShape): 'complete' {
  if (flow.target.flows.length === 1) return 'complete'
  const advice = 'Several flows write the table, so that it cannot be written anew: add withWatermark.'
  throw withoutWatermark(flow, 'an aggregation', advice, shape.openAggregation?.position)
}

function checkWatermark(flow: Flow, shape: StreamingShape): void {
  const found = shape.deduplicationWithoutWatermark
  if (found === undefined) return
  const advice = 'Add withWatermark before it, or use dropDuplicates.'
  throw withoutWatermark(flow, 'dropDuplicatesWithinWatermark', advice, found.position)
}

function withoutWatermark(
  flow: Flow,
  statefulOperator: string,
  advice: string,
  position: PipelineError['position'],
): PipelineError {
  return new PipelineError(
    'UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK',
    { flowName: flow.identifier, statefulOperator, advice },
    { position },
  )
}

function wrongQuery(
  flow: Flow,
  type:
    | 'BATCH_RELATION_FOR_STREAMING_TABLE'
    | 'STREAMING_RELATION_FOR_MATERIALIZED_VIEW'
    | 'STREAMING_RELATION_FOR_ONCE_FLOW',
): PipelineError {
  return new PipelineError(`INVALID_FLOW_QUERY_TYPE.${type}`, {
    flowIdentifier: flow.identifier,
    tableIdentifier: flow.target.identifier,
  })
}

function streamingPersistedView({ target }: Flow): PipelineError {
  return new PipelineError('INVALID_FLOW_QUERY_TYPE.STREAMING_RELATION_FOR_PERSISTED_VIEW', {
    viewIdentifier: target.identifier,
  })
}
