import { isCondition, PipelineError } from '../../errors/index.ts'
import { flowProgress } from '../../event-log/flow-events.ts'
import type { ResolvedFlow } from '../../graph/resolved-graph.ts'
import { recoverBatch } from '../batch/batch-commit.ts'
import { type BatchQueryOptions, runBatchQuery } from '../batch/batch-query.ts'
import { openCheckpoint } from '../checkpoint/checkpoint.ts'
import { currentFlow, datasetOf } from '../graph-index.ts'
import { flowInputs, pinStatics } from '../inputs/flow-inputs.ts'
import { inlineCtes, inlineViews } from '../inputs/inline.ts'
import { inputFactory } from '../inputs/input-factory.ts'
import type { FlowOutcome, UpdateRun } from '../run.ts'
import type { OpenTable } from '../tables/tables.ts'
import { refreshMaterializedView } from './materialized-view.ts'
import { evolveSources } from './schema-evolution.ts'
import { StreamingFlow } from './streaming-flow.ts'

/**
 * Runs a flow to its end, again where that can help: at once when a source's schema grew, and up to
 * `pipelines.maxFlowRetryAttempts` times (default 2, none in development) after errors that may pass.
 */
export async function executeFlow(
  run: UpdateRun,
  flow: ResolvedFlow,
  options: { readonly isFullRefresh: boolean },
): Promise<FlowOutcome> {
  let retries = retriesOf(run)
  for (;;) {
    const { graph } = run
    const now = currentFlow(graph, flow)
    const about = { flowName: flow.name, dataset: flow.target }
    run.events.emit(
      flowProgress({ ...about, status: 'STARTING' }),
      flowProgress({ ...about, status: 'RUNNING' }),
    )
    try {
      return await runOnce(run, now, options)
    } catch (error) {
      if (run.signal.aborted) throw error
      if (await evolveSources(run, now, error)) continue
      // Another flow's source has evolved meanwhile, and with it a table that this flow writes.
      if (run.graph !== graph && isCondition(error, 'DELTA_METADATA_CHANGED')) continue
      if (retries === 0 || !mayPass(error)) throw error
      retries -= 1
      run.events.emit(flowProgress({ ...about, status: 'FAILED', error, reason: 'It will be tried again.' }))
    }
  }
}

async function runOnce(
  run: UpdateRun,
  flow: ResolvedFlow,
  { isFullRefresh }: { readonly isFullRefresh: boolean },
): Promise<FlowOutcome> {
  const checkpoint = await openCheckpoint(run.storage, flow.target, flow.name)
  await checkpoint.removeSuperseded(Number(run.clock.nowMicros() / 1000n), SUPERSEDED_RETENTION_MS)
  const query = inlineViews(flow.query, run.graph)
  const isBatch = flow.kind === 'materialized_view' || flow.once
  const inputs = flowInputs(isBatch ? query : inlineCtes(query), inputFactory(run, checkpoint))
  const options: BatchQueryOptions = { run, flow, inputs, checkpoint, table: tableOpener(run) }
  if (flow.once) return runOnceFlow(options)
  if (flow.kind === 'materialized_view') return refreshMaterializedView({ ...options, isFullRefresh })
  return new StreamingFlow(options).drain()
}

/** Checkpoints that a full refresh replaced stay for a week, as deleted files of tables do. */
const SUPERSEDED_RETENTION_MS = 7 * 24 * 60 * 60 * 1000

/** A backfill: its batch query is appended in the first update after its definition, and after a full refresh. */
async function runOnceFlow(options: BatchQueryOptions): Promise<FlowOutcome> {
  const { run, flow, inputs, checkpoint, table } = options
  if (checkpoint.latestCommitted !== undefined) {
    return { technique: null, reason: 'ran once already', rowsWritten: 0n }
  }
  if (checkpoint.latestBatch !== undefined) {
    const isDone = await recoverBatch(run, checkpoint, await table(flow.target), table)
    if (isDone) return { technique: 'APPEND', reason: 'committed by the update before', rowsWritten: 0n }
  }
  const record = checkpoint.latestBatch ?? {
    batchId: 0,
    sources: [],
    statics: await pinStatics(inputs),
    timestampMicros: run.clock.nowMicros(),
    configuration: flow.configuration,
  }
  return {
    technique: 'APPEND',
    reason: null,
    rowsWritten: await runBatchQuery(options, { record, mode: 'append' }),
  }
}

/** Opens the tables that a flow writes, each once. */
function tableOpener(run: UpdateRun): (identifier: string) => Promise<OpenTable> {
  const opened = new Map<string, Promise<OpenTable>>()
  const open = async (identifier: string) => {
    const table = await run.tables.openOwn(identifier)
    if (table !== undefined) return table
    throw new PipelineError('INTERNAL_ERROR', {
      detail: `table ${datasetOf(run.graph, identifier).name} was not set up`,
    })
  }
  return (identifier) => {
    const known = opened.get(identifier) ?? open(identifier)
    opened.set(identifier, known)
    return known
  }
}

function retriesOf(run: UpdateRun): number {
  if (run.project.spec.development) return 0
  const wanted = Number(run.project.spec.configuration['pipelines.maxFlowRetryAttempts'] ?? 2)
  return Number.isInteger(wanted) && wanted >= 0 ? wanted : 2
}

/** Errors that say something about the moment, not about the query or the data. */
function mayPass(error: unknown): boolean {
  return (
    !(error instanceof PipelineError) ||
    error.condition.startsWith('DELTA_CONCURRENT_') ||
    isCondition(error, 'DELTA_METADATA_CHANGED') ||
    isCondition(error, 'ENGINE_FAILED') ||
    isCondition(error, 'STORAGE_ERROR')
  )
}
