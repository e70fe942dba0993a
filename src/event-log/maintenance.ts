import { type AddFile, vacuum } from '../delta/index.ts'
import type { EngineSession } from '../engine/engine.ts'
import type { EventsTable } from './events-table.ts'

const DAY_MS = 86_400_000

export interface Maintenance {
  /** Events older than this are removed, a file at a time. */
  readonly retentionMs: number
  /** Files smaller than this are put together. */
  readonly smallBytes: number
  /** How many small files of the current day are left alone. */
  readonly smallFiles: number
}

const DEFAULTS = { smallBytes: 16 << 20, smallFiles: 16 }

export type MaintenanceOptions = Partial<Maintenance> & {
  readonly retentionMs: number
  readonly nowMs: number
}

/** Keeps the table small: old events go, small files of one day become one, and files of no version are deleted. */
export async function maintain(
  table: EventsTable,
  session: EngineSession,
  options: MaintenanceOptions,
): Promise<void> {
  const settings = { ...DEFAULTS, ...options }
  await expire(table, settings.nowMs - settings.retentionMs)
  await compact(table, session, settings)
  await vacuum({ table: table.delta, storage: table.storage }, { nowMs: settings.nowMs, isLogged: false })
}

async function expire(table: EventsTable, cutoffMs: number): Promise<void> {
  const expired = [...table.snapshot.files()].filter((file) => (newestEventMs(file) ?? Infinity) < cutoffMs)
  if (expired.length === 0) return
  const predicate = JSON.stringify([`timestamp < '${new Date(cutoffMs).toISOString()}'`])
  await table
    .startTransaction()
    .removeFiles(expired)
    .commit({ operation: 'DELETE', operationParameters: { predicate } })
}

async function compact(
  table: EventsTable,
  session: EngineSession,
  settings: Maintenance & { readonly nowMs: number },
): Promise<void> {
  for (const files of smallFilesByDay(table.snapshot.files(), settings)) {
    const added = await table.write(session, await table.scan(files), settings.nowMs)
    await table
      .startTransaction()
      .removeFiles(files, { dataChange: false })
      .addFiles(added.map((file) => ({ ...file, dataChange: false })))
      .commit({ operation: 'OPTIMIZE' })
  }
}

/**
 * Groups of small files to put together. Files of a day stay together, so that a file's events expire within a day of
 * each other; the current day waits until it has many.
 */
function smallFilesByDay(
  files: Iterable<AddFile>,
  { smallBytes, smallFiles, nowMs }: Maintenance & { readonly nowMs: number },
): AddFile[][] {
  const today = Math.floor(nowMs / DAY_MS)
  const days = new Map<number, AddFile[]>()
  for (const file of files) {
    const newestMs = newestEventMs(file)
    if (file.size >= smallBytes || newestMs === undefined) continue
    const day = Math.floor(newestMs / DAY_MS)
    days.set(day, [...(days.get(day) ?? []), file])
  }
  return [...days]
    .filter(([day, group]) => group.length > (day < today ? 1 : smallFiles))
    .map((each) => each[1])
}

/** Time of a file's newest event, from its statistics. */
function newestEventMs(file: AddFile): number | undefined {
  const stats = JSON.parse(file.stats ?? '{}') as { maxValues?: { timestamp?: string } }
  const time = Date.parse(stats.maxValues?.timestamp ?? '')
  return Number.isNaN(time) ? undefined : time
}
