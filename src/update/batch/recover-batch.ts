import { isCondition } from '../../errors/index.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { datasetOf, isTable } from '../graph-index.ts'
import { tablesWritten } from '../scheduler.ts'
import type { OpenTable } from '../tables/tables.ts'
import { commitBatch, dropPrepared, finishBatch, hasBatch, preparedBatch } from './batch-commit.ts'
import type { BatchOutput } from './batch-output.ts'
import type { BatchQueryOptions } from './batch-query.ts'
import type { DatasetReport } from './batch-report.ts'

/**
 * What became of a batch that was begun and not marked. `finished`: all of it is committed, and by now reported and marked.
 * `begun`: a part of it may be seen outside, which only the same rows again make whole. `unseen`: nothing of it can be
 * seen, so that its rows may be others when it is run again.
 */
export type RecoveredBatch = 'finished' | 'begun' | 'unseen'

/**
 * Ends the batch that a run before this one left between its first commit and its mark: commits what it had prepared,
 * reports and marks what is committed. `info` is kept beside the mark. The hidden state of AUTO CDC is nothing to be
 * seen: it counts only with its target.
 */
export async function recoverBatch(
  options: BatchQueryOptions,
  output?: BatchOutput,
  info: Readonly<Record<string, unknown>> = {},
): Promise<RecoveredBatch> {
  const { run, checkpoint } = options
  const batch = checkpoint.latestBatch!
  const isOfSink = output?.mayHaveDelivered !== undefined
  if (!isOfSink && (await finishCommitted(options, info))) return 'finished'
  const isSeen = (await output?.mayHaveDelivered?.(batch.batchId)) === true || (await isInTables(options))
  if (isSeen) return (await output?.deliverAgain?.(batch)) === true ? 'finished' : 'begun'
  await dropPrepared(run, checkpoint, batch.batchId)
  return 'unseen'
}

/** Whether one of the tables that the flow writes, quarantines among them, has the batch. */
async function isInTables({ run, flow, checkpoint, table }: BatchQueryOptions): Promise<boolean> {
  const { batchId } = checkpoint.latestBatch!
  const tables = tablesWritten(flow, run.graph).filter((each) => isTable(datasetOf(run.graph, each)))
  for (const each of tables) {
    if (hasBatch((await table(each)).delta.snapshot, checkpoint, batchId)) return true
  }
  return false
}

/** False when the batch is not in its target, and was not prepared to be or can be no more. */
async function finishCommitted(
  { run, flow, checkpoint, table }: BatchQueryOptions,
  info: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const { batchId } = checkpoint.latestBatch!
  const prepared = await preparedBatch(run, checkpoint, batchId)
  try {
    if (prepared !== undefined) await commitBatch(run, checkpoint, prepared, table)
  } catch (error) {
    if (!isCondition(error, 'DELTA_METADATA_CHANGED')) throw error
    await dropPrepared(run, checkpoint, batchId)
    return false
  }
  const reports = prepared?.reports ?? (await committedReports(checkpoint, batchId, await table(flow.target)))
  if (reports !== undefined) await finishBatch(run, checkpoint, batchId, reports, info)
  return reports !== undefined
}

/** Reports of a batch that is in the target already, from the commit that brought it; undefined when it is not. */
export async function committedReports(
  checkpoint: Checkpoint,
  batchId: number,
  { delta }: OpenTable,
): Promise<readonly DatasetReport[] | undefined> {
  if (!hasBatch(delta.snapshot, checkpoint, batchId)) return undefined
  for (let back = 0; back < RECENT_COMMITS; back++) {
    const commit = await delta.commitAt(delta.snapshot.version - back)
    // Log cleanup has taken it, and all before it: that the batch is there is known, what it did no more.
    if (commit === undefined) break
    const isOurs = commit.transactions.some(
      (each) => each.appId === checkpoint.flowId && each.version === BigInt(batchId),
    )
    if (isOurs) return (commit.commitInfo?.flowProgress as DatasetReport[] | undefined) ?? []
  }
  return []
}

/** A run that died left at most its last batches unmarked: their commits are among the table's newest. */
const RECENT_COMMITS = 200
