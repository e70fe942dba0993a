import { createHash } from 'node:crypto'
import { PipelineError } from '../../errors/index.ts'
import type { ResolvedDataset } from '../../graph/resolved-graph.ts'
import { type DurableFormat, decodeDurable, encodeDurable } from '../../storage/durable-file.ts'
import { checkBuiltState } from '../auto-cdc/hidden-table.ts'
import { openCheckpoint } from '../checkpoint/checkpoint.ts'
import { flowsInto, isTable } from '../graph-index.ts'
import type { UpdateRun } from '../run.ts'
import { setUpTable } from './set-up-table.ts'

const PATH = 'tables.json'
const FORMAT: DurableFormat = { name: 'millrace.table-setup', version: 1 }

/**
 * Brings the pipeline's tables to their definitions. What was set up is remembered by a digest of its definition, so that
 * an update in which nothing was edited opens no table for it. Throws STREAMING_TABLE_MISSING before a table is made whose
 * flows would go on behind rows that are gone, TABLE_OR_VIEW_ALREADY_EXISTS for a view that has the name of a table, and what `checkBuiltState` and `setUpTable` throw.
 */
export async function setUpTables(run: UpdateRun): Promise<void> {
  const known = await knownDigests(run)
  const digests: Record<string, string> = { ...known }
  for (const dataset of run.graph.datasets) {
    if (dataset.kind === 'persisted_view') await checkNoTable(dataset, run)
    if (!isWanted(dataset, run)) continue
    const digest = digestOf(dataset)
    const isThere = (await run.tables.latestVersion(dataset.identifier)) !== undefined
    if (isThere && known[dataset.identifier] === digest) continue
    if (!isThere) await noteLoss(dataset, run)
    await checkBuiltState(run.tables, dataset.identifier, flowsInto(run.graph, dataset.identifier))
    await setUpTable(dataset, run.tables).catch((error) => {
      throw atDataset(error, dataset)
    })
    digests[dataset.identifier] = digest
  }
  if (JSON.stringify(digests) === JSON.stringify(known)) return
  await run.storage.put(PATH, encodeDurable(FORMAT, { digests }))
}

/** A view whose table is gone is computed anew; a stream's rows come again only where a full refresh is asked for. */
async function noteLoss({ identifier, kind, position }: ResolvedDataset, run: UpdateRun): Promise<void> {
  for (const { name } of flowsInto(run.graph, identifier)) {
    const checkpoint = await openCheckpoint(run.storage, identifier, name)
    if (checkpoint.latestCommitted === undefined) continue
    if (kind === 'materialized_view') await checkpoint.reset()
    else {
      throw new PipelineError(
        'STREAMING_TABLE_MISSING',
        { tableName: identifier, folder: run.tables.storageOf(identifier).name, flowName: name },
        { position, dataset: identifier },
      )
    }
  }
}

/** Queries would read the table that was there before, in place of the view. */
async function checkNoTable({ identifier, position }: ResolvedDataset, run: UpdateRun): Promise<void> {
  if ((await run.tables.latestVersion(identifier)) === undefined) return
  throw new PipelineError(
    'TABLE_OR_VIEW_ALREADY_EXISTS',
    { relationName: identifier, folder: run.tables.storageOf(identifier).name },
    { position, dataset: identifier },
  )
}

/** Says where the definition stands that a table cannot be brought to. */
function atDataset(error: unknown, { position, identifier }: ResolvedDataset): unknown {
  return error instanceof PipelineError ? error.at({ position, dataset: identifier }) : error
}

/** Removes what crashed writers left of files that they did not publish. Only before the flows start. */
export async function cleanStaging(run: UpdateRun): Promise<void> {
  for (const dataset of run.graph.datasets) {
    if (isWanted(dataset, run)) await run.tables.cleanStaging(dataset.identifier)
  }
}

/** Quarantine tables are set up always: a view's takes rows from whichever table runs. */
function isWanted(dataset: ResolvedDataset, run: UpdateRun): boolean {
  return isTable(dataset) && (dataset.quarantineOf !== undefined || run.selected.has(dataset.identifier))
}

async function knownDigests({ storage }: UpdateRun): Promise<Readonly<Record<string, string>>> {
  const bytes = await storage.read(PATH)
  if (bytes === undefined) return {}
  return decodeDurable(bytes, FORMAT, { storage: storage.name, path: PATH }).digests as Record<string, string>
}

function digestOf(dataset: ResolvedDataset): string {
  const { kind, comment, tableProperties, partitionColumns, clusterBy, schema } = dataset
  const text = JSON.stringify([kind, comment, tableProperties, partitionColumns, clusterBy, schema])
  return createHash('sha256').update(text).digest('hex')
}
