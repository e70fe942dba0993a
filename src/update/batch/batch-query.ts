import type { EngineSession } from '../../engine/engine.ts'
import { isAnsi } from '../../graph/flow-configuration.ts'
import type { ResolvedFlow } from '../../graph/resolved-graph.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { bindBatch, type FlowInputs } from '../inputs/flow-inputs.ts'
import { withTargetRules } from '../inputs/inline.ts'
import { countRules } from '../rules/count-rules.ts'
import { appliesRules, failOnViolation } from '../rules/flow-rules.ts'
import type { UpdateRun } from '../run.ts'
import { nothingObserved } from '../stateful/batch.ts'
import { atStep } from '../steps.ts'
import type { OpenTable } from '../tables/tables.ts'
import { finishBatch } from './batch-commit.ts'
import type { BatchOutput, EvaluatedBatch } from './batch-output.ts'
import { rowsWritten } from './batch-report.ts'

export interface BatchQueryOptions {
  readonly run: UpdateRun
  readonly flow: ResolvedFlow
  readonly inputs: FlowInputs
  readonly checkpoint: Checkpoint
  readonly table: (identifier: string) => Promise<OpenTable>
}

/** Runs a flow's batch query over what its record pins and commits the rows. Returns how many were written. */
export async function runBatchQuery(
  options: BatchQueryOptions,
  batch: {
    readonly record: BatchRecord
    readonly output: BatchOutput
    /** Kept beside the mark that the batch is finished; asked for behind its commits. */
    readonly info?: () => Promise<Readonly<Record<string, unknown>>>
  },
): Promise<bigint> {
  const { run, checkpoint } = options
  const record = await checkpoint.writeBatch(batch.record)
  atStep('after-batch-record')
  const reports = await withSession(run, record, async (session) =>
    batch.output.commit(await evaluated(options, record, session), async () => undefined),
  )
  await finishBatch(run, checkpoint, record.batchId, reports, await batch.info?.())
  return rowsWritten(reports.at(-1)!)
}

/** A session for one batch that stops when the update does. */
export async function withSession<Result>(
  run: UpdateRun,
  record: BatchRecord,
  work: (session: EngineSession) => Promise<Result>,
): Promise<Result> {
  const engine = await run.engine.get()
  const session = await engine.openSession({ timestampMicros: record.timestampMicros, ansi: isAnsi(record) })
  const stop = () => session.interrupt()
  run.signal.addEventListener('abort', stop)
  try {
    run.signal.throwIfAborted()
    return await work(session)
  } finally {
    run.signal.removeEventListener('abort', stop)
    await session.close()
  }
}

/** The query's rows, with the rules of its views and its target counted. */
async function evaluated(
  { run, flow, inputs }: BatchQueryOptions,
  record: BatchRecord,
  session: EngineSession,
): Promise<EvaluatedBatch> {
  const observed = nothingObserved()
  const query = withTargetRules(await bindBatch(inputs, record), flow, run.graph)
  const output = await countRules(query, session, observed, appliesRules(run, flow))
  await failOnViolation(run, flow, session, observed.expectations)
  return { record, session, observed, output }
}
