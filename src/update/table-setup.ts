import { createHash } from 'node:crypto'
import type { ResolvedDataset } from '../graph/resolved-graph.ts'
import { type DurableFormat, decodeDurable, encodeDurable } from '../storage/durable-file.ts'
import { finishReset } from './full-refresh.ts'
import { isView } from './inline.ts'
import type { UpdateRun } from './run.ts'
import { setUpTable } from './setup-tables.ts'

const FORMAT: DurableFormat = { name: 'millrace.table-setup', version: 1 }
const PATH = 'tables.json'

/**
 * Brings the pipeline's tables to their definitions. What was set up is remembered by a digest of its definition, so that
 * an update in which nothing was edited opens no table for it.
 */
export async function setUpTables(run: UpdateRun, selected: ReadonlySet<string>): Promise<void> {
  const known = await readDigests(run)
  const digests: Record<string, string> = { ...known }
  for (const dataset of run.graph.datasets) {
    if (isView(dataset) || !isWanted(dataset, selected)) continue
    const digest = digestOf(dataset)
    const isThere = (await run.tables.latestVersion(dataset.identifier)) !== undefined
    if (isThere && known[dataset.identifier] === digest) continue
    await setUpTable(dataset, run.tables)
    digests[dataset.identifier] = digest
  }
  if (JSON.stringify(digests) === JSON.stringify(known)) return
  await run.storage.put(PATH, encodeDurable(FORMAT, { digests }))
}

/** Ends resets that a crash interrupted, of the tables that will run. */
export async function finishResets(run: UpdateRun, selected: ReadonlySet<string>): Promise<void> {
  for (const dataset of run.graph.datasets) {
    if (dataset.kind === 'streaming_table' && selected.has(dataset.identifier))
      await finishReset(run, dataset)
  }
}

/** A quarantine table is set up with the dataset whose rows it takes. */
function isWanted(dataset: ResolvedDataset, selected: ReadonlySet<string>): boolean {
  return dataset.quarantineOf !== undefined || selected.has(dataset.identifier)
}

async function readDigests(run: UpdateRun): Promise<Readonly<Record<string, string>>> {
  const bytes = await run.storage.read(PATH)
  if (bytes === undefined) return {}
  const content = decodeDurable(bytes, FORMAT, { storage: run.storage.name, path: PATH })
  return content.digests as Record<string, string>
}

function digestOf(dataset: ResolvedDataset): string {
  const { kind, comment, tableProperties, partitionColumns, clusterBy, schema } = dataset
  const text = JSON.stringify([kind, comment, tableProperties, partitionColumns, clusterBy, schema])
  return createHash('sha256').update(text).digest('hex')
}
