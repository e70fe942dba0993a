import type { Storage } from '../../storage/storage.ts'
import { decodePath } from '../files/file-path.ts'
import { LOG_FOLDER, parseLogPath } from '../log/log-files.ts'
import { deletedFileRetentionMs, logRetentionMs } from '../schema/table-properties.ts'
import type { DeltaTable } from '../table.ts'

/**
 * Deletes the data files that no version of the retention needs: neither live nor removed in it (by the table's
 * `delta.deletedFileRetentionDuration`), and last written before it. Returns their paths. `nowMs` is the writer's clock.
 */
export async function vacuum(table: DeltaTable, storage: Storage, nowMs: number): Promise<string[]> {
  const cutoffMs = nowMs - deletedFileRetentionMs(table.snapshot.metadata)
  const needed = new Set<string>()
  for (const file of table.snapshot.files()) needed.add(decodePath(file.path))
  for (const file of table.removedAfter(cutoffMs)) needed.add(decodePath(file.path))
  const doomed: string[] = []
  for await (const { path, modifiedMs } of storage.list('', { recursive: true })) {
    if (!path.endsWith('.parquet') || /(^|\/)[_.]/.test(path)) continue
    if (modifiedMs <= cutoffMs && !needed.has(path)) doomed.push(path)
  }
  if (doomed.length > 0) await storage.delete(doomed)
  return doomed
}

/**
 * Deletes commits and checkpoints that nobody travels back to: those before the newest checkpoint that is older than the
 * table's `delta.logRetentionDuration` (PROTOCOL.md, Metadata Cleanup). Every version since then can still be rebuilt.
 */
export async function cleanLog(table: DeltaTable, storage: Storage, nowMs: number): Promise<void> {
  const cutoffMs = nowMs - logRetentionMs(table.snapshot.metadata)
  const files: { path: string; version: number }[] = []
  let keepFrom = 0
  for await (const { path, modifiedMs } of storage.list(LOG_FOLDER)) {
    const file = parseLogPath(path)
    if (file === undefined) continue
    files.push({ path, version: file.version })
    if (file.kind === 'checkpoint' && modifiedMs <= cutoffMs) keepFrom = file.version
  }
  const doomed = files.filter((file) => file.version < keepFrom).map((file) => file.path)
  if (doomed.length > 0) await storage.delete(doomed)
}
