import { createHash } from 'node:crypto'
import type { ResolvedDataset } from '../graph/resolved-graph.ts'
import { type DurableFormat, decodeDurable, encodeDurable } from '../storage/durable-file.ts'
import { type AnsweredResets, finishReset } from './full-refresh.ts'
import { isView } from './inline.ts'
import type { UpdateRun } from './run.ts'
import { setUpTable } from './setup-tables.ts'

const SETUP = { path: 'tables.json', format: { name: 'millrace.table-setup', version: 1 } } as const
const RESETS = { path: 'resets.json', format: { name: 'millrace.resets', version: 1 } } as const

/**
 * Brings the pipeline's tables to their definitions. What was set up is remembered by a digest of its definition, so that
 * an update in which nothing was edited opens no table for it.
 */
export async function setUpTables(run: UpdateRun, selected: ReadonlySet<string>): Promise<void> {
  const known = await readRecord(run, SETUP, 'digests')
  const digests: Record<string, unknown> = { ...known }
  for (const dataset of run.graph.datasets) {
    if (isView(dataset) || !isWanted(dataset, selected)) continue
    const digest = digestOf(dataset)
    const isThere = (await run.tables.latestVersion(dataset.identifier)) !== undefined
    if (isThere) await run.tables.cleanStaging(dataset.identifier)
    if (isThere && known[dataset.identifier] === digest) continue
    await setUpTable(dataset, run.tables)
    digests[dataset.identifier] = digest
  }
  if (JSON.stringify(digests) === JSON.stringify(known)) return
  await run.storage.put(SETUP.path, encodeDurable(SETUP.format, { digests }))
}

/** Ends resets that a crash interrupted, of the tables that will run. */
export async function finishResets(run: UpdateRun, selected: ReadonlySet<string>): Promise<void> {
  const known = await readRecord(run, RESETS, 'versions')
  const answered: Record<string, unknown> = { ...known }
  for (const dataset of run.graph.datasets) {
    if (dataset.kind !== 'streaming_table' || !selected.has(dataset.identifier)) continue
    Object.assign(answered, await finishReset(run, dataset, known as AnsweredResets))
  }
  if (JSON.stringify(answered) === JSON.stringify(known)) return
  await run.storage.put(RESETS.path, encodeDurable(RESETS.format, { versions: answered }))
}

/** A quarantine table is set up with the dataset whose rows it takes. */
function isWanted(dataset: ResolvedDataset, selected: ReadonlySet<string>): boolean {
  return dataset.quarantineOf !== undefined || selected.has(dataset.identifier)
}

async function readRecord(
  run: UpdateRun,
  { path, format }: { readonly path: string; readonly format: DurableFormat },
  key: string,
): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await run.storage.read(path)
  if (bytes === undefined) return {}
  return decodeDurable(bytes, format, { storage: run.storage.name, path })[key] as Record<string, unknown>
}

function digestOf(dataset: ResolvedDataset): string {
  const { kind, comment, tableProperties, partitionColumns, clusterBy, schema } = dataset
  const text = JSON.stringify([kind, comment, tableProperties, partitionColumns, clusterBy, schema])
  return createHash('sha256').update(text).digest('hex')
}
