import { type AddFile, type CommitOptions, fits, type Snapshot, type WrittenFor } from '../../delta/index.ts'
import { PipelineError } from '../../errors/index.ts'
import type { EventDraft } from '../../event-log/event.ts'
import { type DurableFormat, decodeDurable, encodeDurable } from '../../storage/durable-file.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { datasetOf } from '../graph-index.ts'
import type { UpdateRun } from '../run.ts'
import { atStep } from '../steps.ts'
import { changedDefinition } from '../tables/set-up-table.ts'
import type { OpenTable } from '../tables/tables.ts'
import { type DatasetReport, reportEvents } from './batch-report.ts'

/** Everything that a batch adds to tables: its outcome, whole, before the first of its commits. */
export interface PreparedBatch {
  readonly batchId: number
  /** Quarantine tables first, the target last: rows that are in neither are the only ones a crash may show. */
  readonly writes: readonly PreparedWrite[]
  readonly reports: readonly DatasetReport[]
  /** What goes to a sink behind the commits, where the query may give other rows when it is run again. */
  readonly delivery?: KeptRows
}

/** Rows of a batch in files of the checkpoint, for as long as the batch is not finished. */
export interface KeptRows {
  readonly paths: readonly string[]
  readonly rowCount: number
  /** As JSON: also with types that no table has. */
  readonly schema: string
}

export interface PreparedWrite {
  readonly table: string
  readonly mode: 'append' | 'overwrite'
  readonly adds: readonly AddFile[]
  /** What the table asked of the files; absent where there are none. */
  readonly writtenFor?: WrittenFor
}

const FORMAT: DurableFormat = { name: 'millrace.prepared-batch', version: 1 }

/**
 * Commits a batch's writes, each with the flow's `txn` so that a table which has it already is left alone. Where several
 * tables are written, or rows are kept for a sink, the batch is made durable first: after a crash between two commits the
 * rest follows from the same files, without running the query again. Throws DELTA_METADATA_CHANGED, before the first commit,
 * where another changed a table since its rows were written, so that they may not be what it asks for.
 */
export async function commitBatch(
  run: UpdateRun,
  checkpoint: Checkpoint,
  prepared: PreparedBatch,
  table: (identifier: string) => Promise<OpenTable>,
): Promise<void> {
  await checkDefinitions(run, checkpoint, prepared, table)
  if (prepared.writes.length > 1 || prepared.delivery !== undefined) {
    await run.storage.put(preparedPath(checkpoint, prepared.batchId), encodeDurable(FORMAT, prepared))
    atStep('after-prepared-batch')
  }
  for (const [i, write] of prepared.writes.entries()) {
    await commitWrite(run, checkpoint, prepared, write, await table(write.table))
    atStep(i < prepared.writes.length - 1 ? 'between-quarantine-and-target' : 'after-delta-commit')
  }
}

/** Commits what a batch rejected, in front of a target that is changed by other means. */
export async function commitRejects(
  run: UpdateRun,
  checkpoint: Checkpoint,
  prepared: PreparedBatch,
  table: (identifier: string) => Promise<OpenTable>,
): Promise<void> {
  for (const write of prepared.writes) {
    await commitWrite(run, checkpoint, prepared, write, await table(write.table))
    atStep('between-quarantine-and-target')
  }
}

/** A batch that is in one of its tables already is finished as it was prepared: its query may give other rows by now. */
async function checkDefinitions(
  { graph }: UpdateRun,
  checkpoint: Checkpoint,
  { batchId, writes }: PreparedBatch,
  table: (identifier: string) => Promise<OpenTable>,
): Promise<void> {
  const targets = await Promise.all(
    writes.map(async ({ table: identifier, writtenFor }) => ({
      identifier,
      writtenFor,
      snapshot: await (await table(identifier)).delta.refresh(),
    })),
  )
  if (targets.some(({ snapshot }) => hasBatch(snapshot, checkpoint, batchId))) return
  const changed = targets.find(({ identifier, writtenFor, snapshot }) => {
    const redefines = changedDefinition(datasetOf(graph, identifier), snapshot) !== undefined
    return writtenFor !== undefined && !fits(writtenFor, snapshot, redefines)
  })
  if (changed === undefined) return
  const { tableName, version } = changed.snapshot
  throw new PipelineError('DELTA_METADATA_CHANGED', {
    table: tableName,
    version: version.toString(),
    operation: 'another writer',
    detail: 'the schema or a table property changed since the rows were written',
  })
}

/** The batch that a crashed run prepared and may have committed in part; undefined when it did not come so far. */
export async function preparedBatch(
  run: UpdateRun,
  checkpoint: Checkpoint,
  batchId: number,
): Promise<PreparedBatch | undefined> {
  const path = preparedPath(checkpoint, batchId)
  const bytes = await run.storage.read(path)
  if (bytes === undefined) return undefined
  return decodeDurable(bytes, FORMAT, { storage: run.storage.name, path }) as unknown as PreparedBatch
}

/** Forgets what a batch had prepared that is not to be finished. */
export async function dropPrepared(run: UpdateRun, checkpoint: Checkpoint, batchId: number): Promise<void> {
  await run.storage.delete([preparedPath(checkpoint, batchId)])
  await run.storage.deleteAll(keptRowsFolder(checkpoint))
}

/** Reports a committed batch in the event log, then marks it in the checkpoint: recovery repeats both without doubling. */
export async function finishBatch(
  run: UpdateRun,
  checkpoint: Checkpoint,
  batchId: number,
  reports: readonly DatasetReport[],
  info: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const events: EventDraft[] = reports.flatMap((each) => reportEvents(each, checkpoint.flowId, batchId))
  await run.events.append(events)
  atStep('before-checkpoint-mark')
  await checkpoint.markCommitted(batchId, info)
  await dropPrepared(run, checkpoint, batchId)
  atStep('after-checkpoint-mark')
}

/** Whether a table has a flow's batch: its log says so, whatever else is lost. */
export function hasBatch(
  snapshot: Snapshot,
  { flowId }: Pick<Checkpoint, 'flowId'>,
  batchId: number,
): boolean {
  return (snapshot.transactionVersion(flowId) ?? -1n) >= BigInt(batchId)
}

async function commitWrite(
  run: UpdateRun,
  checkpoint: Checkpoint,
  prepared: PreparedBatch,
  write: PreparedWrite,
  table: OpenTable,
): Promise<void> {
  const { snapshot } = table.delta
  if (hasBatch(snapshot, checkpoint, prepared.batchId)) return
  const redefined = changedDefinition(datasetOf(run.graph, write.table), snapshot)
  const removed = write.mode === 'overwrite' ? [...snapshot.files()] : []
  await table.commit(
    (transaction) => {
      if (redefined !== undefined) transaction.updateMetadata(redefined)
      if (write.mode === 'overwrite') transaction.readsWholeTable().removeFiles(removed)
      transaction.addFiles(write.adds).setTransaction(checkpoint.flowId, BigInt(prepared.batchId))
    },
    commitOptions(checkpoint, prepared, write, removed.length),
  )
}

function commitOptions(
  checkpoint: Checkpoint,
  prepared: PreparedBatch,
  write: PreparedWrite,
  removedFiles: number,
): CommitOptions {
  return {
    operation: 'STREAMING UPDATE',
    operationParameters: {
      outputMode: write.mode === 'append' ? 'Append' : 'Complete',
      queryId: checkpoint.flowId,
      epochId: String(prepared.batchId),
    },
    operationMetrics: {
      numAddedFiles: write.adds.length,
      numRemovedFiles: removedFiles,
      numOutputRows: write.adds.reduce((sum, each) => sum + recordsOf(each), 0),
      numOutputBytes: write.adds.reduce((sum, each) => sum + each.size, 0),
    },
    extra: { flowProgress: prepared.reports },
  }
}

/** `numRecords` of a file that we wrote. */
export function recordsOf(file: AddFile): number {
  const match = /"numRecords":(\d+)/.exec(file.stats ?? '')
  return match === null ? 0 : Number(match[1])
}

/** Folder of `KeptRows`: those of one batch, and what a crash left of it. */
export function keptRowsFolder(checkpoint: Checkpoint): string {
  return `${checkpoint.folder}/delivery`
}

function preparedPath(checkpoint: Checkpoint, batchId: number): string {
  return `${checkpoint.folder}/prepared/${String(batchId).padStart(20, '0')}.json`
}
