import { PipelineError } from '../../errors/index.ts'
import type { PointInTime } from '../../plan/point-in-time.ts'
import type { Storage } from '../../storage/storage.ts'
import { laterOf, readInCommitTimestamp } from './commit-times.ts'
import { commitPath } from './log-files.ts'
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
export async function versionAsOf(storage: Storage, at: PointInTime): Promise<number> {
  const earliest = await earliestVersion(storage)
  if (earliest === undefined) throw new PipelineError('DELTA_PATH_DOES_NOT_EXIST', { path: storage.name })
  // Its own file tells that a version is there, without a look at all others.
  const isNamed = 'version' in at && at.version >= earliest
  if (isNamed && (await storage.stat(commitPath(at.version))) !== undefined) return at.version
  const commits = await listCommits(storage)
  if ('timestampMs' in at) {
    const rebuildable = commits.filter((each) => each.version >= earliest)
    return versionAtTime(storage, rebuildable, at.timestampMs)
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
 * Times of commits, oldest first: in-commit timestamps for those that have them, which are the newest, and modification
 * times of their files for those before. Reads every commit that has one.
 */
export async function timedVersions(
  storage: Storage,
  commits: readonly CommitFile[],
): Promise<TimedVersion[]> {
  const times = fileTimes(commits)
  for (let index = times.length - 1; index >= 0; index--) {
    const { version } = times[index]!
    const timestampMs = await readInCommitTimestamp(storage, version)
    if (timestampMs === undefined) break
    times[index] = { version, timestampMs }
  }
  return times
}

/** Modification times of commit files, made to grow. */
export function fileTimes(commits: readonly CommitFile[]): TimedVersion[] {
  const result: TimedVersion[] = []
  for (const { version, modifiedMs } of commits) {
    result.push({ version, timestampMs: laterOf(modifiedMs, result.at(-1)?.timestampMs) })
  }
  return result
}

/** The last version committed at a time or before. Of commits with in-commit timestamps it reads a few only. */
async function versionAtTime(
  storage: Storage,
  commits: readonly CommitFile[],
  timestampMs: number,
): Promise<number> {
  const times = fileTimes(commits)
  const inCommit = (index: number) => readInCommitTimestamp(storage, times[index]!.version)
  const timeOf = async (index: number) => (await inCommit(index)) ?? times[index]!.timestampMs
  const last = times.length - 1
  checkWithin(timestampMs, [times[0]!.version, await timeOf(0)], [times[last]!.version, await timeOf(last)])
  const enabled = await firstWhere(0, times.length, async (index) => (await inCommit(index)) !== undefined)
  const isTimed = enabled <= last && timestampMs >= (await timeOf(enabled))
  if (!isTimed) return times.slice(0, enabled).findLast((each) => each.timestampMs <= timestampMs)!.version
  const next = await firstWhere(enabled, times.length, async (index) => (await timeOf(index)) > timestampMs)
  return times[next - 1]!.version
}

/** The first index from `low` on that a test holds for, which then holds for all behind it; `high` where for none. */
async function firstWhere(
  low: number,
  high: number,
  test: (index: number) => Promise<boolean>,
): Promise<number> {
  let [from, to] = [low, high]
  while (from < to) {
    const middle = Math.floor((from + to) / 2)
    if (await test(middle)) to = middle
    else from = middle + 1
  }
  return from
}

type VersionTime = readonly [version: number, timestampMs: number]

function checkWithin(timestampMs: number, first: VersionTime, last: VersionTime): void {
  const userTimestamp = new Date(timestampMs).toISOString()
  if (timestampMs < first[1]) {
    throw new PipelineError('DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION', {
      userTimestamp,
      commitTs: new Date(first[1]).toISOString(),
      version: first[0].toString(),
    })
  }
  if (timestampMs > last[1]) {
    throw new PipelineError('DELTA_TIMESTAMP_GREATER_THAN_COMMIT', {
      providedTimestamp: userTimestamp,
      lastCommitTs: new Date(last[1]).toISOString(),
      version: last[0].toString(),
    })
  }
}
