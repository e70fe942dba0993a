import { PipelineError } from '../../errors/index.ts'
import type { ResolvedDataset, ResolvedFlow } from '../../graph/resolved-graph.ts'
import { type DurableFormat, decodeDurable, encodeDurable } from '../../storage/durable-file.ts'
import { openCheckpoint } from '../checkpoint/checkpoint.ts'
import { datasetOf, flowsInto, isTable } from '../graph-index.ts'
import type { UpdateRun } from '../run.ts'
import { tablesWritten } from '../scheduler.ts'
import { atStep } from '../steps.ts'
import { redefinition } from './set-up-table.ts'
import type { OpenTable } from './tables.ts'

/** For each table or sink that is being reset, the checkpoint version that each of its flows is to have then. */
export type PendingResets = Readonly<Record<string, Readonly<Record<string, number>>>>

const PATH = 'resets.json'
const FORMAT: DurableFormat = { name: 'millrace.resets', version: 1 }

/**
 * Full refreshes of streaming tables and sinks: every flow into one starts a new checkpoint, then the table and the
 * quarantines that its flows fill are emptied in one commit each; what a sink has stays there. Same tables, history kept.
 * Resets are written down before the first change, so that a crash between two of them is followed by the rest when their
 * tables run next: a stream is never left below a table that alone was reset. Throws DELTA_CANNOT_MODIFY_APPEND_ONLY before
 * anything is changed.
 */
export async function resetDatasets(run: UpdateRun, wanted: readonly ResolvedDataset[]): Promise<void> {
  for (const dataset of wanted) await checkCanBeEmptied(run, dataset)
  const pending: Record<string, Readonly<Record<string, number>>> = { ...(await pendingResets(run)) }
  for (const dataset of wanted) pending[dataset.identifier] = await nextVersions(run, dataset)
  await writePending(run, pending)
  for (const dataset of run.graph.datasets) {
    const versions = run.selected.has(dataset.identifier) ? pending[dataset.identifier] : undefined
    if (versions === undefined) continue
    await resetDataset(run, dataset, versions)
    delete pending[dataset.identifier]
  }
  await writePending(run, pending)
}

/** Flows that start over: each begins a new checkpoint, their tables keep their rows. */
export async function resetCheckpoints(run: UpdateRun, flows: readonly ResolvedFlow[]): Promise<void> {
  for (const flow of flows) await (await openCheckpoint(run.storage, flow.target, flow.name)).reset()
}

/** Resets that a crash interrupted. */
export async function pendingResets(run: Pick<UpdateRun, 'storage'>): Promise<PendingResets> {
  const bytes = await run.storage.read(PATH)
  if (bytes === undefined) return {}
  return decodeDurable(bytes, FORMAT, { storage: run.storage.name, path: PATH }).tables as PendingResets
}

async function writePending({ storage }: UpdateRun, tables: PendingResets): Promise<void> {
  if (Object.keys(tables).length === 0) return storage.delete([PATH])
  await storage.put(PATH, encodeDurable(FORMAT, { tables }))
}

async function nextVersions(run: UpdateRun, dataset: ResolvedDataset): Promise<Record<string, number>> {
  const versions: Record<string, number> = {}
  for (const flow of flowsInto(run.graph, dataset.identifier)) {
    const { version } = await openCheckpoint(run.storage, flow.target, flow.name)
    versions[flow.name] = version + 1
  }
  return versions
}

async function resetDataset(
  run: UpdateRun,
  dataset: ResolvedDataset,
  versions: Readonly<Record<string, number>>,
): Promise<void> {
  for (const [name, wanted] of Object.entries(versions)) {
    const checkpoint = await openCheckpoint(run.storage, dataset.identifier, name)
    if (checkpoint.version < wanted) await checkpoint.reset()
  }
  atStep('after-reset-of-checkpoint')
  if (isTable(dataset)) await run.tables.removeHidden(dataset.identifier)
  for (const table of await ownTables(run, dataset)) await emptyTable(run, table)
}

async function emptyTable(run: UpdateRun, table: OpenTable): Promise<void> {
  const { snapshot } = table.delta
  const files = [...snapshot.files()]
  await table.commit(
    (transaction) => {
      transaction.updateMetadata(redefinition(datasetOf(run.graph, table.identifier), snapshot))
      transaction.readsWholeTable().removeFiles(files)
    },
    {
      operation: 'TRUNCATE',
      operationMetrics: { numRemovedFiles: files.length, numAddedFiles: 0 },
    },
  )
}

/** A table that cannot be emptied must not lose its checkpoints either. */
async function checkCanBeEmptied(run: UpdateRun, dataset: ResolvedDataset): Promise<void> {
  for (const { identifier, delta } of await ownTables(run, dataset)) {
    const { configuration } = delta.snapshot.metadata
    if (configuration['delta.appendOnly']?.toLowerCase() !== 'true') continue
    throw new PipelineError('DELTA_CANNOT_MODIFY_APPEND_ONLY', { table: identifier })
  }
}

/** The quarantines that the dataset's flows fill, then its own table, as far as they exist. */
async function ownTables(run: UpdateRun, dataset: ResolvedDataset): Promise<OpenTable[]> {
  const { identifier } = dataset
  const written = new Set(flowsInto(run.graph, identifier).flatMap((flow) => tablesWritten(flow, run.graph)))
  written.delete(identifier)
  if (isTable(dataset)) written.add(identifier)
  const tables = await Promise.all([...written].map((each) => run.tables.openOwn(each)))
  return tables.filter((table) => table !== undefined)
}
