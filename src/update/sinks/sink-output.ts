import type { EngineSession, Staged } from '../../engine/engine.ts'
import type { ResolvedFlow } from '../../graph/resolved-graph.ts'
import { commitBatch } from '../batch/batch-commit.ts'
import type { BatchOutput } from '../batch/batch-output.ts'
import type { BatchQueryOptions } from '../batch/batch-query.ts'
import { BatchWriter } from '../batch/batch-writer.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
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
 * that rules of views reject are in their quarantines before.
 */
export function sinkOutput({ run, flow, checkpoint, table }: BatchQueryOptions): BatchOutput {
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
      const reports = withBacklog(writer.reports(observed, { outputRows: Number(rows.rowCount) }), backlog)
      atStep('after-data-files')
      await written()
      await commitBatch(run, checkpoint, { batchId: record.batchId, writes, reports }, table)
      await run.lease.assertHeld()
      await deliver({ run, flow, checkpoint, record, session, rows })
      run.tables.onCommit(flow.target)
      return reports
    },
  }
}

function deliver(delivery: Delivery): Promise<void> {
  const sink = sinkOf(delivery.flow, delivery.run)
  return sink.format === 'delta' ? addToTable(sink, delivery) : callHandler(delivery)
}

function sinkOf({ target }: ResolvedFlow, { graph }: UpdateRun) {
  return datasetOf(graph, target).sink!
}
