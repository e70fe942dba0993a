import { PipelineError } from '../../errors/index.ts'
import type { ResolvedFlow } from '../../graph/resolved-graph.ts'
import { setting } from '../../settings/settings.ts'
import { autoCdcOutput } from '../auto-cdc/auto-cdc-output.ts'
import { SnapshotFlow } from '../auto-cdc/snapshot-flow.ts'
import { type BatchOutput, rowsOutput } from '../batch/batch-output.ts'
import { type BatchQueryOptions, runBatchQuery } from '../batch/batch-query.ts'
import { recoverBatch } from '../batch/recover-batch.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'
import { openCheckpoint } from '../checkpoint/checkpoint.ts'
import { datasetOf } from '../graph-index.ts'
import { flowInputs, pinStatics } from '../inputs/flow-inputs.ts'
import { flowQuery } from '../inputs/inline.ts'
import { inputFactory } from '../inputs/input-factory.ts'
import { type FlowOutcome, techniqueOf, type UpdateRun } from '../run.ts'
import { sinkOutput } from '../sinks/sink-output.ts'
import type { OpenTable } from '../tables/tables.ts'
import { refreshMaterializedView } from './materialized-view.ts'
import { StreamingFlow } from './streaming-flow.ts'

/** A flow whose checkpoint, inputs and tables are open. */
export interface OpenFlow {
  /** Takes what there is since the run before. A flow that has thrown is of no more use: its next run opens it anew. */
  run(): Promise<FlowOutcome>
}

/** Opens a flow in its form of the newest graph. `isFullRefresh` counts for its first run. */
export async function openFlow(
  run: UpdateRun,
  flow: ResolvedFlow,
  { isFullRefresh }: { readonly isFullRefresh: boolean },
): Promise<OpenFlow> {
  const checkpoint = await openCheckpoint(run.storage, flow.target, flow.name)
  checkpoint.minBatchesToRetain =
    setting(flow.configuration, 'spark.sql.streaming.minBatchesToRetain') ?? checkpoint.minBatchesToRetain
  await checkpoint.removeSuperseded(Number(run.clock.nowMicros() / 1000n), SUPERSEDED_RETENTION_MS)
  const inputs = flowInputs(flowQuery(flow, run.graph), inputFactory(run, checkpoint))
  const options: BatchQueryOptions = { run, flow, inputs, checkpoint, table: tableOpener(run) }
  if (flow.once) return openOnce(options)
  if (flow.kind === 'materialized_view') return openView(options, isFullRefresh)
  if (flow.kind === 'auto_cdc_snapshot') return new SnapshotFlow(options)
  const streaming = new StreamingFlow(options, await outputOf(options))
  return { run: () => streaming.drain() }
}

async function outputOf(options: BatchQueryOptions): Promise<BatchOutput> {
  const { run, flow } = options
  if (datasetOf(run.graph, flow.target).kind === 'sink') return sinkOutput(options)
  if (flow.kind === 'auto_cdc') return autoCdcOutput(options)
  return rowsOutput(options, flow.kind === 'complete' ? 'overwrite' : 'append')
}

/** Checkpoints that a full refresh replaced stay for a week, as deleted files of tables do. */
const SUPERSEDED_RETENTION_MS = 7 * 24 * 60 * 60 * 1000

function openView(options: BatchQueryOptions, isFullRefresh: boolean): OpenFlow {
  let isFull = isFullRefresh
  return {
    run: async () => {
      const outcome = await refreshMaterializedView({ ...options, isFullRefresh: isFull })
      isFull = false
      return outcome
    },
  }
}

/** Streams have no part in a backfill but where change events come from one: what there is when it runs. */
async function openOnce(options: BatchQueryOptions): Promise<OpenFlow> {
  const output = await outputOf(options)
  const { length } = options.inputs.streams
  return { run: () => (length === 0 ? runOnceFlow(options, output) : drainOnce(options, output)) }
}

const RAN_ONCE: FlowOutcome = { technique: null, reason: 'ran once already', rowsWritten: 0n }

/** The mark of the end is set when all is drained: a run that was stopped before goes on. */
async function drainOnce(options: BatchQueryOptions, output: BatchOutput): Promise<FlowOutcome> {
  const { run, checkpoint } = options
  const mark = `${checkpoint.folder}/drained`
  if ((await run.storage.stat(mark)) !== undefined) return RAN_ONCE
  const outcome = await new StreamingFlow(options, output).drain()
  if (!run.stopping.aborted) await run.storage.put(mark, new Uint8Array())
  return outcome
}

/** A backfill: its batch query is appended in the first update after its definition, and after a full refresh. */
async function runOnceFlow(options: BatchQueryOptions, output: BatchOutput): Promise<FlowOutcome> {
  const { flow, checkpoint } = options
  if (checkpoint.latestCommitted !== undefined) return RAN_ONCE
  const technique = techniqueOf(flow)
  const record = await onceBatch(options, output)
  if (record === undefined) return { technique, reason: 'committed by the update before', rowsWritten: 0n }
  return { technique, reason: null, rowsWritten: await runBatchQuery(options, { record, output }) }
}

/** The backfill's batch; undefined where the run before has committed it. */
async function onceBatch(options: BatchQueryOptions, output: BatchOutput): Promise<BatchRecord | undefined> {
  const { run, flow, inputs, checkpoint } = options
  const { latestBatch } = checkpoint
  const recovered = latestBatch === undefined ? undefined : await recoverBatch(options, output)
  if (recovered === 'finished') return undefined
  if (recovered === 'begun') return latestBatch
  const record: BatchRecord = {
    batchId: 0,
    sources: [],
    statics: await pinStatics(inputs),
    timestampMicros: run.clock.nowMicros(),
    configuration: flow.configuration,
  }
  if (recovered === 'unseen') await checkpoint.replaceBatch(record)
  return record
}

/** Opens the tables that a flow writes, each once. */
function tableOpener(run: UpdateRun): (identifier: string) => Promise<OpenTable> {
  const opened = new Map<string, Promise<OpenTable>>()
  const open = async (identifier: string) => {
    const table = await run.tables.openOwn(identifier)
    if (table !== undefined) return table
    throw new PipelineError('DELTA_PATH_DOES_NOT_EXIST', { path: run.tables.storageOf(identifier).name })
  }
  return (identifier) => {
    const known = opened.get(identifier) ?? open(identifier)
    opened.set(identifier, known)
    return known
  }
}
