import type { ResolvedDataset, ResolvedFlow } from '../graph/resolved-graph.ts'
import { type Checkpoint, openCheckpoint } from './checkpoint.ts'
import { datasetOf, type UpdateRun } from './run.ts'
import { tablesWritten } from './scheduler.ts'
import { atStep } from './steps.ts'

/**
 * Prepares a full refresh of a table: every flow into it starts a new checkpoint, then the table and the quarantines that
 * those flows fill are emptied in one commit each. Same table, history kept. A crash between the two is noticed by
 * `finishReset`: the new checkpoints are there, the commit that answers them is not.
 */
export async function resetTable(run: UpdateRun, dataset: ResolvedDataset): Promise<void> {
  const flows = flowsInto(run, dataset)
  const checkpoints = await Promise.all(flows.map((flow) => resetCheckpoint(run, flow)))
  atStep('after-reset-of-checkpoint')
  await emptyTables(run, dataset, flows, checkpoints)
}

/** Checkpoint versions of flows whose resets are known to be answered by their tables, by flow. */
export type AnsweredResets = Readonly<Record<string, number>>

/**
 * Ends a reset that a crash interrupted, and gives the versions that are answered now. `known` are those of the update
 * before: a table whose flows still have them is not opened.
 */
export async function finishReset(
  run: UpdateRun,
  dataset: ResolvedDataset,
  known: AnsweredResets,
): Promise<AnsweredResets> {
  const flows = flowsInto(run, dataset)
  const checkpoints = await Promise.all(
    flows.map((flow) => openCheckpoint(run.storage, flow.target, flow.name)),
  )
  const versions = Object.fromEntries(flows.map((flow, i) => [flow.identifier, checkpoints[i]!.version]))
  if (flows.every((flow) => (known[flow.identifier] ?? 0) === versions[flow.identifier])) return versions
  const table = await run.tables.openOwn(dataset.identifier)
  const answered = (flow: ResolvedFlow) => table?.delta.snapshot.transactionVersion(resetAppId(flow)) ?? 0n
  const pending = flows.filter((flow) => answered(flow) !== BigInt(versions[flow.identifier]!))
  if (table === undefined || pending.length === 0) return versions
  const all = await Promise.all(
    flows.map((flow, i) => (pending.includes(flow) ? checkpoints[i]! : resetCheckpoint(run, flow))),
  )
  await emptyTables(run, dataset, flows, all)
  return Object.fromEntries(flows.map((flow, i) => [flow.identifier, all[i]!.version]))
}

function flowsInto(run: UpdateRun, dataset: ResolvedDataset): ResolvedFlow[] {
  return run.graph.flows.filter((flow) => flow.target === dataset.identifier)
}

async function resetCheckpoint(run: UpdateRun, flow: ResolvedFlow): Promise<Checkpoint> {
  const checkpoint = await openCheckpoint(run.storage, flow.target, flow.name)
  return checkpoint.reset()
}

async function emptyTables(
  run: UpdateRun,
  dataset: ResolvedDataset,
  flows: readonly ResolvedFlow[],
  checkpoints: readonly Checkpoint[],
): Promise<void> {
  const quarantines = new Set(flows.flatMap((flow) => tablesWritten(flow, run.graph)))
  quarantines.delete(dataset.identifier)
  for (const quarantine of quarantines) await emptyTable(run, datasetOf(run.graph, quarantine), [])
  const answers = flows.map((flow, i) => ({
    appId: resetAppId(flow),
    version: BigInt(checkpoints[i]!.version),
  }))
  await emptyTable(run, dataset, answers)
}

async function emptyTable(
  run: UpdateRun,
  dataset: ResolvedDataset,
  answers: readonly { appId: string; version: bigint }[],
): Promise<void> {
  const table = await run.tables.openOwn(dataset.identifier)
  if (table === undefined) return
  const files = [...table.delta.snapshot.files()]
  await table.commit(
    (transaction) => {
      transaction.updateMetadata({ schema: dataset.schema, partitionColumns: dataset.partitionColumns })
      transaction.readsWholeTable().removeFiles(files)
      for (const { appId, version } of answers) transaction.setTransaction(appId, version)
    },
    {
      operation: 'TRUNCATE',
      operationMetrics: { numRemovedFiles: files.length, numAddedFiles: 0 },
    },
  )
}

function resetAppId(flow: ResolvedFlow): string {
  return `reset:${flow.identifier}`
}
