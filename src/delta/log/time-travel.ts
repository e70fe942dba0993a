import { PipelineError } from '../../errors/index.ts'
import type { Storage } from '../../storage/storage.ts'
import { laterOf, readInCommitTimestamp } from './commit-times.ts'
import { type CommitFile, earliestVersion, listCommits } from './log-listing.ts'

/** A commit and its time. */
export interface TimedVersion {
  readonly version: number
  readonly timestampMs: number
}

/**
 * The version that a reader asks for. Throws DELTA_VERSION_NOT_FOUND, DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION or
 * DELTA_TIMESTAMP_GREATER_THAN_COMMIT outside of what the log can still rebuild.
 */
export async function versionAsOf(
  storage: Storage,
  at: { version: number } | { timestampMs: number },
): Promise<number> {
  const commits = await listCommits(storage)
  const earliest = await earliestVersion(storage)
  if (earliest === undefined) throw new PipelineError('DELTA_PATH_DOES_NOT_EXIST', { path: storage.name })
  if ('timestampMs' in at) {
    const rebuildable = commits.filter((each) => each.version >= earliest)
    return versionAtTime(await timedVersions(storage, rebuildable), at.timestampMs)
  }
  const latest = Math.max(earliest, commits.at(-1)?.version ?? 0)
  if (at.version < earliest || at.version > latest) {
    throw new PipelineError('DELTA_VERSION_NOT_FOUND', {
      userVersion: at.version.toString(),
      earliest: earliest.toString(),
      latest: latest.toString(),
      table: storage.name,
    })
  }
  return at.version
}

/**
 * Times of commits, oldest first, growing: in-commit timestamps for those that have them, which are the newest, and
 * modification times of their files for those before.
 */
export async function timedVersions(
  storage: Storage,
  commits: readonly CommitFile[],
): Promise<TimedVersion[]> {
  const inCommit = new Map<number, number>()
  for (const { version } of commits.toReversed()) {
    const timestampMs = await readInCommitTimestamp(storage, version)
    if (timestampMs === undefined) break
    inCommit.set(version, timestampMs)
  }
  const result: TimedVersion[] = []
  for (const { version, modifiedMs } of commits) {
    const timestampMs = inCommit.get(version) ?? laterOf(modifiedMs, result.at(-1)?.timestampMs)
    result.push({ version, timestampMs })
  }
  return result
}

function versionAtTime(versions: readonly TimedVersion[], timestampMs: number): number {
  const first = versions[0]!
  const last = versions.at(-1)!
  const userTimestamp = new Date(timestampMs).toISOString()
  if (timestampMs < first.timestampMs) {
    throw new PipelineError('DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION', {
      userTimestamp,
      commitTs: new Date(first.timestampMs).toISOString(),
      version: first.version.toString(),
    })
  }
  if (timestampMs > last.timestampMs) {
    throw new PipelineError('DELTA_TIMESTAMP_GREATER_THAN_COMMIT', {
      providedTimestamp: userTimestamp,
      lastCommitTs: new Date(last.timestampMs).toISOString(),
      version: last.version.toString(),
    })
  }
  return versions.findLast((each) => each.timestampMs <= timestampMs)!.version
}
