import type { EngineSession, Staged } from '../../engine/engine.ts'
import type { ResolvedFlow } from '../../graph/resolved-graph.ts'
import type { StructType } from '../../types/data-type.ts'
import { parseExact, stringifyExact } from '../../types/exact-json.ts'
import {
  commitBatch,
  finishBatch,
  type KeptRows,
  keptRowsFolder,
  preparedBatch,
} from '../batch/batch-commit.ts'
import type { BatchOutput } from '../batch/batch-output.ts'
import { type BatchQueryOptions, withSession } from '../batch/batch-query.ts'
import { BatchWriter } from '../batch/batch-writer.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { scanRowFiles, writeRowFiles } from '../checkpoint/row-files.ts'
import { mayGiveOtherRows } from '../flows/recompute-reason.ts'
import { datasetOf } from '../graph-index.ts'
import type { UpdateRun } from '../run.ts'
import { atStep } from '../steps.ts'
import { withBacklog } from '../stream-events.ts'
import { addToTable, isInTable } from './delta-sink.ts'
import { callHandler, wasHandedOver } from './foreach-batch.ts'

/** A batch whose rows are on their way to a sink. */
export interface Delivery {
  readonly run: UpdateRun
  readonly flow: ResolvedFlow
  /** Its flow id and the batch's id name the delivery for ever. */
  readonly checkpoint: Checkpoint
  readonly record: BatchRecord
  readonly session: EngineSession
  readonly rows: Pick<Staged, 'scan' | 'rowCount'>
}

/**
 * The rows go to a sink. A Delta sink has each batch once, by the flow's `txn` in its log; a function gets it at least once. Rows
 * that rules of views reject are in their quarantines before. Rows that the query may not give again are kept until the batch
 * is finished: they are what is delivered again.
 */
export function sinkOutput(options: BatchQueryOptions): BatchOutput {
  const { run, flow, checkpoint, table } = options
  const keepsRows = mayGiveOtherRows(options.inputs.query)
  return {
    mayHaveDelivered: (batchId) => {
      const sink = sinkOf(flow, run)
      return sink.format === 'delta'
        ? isInTable(sink, { run, checkpoint }, batchId)
        : wasHandedOver({ run, checkpoint }, batchId)
    },
    commit: async ({ record, session, observed, output, backlog }, written) => {
      const rows = await session.stage(output)
      const writer = new BatchWriter(run, flow, table)
      const writes = await writer.writeRejects({ record, session, observed, mode: 'append' })
      const delivery = keepsRows ? await keepRows(options, session, rows) : undefined
      const reports = withBacklog(writer.reports(observed, { outputRows: Number(rows.rowCount) }), backlog)
      atStep('after-data-files')
      await written()
      await commitBatch(run, checkpoint, { batchId: record.batchId, writes, reports, delivery }, table)
      await deliver(options, { record, session, rows })
      return reports
    },
    deliverAgain: (record) => deliverAgain(options, record),
  }
}

/** Ends a batch whose rows are kept. */
async function deliverAgain(options: BatchQueryOptions, record: BatchRecord): Promise<boolean> {
  const { run, checkpoint, table } = options
  const prepared = await preparedBatch(run, checkpoint, record.batchId)
  if (prepared?.delivery === undefined) return false
  await commitBatch(run, checkpoint, prepared, table)
  const rows = await keptRows(run, prepared.delivery)
  await withSession(run, record, (session) => deliver(options, { record, session, rows }))
  await finishBatch(run, checkpoint, record.batchId, prepared.reports)
  return true
}

async function deliver(
  { run, flow, checkpoint }: BatchQueryOptions,
  batch: Pick<Delivery, 'record' | 'session' | 'rows'>,
): Promise<void> {
  await run.lease.assertHeld()
  const delivery: Delivery = { run, flow, checkpoint, ...batch }
  const sink = sinkOf(flow, run)
  await (sink.format === 'delta' ? addToTable(sink, delivery) : callHandler(delivery))
  run.tables.onCommit(flow.target)
}

async function keepRows(
  { run, checkpoint }: BatchQueryOptions,
  session: EngineSession,
  { scan }: Delivery['rows'],
): Promise<KeptRows> {
  const place = { storage: run.storage, folder: keptRowsFolder(checkpoint), prefix: 'rows' }
  const { paths, rowCount } = await writeRowFiles(place, session, scan, scan.schema)
  return { paths, rowCount: Number(rowCount), schema: stringifyExact(scan.schema) }
}

async function keptRows(
  { storage }: UpdateRun,
  { paths, rowCount, schema }: KeptRows,
): Promise<Delivery['rows']> {
  const scan = await scanRowFiles(storage, paths, parseExact(schema) as StructType)
  return { scan, rowCount: BigInt(rowCount) }
}

function sinkOf({ target }: ResolvedFlow, { graph }: UpdateRun) {
  return datasetOf(graph, target).sink!
}
