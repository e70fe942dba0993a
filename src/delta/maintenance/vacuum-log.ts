import { PipelineError } from '../../errors/index.ts'
import type { Storage } from '../../storage/storage.ts'
import { parseExact } from '../../types/exact-json.ts'
import { LOG_FOLDER } from '../log/log-files.ts'
import { listCommits } from '../log/log-listing.ts'
import { timedVersions } from '../log/time-travel.ts'
import { deletedFileRetentionMs } from '../schema/table-properties.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import { pathBelow, pathsOf } from './kept-paths.ts'

const DAY_MS = 86_400_000
/** Looking through a table's folder is worth it so often at most. */
const OFTEN_MS = 10 * 60_000

/** Delta Lake's note of how far the last VACUUM came. */
const VACUUM_INFO = `${LOG_FOLDER}/_last_vacuum_info`

/**
 * Real paths of the files that commits removed, and of change files that they wrote: those of the versions behind the last
 * VACUUM up to the cutoff (milliseconds since the epoch). Throws DELTA_CANNOT_VACUUM_LITE where such commits are gone.
 */
export async function removedSinceLastVacuum(
  { table, storage }: Pick<TableContext, 'table' | 'storage'>,
  cutoffMs: number,
): Promise<Set<string>> {
  const commits = await listCommits(storage)
  const done = await lastVacuumed({ storage })
  const earliest = commits[0]?.version ?? 0
  if (earliest > done + 1) {
    throw new PipelineError('DELTA_CANNOT_VACUUM_LITE', {
      table: storage.name,
      earliest: earliest.toString(),
      vacuumed: done < 0 ? 'none' : done.toString(),
    })
  }
  const last = await lastBefore({ storage }, cutoffMs)
  const paths = new Set<string>()
  if (last <= done) return paths
  for await (const commit of table.changes(done + 1, last)) {
    for (const file of commit.removes) for (const path of pathsOf(file, storage.name)) paths.add(path)
    for (const file of commit.cdc) {
      const path = pathBelow(file.path, storage.name)
      if (path !== undefined) paths.add(path)
    }
  }
  return paths
}

/** Notes up to which version the files of removed data are gone, and by the note's own time when that was found. */
export async function keepVacuumInfo(
  { storage }: Pick<TableContext, 'storage'>,
  cutoffMs: number,
): Promise<void> {
  const last = Math.max(await lastBefore({ storage }, cutoffMs), await lastVacuumed({ storage }))
  const info = JSON.stringify({ latestCommitVersionOutsideOfRetentionWindow: last })
  await storage.put(VACUUM_INFO, new TextEncoder().encode(info))
}

/** The last version committed before the cutoff, or -1. */
async function lastBefore({ storage }: Pick<TableContext, 'storage'>, cutoffMs: number): Promise<number> {
  const versions = await timedVersions(storage, await listCommits(storage))
  return versions.findLast((each) => each.timestampMs <= cutoffMs)?.version ?? -1
}

async function lastVacuumed({ storage }: Pick<TableContext, 'storage'>): Promise<number> {
  const bytes = await storage.read(VACUUM_INFO)
  if (bytes === undefined) return -1
  try {
    const info = parseExact(new TextDecoder().decode(bytes)) as Record<string, unknown> | null
    const version = info?.latestCommitVersionOutsideOfRetentionWindow
    return typeof version === 'number' ? version : -1
  } catch (error) {
    if (error instanceof SyntaxError) return -1
    throw error
  }
}

/**
 * Whether a table can have files that VACUUM deletes, and the last one was a day ago, or as long as files are kept where that
 * is shorter: a table younger than its retention has none. Costs one look at a file's time. `nowMs` is milliseconds since
 * the epoch.
 */
export async function isVacuumDue(
  { metadata }: Pick<Snapshot, 'metadata'>,
  storage: Storage,
  nowMs: number,
): Promise<boolean> {
  const retentionMs = deletedFileRetentionMs(metadata)
  if (nowMs - (metadata.createdTime ?? 0) < retentionMs) return false
  const info = await storage.stat(VACUUM_INFO)
  const everyMs = Math.min(DAY_MS, Math.max(retentionMs, OFTEN_MS))
  return info === undefined || nowMs - info.modifiedMs >= everyMs
}
