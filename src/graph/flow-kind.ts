import { PipelineError, type Position } from '../errors/index.ts'
import type { Relation } from '../plan/relation.ts'
import { walk } from '../plan/rewrite.ts'
import type { Flow } from './dataset-index.ts'
import type { PreparedFlow } from './prepare-flow.ts'
import type { ResolvedFlow } from './resolved-graph.ts'
import type { StreamingShape } from './streaming-shape.ts'

/**
 * How a flow runs, from what its query is and what it writes. Throws INVALID_FLOW_QUERY_TYPE.* where the two do not fit, and
 * UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK.
 */
export function flowKind({ flow, query }: PreparedFlow, shape: StreamingShape): ResolvedFlow['kind'] {
  const { target, definition } = flow
  if (shape.lacksWatermark) throw deduplicationWithoutWatermark(flow, query)
  switch (target.definition.kind) {
    case 'temporary_view':
      return 'view'
    case 'persisted_view':
      if (shape.isStreaming) throw streamingPersistedView(flow)
      return 'view'
    case 'materialized_view':
      if (shape.isStreaming) throw wrongQuery(flow, 'STREAMING_RELATION_FOR_MATERIALIZED_VIEW')
      return 'materialized_view'
    case 'sink':
      return sinkKind(flow, query, shape)
    case 'streaming_table':
      if (definition.changes !== undefined) return changesKind(flow, query, shape)
      if (definition.once && shape.isStreaming) throw wrongQuery(flow, 'STREAMING_RELATION_FOR_ONCE_FLOW')
      if (!definition.once && !shape.isStreaming) throw wrongQuery(flow, 'BATCH_RELATION_FOR_STREAMING_TABLE')
      return shape.hasOpenAggregation ? completeKind(flow, query) : 'append'
  }
}

/** What was sent cannot be taken back: a sink takes the new rows of a stream. */
function sinkKind(flow: Flow, query: Relation, shape: StreamingShape): 'append' {
  const refused = (reason: string) =>
    new PipelineError('INVALID_SINK_FLOW', {
      flow: flow.definition.name,
      sink: flow.target.identifier,
      reason,
    })
  if (flow.definition.changes !== undefined) throw refused('it applies changes')
  if (flow.definition.once) throw refused('it runs once')
  if (!shape.isStreaming) throw refused('its query reads no stream')
  if (shape.hasOpenAggregation) {
    throw openAggregation(flow, query, `A sink cannot be written anew: ${ADD_WATERMARK}`)
  }
  return 'append'
}

/** Warnings about what a streaming query keeps for ever, or writes again and again. */
export function shapeWarnings(kind: ResolvedFlow['kind'], shape: StreamingShape): string[] {
  const warnings: string[] = []
  if (kind === 'complete') {
    warnings.push(
      'A streaming aggregation whose groups never end, without a watermark or with a grouping set without its event time: the whole table is written anew each time, and it cannot be streamed from. A materialized view does the same, or add withWatermark (WATERMARK in SQL) and group by its time, in every grouping set.',
    )
  }
  if (shape.hasOpenDeduplication) {
    warnings.push(
      'dropDuplicates (DISTINCT and UNION in SQL) without a watermark remembers every key for ever. Add withWatermark and the event time, or use dropDuplicatesWithinWatermark, to bound what is kept; UNION ALL keeps nothing.',
    )
  }
  if (shape.hasOpenJoin) {
    warnings.push(
      'A join of two streams without a time bound between watermarks remembers every row of a side for ever. Add withWatermark to both, and compare their event times in the condition, to bound what is kept.',
    )
  }
  return warnings
}

/** A flow of changes that runs once takes a batch, or what a stream has at that time. */
function changesKind(flow: Flow, query: Relation, shape: StreamingShape): 'auto_cdc' | 'auto_cdc_snapshot' {
  if (flow.definition.changes!.kind === 'auto_cdc_snapshot') {
    if (shape.isStreaming) throw wrongQuery(flow, 'STREAMING_RELATION_FOR_SNAPSHOT_FLOW')
    return 'auto_cdc_snapshot'
  }
  if (!flow.definition.once && !shape.isStreaming)
    throw wrongQuery(flow, 'BATCH_RELATION_FOR_STREAMING_TABLE')
  if (shape.hasOpenAggregation) {
    throw openAggregation(flow, query, `AUTO CDC takes events, which do not change: ${ADD_WATERMARK}`)
  }
  return 'auto_cdc'
}

/** Writing the table anew at each trigger would take away the rows of the other flows. */
function completeKind(flow: Flow, query: Relation): 'complete' {
  if (flow.target.flows.length === 1) return 'complete'
  throw openAggregation(
    flow,
    query,
    `Several flows write the table, so that it cannot be written anew: ${ADD_WATERMARK}`,
  )
}

const ADD_WATERMARK = 'add withWatermark and group by its time, in every grouping set.'

function openAggregation(flow: Flow, query: Relation, advice: string): PipelineError {
  const parameters = { flowName: flow.identifier, statefulOperator: 'an aggregation', advice }
  const position = placeOf(query, (node) => node.kind === 'Aggregate')
  return new PipelineError('UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK', parameters, { position })
}

function deduplicationWithoutWatermark(flow: Flow, query: Relation): PipelineError {
  const advice = 'Add withWatermark before it, or use dropDuplicates.'
  const statefulOperator = 'dropDuplicatesWithinWatermark'
  const parameters = { flowName: flow.identifier, statefulOperator, advice }
  const position = placeOf(query, (node) => node.kind === 'Deduplicate' && node.withinWatermark)
  return new PipelineError('UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK', parameters, { position })
}

/** Where the query itself has such a step; it may stand in a view that it reads instead. */
function placeOf(query: Relation, isWanted: (node: Relation) => boolean): Position | undefined {
  for (const node of walk(query)) if (isWanted(node)) return node.position
  return undefined
}

function wrongQuery(
  flow: Flow,
  type:
    | 'BATCH_RELATION_FOR_STREAMING_TABLE'
    | 'STREAMING_RELATION_FOR_MATERIALIZED_VIEW'
    | 'STREAMING_RELATION_FOR_ONCE_FLOW'
    | 'STREAMING_RELATION_FOR_SNAPSHOT_FLOW',
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
