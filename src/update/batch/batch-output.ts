import type { EngineSession } from '../../engine/engine.ts'
import type { Relation } from '../../plan/relation.ts'
import type { BatchRecord } from '../checkpoint/batch-record.ts'
import type { Observed } from '../stateful/batch.ts'
import { atStep } from '../steps.ts'
import { type Backlog, withBacklog } from '../stream-events.ts'
import { commitBatch, type PreparedWrite } from './batch-commit.ts'
import type { BatchQueryOptions } from './batch-query.ts'
import type { DatasetReport } from './batch-report.ts'
import { BatchWriter } from './batch-writer.ts'

/** A batch whose query is evaluated: its rows, and what was seen on the way to them. */
export interface EvaluatedBatch {
  readonly record: BatchRecord
  readonly session: EngineSession
  readonly observed: Observed
  readonly output: Relation
  /** Of a streaming flow. */
  readonly backlog?: Backlog
}

/** What becomes of a flow's rows. */
export interface BatchOutput {
  /**
   * Writes a batch and commits it with its id, so that one which the target has already is not written again. `written` is
   * called once, when everything is written and nothing is committed. Gives the reports for `finishBatch`, the target's last.
   */
  commit(batch: EvaluatedBatch, written: () => Promise<void>): Promise<readonly DatasetReport[]>
  /**
   * Of a sink: whether a batch, or a part of it, may have reached it. Batches that a crash interrupted are then always
   * delivered again: nothing of them is to be found in a table of the pipeline.
   */
  mayHaveDelivered?(batchId: number): Promise<boolean>
  /** Of a sink: ends a batch with the rows that were kept of it. False where it must be run again. */
  deliverAgain?(record: BatchRecord): Promise<boolean>
}

/** The rows join those of the target, or take their place. */
export function rowsOutput(
  { run, flow, checkpoint, table }: BatchQueryOptions,
  mode: PreparedWrite['mode'],
): BatchOutput {
  return {
    commit: async ({ backlog, ...batch }, written) => {
      const prepared = await new BatchWriter(run, flow, table).prepare({ ...batch, mode })
      const reports = withBacklog(prepared.reports, backlog)
      atStep('after-data-files')
      await written()
      await commitBatch(run, checkpoint, { ...prepared, reports }, table)
      return reports
    },
  }
}
