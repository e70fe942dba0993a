import type { Storage } from '../../storage/storage.ts'
import type { DeltaPort } from '../port.ts'
import { cleansLog, logRetentionMs, protectedBefore } from '../schema/table-properties.ts'
import type { Snapshot } from '../snapshot.ts'
import { SIDECAR_FOLDER } from './log-files.ts'
import { type ListedFile, listLog } from './log-listing.ts'
import { completeCheckpoints } from './log-segment.ts'
import { readCheckpoint, sidecarPath } from './read-checkpoint.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/**
 * The time up to which the log may be cleaned: midnight UTC `delta.logRetentionDuration` ago, as in Delta Lake; with a retention of
 * less than a day, the full minute. Undefined where the table keeps its log (`delta.enableExpiredLogCleanup`).
 */
export function cleanupCutoffMs({ metadata }: Snapshot, nowMs: number): number | undefined {
  if (!cleansLog(metadata)) return undefined
  const retentionMs = logRetentionMs(metadata)
  const unitMs = retentionMs < DAY_MS ? MINUTE_MS : DAY_MS
  return Math.floor((nowMs - retentionMs) / unitMs) * unitMs
}

/**
 * Deletes what nobody travels back to (PROTOCOL.md, Metadata Cleanup): before the newest checkpoint that stands at or before
 * the newest commit of the cutoff or earlier, all commits, checkpoints, checksums and compactions; and sidecars that no
 * checkpoint left names. Every version since can still be rebuilt. Returns the paths deleted.
 */
export async function cleanUpLog(
  storage: Storage,
  port: DeltaPort,
  snapshot: Snapshot,
  nowMs: number,
): Promise<readonly string[]> {
  const cutoffMs = cleanupCutoffMs(snapshot, nowMs)
  if (cutoffMs === undefined) return []
  const expired = await expiredFiles(storage, cutoffMs)
  const newest = expired.findLast(({ file }) => file.kind === 'commit')?.file.version ?? -1
  const keepFrom = completeCheckpoints(expired).find(({ version }) => version <= newest)?.version
  if (keepFrom === undefined || keepFrom < protectedBefore(snapshot.metadata)) return []
  const doomed = expired
    .filter(({ file }) => (file.kind === 'compaction' ? file.from <= keepFrom : file.version < keepFrom))
    .map(({ info }) => info.path)
  if (doomed.length > 0) await storage.delete(doomed)
  const orphans = await orphanedSidecars(storage, port, nowMs - DAY_MS)
  if (orphans.length > 0) await storage.delete(orphans)
  return [...doomed, ...orphans]
}

/** Files of the log up to the first commit after the cutoff: what is younger is not even looked at. */
async function expiredFiles(storage: Storage, cutoffMs: number): Promise<ListedFile[]> {
  const files: ListedFile[] = []
  for await (const each of listLog(storage)) {
    if (each.file.kind === 'commit' && each.info.modifiedMs > cutoffMs) break
    files.push(each)
  }
  return files
}

/** Sidecars that no checkpoint names and that none being written now can mean: a day old. */
async function orphanedSidecars(storage: Storage, port: DeltaPort, cutoffMs: number): Promise<string[]> {
  const old = new Set<string>()
  for await (const { path, modifiedMs } of storage.list(SIDECAR_FOLDER)) {
    if (modifiedMs <= cutoffMs) old.add(path)
  }
  if (old.size === 0) return []
  for await (const { info, file } of listLog(storage)) {
    if (file.kind !== 'checkpoint' || file.form.kind === 'parts') continue
    for await (const actions of readCheckpoint(storage, port, [info.path], { sidecars: false })) {
      for (const { sidecar } of actions) if (sidecar) old.delete(sidecarPath(sidecar.path))
    }
  }
  return [...old].sort()
}
