import type { EventDraft } from './event.ts'
import { eventError } from './event-error.ts'

export interface MaintenanceProgress {
  /** Qualified name of the table. */
  readonly table: string
  readonly operation: 'OPTIMIZE' | 'VACUUM'
  readonly status: 'COMPLETED' | 'FAILED'
  readonly durationMs: number
  /** Counts of files, by what was done with them. */
  readonly metrics?: Readonly<Record<string, number>>
  /** Why it failed; the update goes on all the same. */
  readonly error?: unknown
}

/** What an update did for a table beside its flows: files put together or in order, files of no version deleted. */
export function maintenanceProgress(progress: MaintenanceProgress): EventDraft {
  const { table, operation, status, durationMs, metrics = {}, error } = progress
  const counts = Object.entries(metrics).map(([name, count]) => `${name} ${count}`)
  return {
    event_type: 'maintenance_progress',
    level: status === 'FAILED' ? 'WARN' : 'INFO',
    maturity_level: 'EVOLVING',
    message: `${operation} of '${table}' is ${status}${counts.length > 0 ? `: ${counts.join(', ')}` : ''}.`,
    origin: { dataset_name: table },
    ...(error !== undefined && { error: eventError(error, { fatal: false }) }),
    details: { table_name: table, operation, status, duration_ms: durationMs, metrics },
  }
}
