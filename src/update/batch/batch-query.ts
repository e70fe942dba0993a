import type { EngineSession } from '../../engine/engine.ts'
import type { ResolvedFlow } from '../../graph/resolved-graph.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { bindBatch, type FlowInputs } from '../inputs/flow-inputs.ts'
import { withTargetRules } from '../inputs/inline.ts'
import { countRules } from '../rules/count-rules.ts'
import { appliesRules, failOnViolation } from '../rules/flow-rules.ts'
import { isAnsi, type UpdateRun } from '../run.ts'
import { nothingObserved } from '../stateful/batch.ts'
import { atStep } from '../steps.ts'
import type { OpenTable } from '../tables/tables.ts'
import { commitBatch, finishBatch, type PreparedBatch, type PreparedWrite } from './batch-commit.ts'
import { BatchWriter } from './batch-writer.ts'

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
    readonly mode: PreparedWrite['mode']
    /** Kept beside the mark that the batch is finished. */
    readonly info?: Readonly<Record<string, unknown>>
  },
): Promise<bigint> {
  const { run, checkpoint } = options
  const record = await checkpoint.writeBatch(batch.record)
  atStep('after-batch-record')
  const prepared = await withSession(run, record, (session) =>
    prepareRows(options, record, batch.mode, session),
  )
  atStep('after-data-files')
  await commitBatch(run, checkpoint, prepared, options.table)
  await finishBatch(run, checkpoint, record.batchId, prepared.reports, batch.info)
  return BigInt(prepared.reports.at(-1)!.outputRows!)
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

async function prepareRows(
  { run, flow, inputs, table }: BatchQueryOptions,
  record: BatchRecord,
  mode: PreparedWrite['mode'],
  session: EngineSession,
): Promise<PreparedBatch> {
  const observed = nothingObserved()
  const query = withTargetRules(await bindBatch(inputs, record), flow, run.graph)
  const output = await countRules(query, session, observed, appliesRules(run, flow))
  await failOnViolation(run, flow, session, observed.expectations)
  return new BatchWriter(run, flow, table).prepare({ record, session, observed, output, mode })
}
