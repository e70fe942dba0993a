import type { EngineSession } from '../engine/engine.ts'
import type { ResolvedFlow } from '../graph/resolved-graph.ts'
import type { Relation } from '../plan/relation.ts'
import { commitBatch, finishBatch, type PreparedBatch, type PreparedWrite } from './batch-commit.ts'
import type { BatchRecord } from './batch-record.ts'
import { BatchWriter } from './batch-writer.ts'
import type { Checkpoint } from './checkpoint.ts'
import { countRules } from './count-rules.ts'
import { expectationViolation, verbosityOf } from './expectation-error.ts'
import { failedReport } from './flow-events.ts'
import { bindBatch, type FlowInputs } from './flow-inputs.ts'
import { datasetOf, isAnsi, type UpdateRun } from './run.ts'
import { nothingObserved } from './stateful/batch.ts'
import { atStep } from './steps.ts'
import type { OpenTable } from './tables.ts'

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
  const { run, flow, checkpoint } = options
  const record = await checkpoint.writeBatch(batch.record)
  atStep('after-batch-record')
  const prepared = await withSession(run, flow, record, (session) =>
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
  flow: ResolvedFlow,
  record: Pick<BatchRecord, 'timestampMicros'>,
  work: (session: EngineSession) => Promise<Result>,
): Promise<Result> {
  const engine = await run.engine.get()
  const session = await engine.openSession({ timestampMicros: record.timestampMicros, ansi: isAnsi(flow) })
  const stop = () => session.interrupt()
  run.signal.addEventListener('abort', stop)
  try {
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
  const output = await countRules(withRules(await bindBatch(inputs, record), run, flow), session, observed)
  const { expectations } = observed
  const error = await expectationViolation(session, flow.identifier, expectations, verbosityOf(flow))
  if (error !== undefined) {
    await run.events.append(failedReport(flow, expectations))
    throw error
  }
  return new BatchWriter(run, flow, table).prepare({ record, session, observed, output, mode })
}

/** The flow's query with its target's rules on top. */
export function withRules(query: Relation, run: UpdateRun, flow: ResolvedFlow): Relation {
  const { identifier, rules } = datasetOf(run.graph, flow.target)
  return rules.length === 0 ? query : { kind: 'Expect', input: query, dataset: identifier, rules }
}
