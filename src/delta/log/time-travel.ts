import { PipelineError } from '../../errors/index.ts'
import type { Storage } from '../../storage/storage.ts'
import { commitPath } from './log-files.ts'
import { type CommitFile, earliestVersion, listCommits } from './log-segment.ts'
import { laterOf } from './read-log.ts'

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

/** Times of commits, oldest first, growing. */
export async function timedVersions(
  storage: Storage,
  commits: readonly CommitFile[],
): Promise<TimedVersion[]> {
  const newest = commits.at(-1)
  const areTimed = newest !== undefined && (await inCommitTime(storage, newest.version)) !== undefined
  const result: TimedVersion[] = []
  for (const { version, modifiedMs } of commits) {
    const inCommit = areTimed ? await inCommitTime(storage, version) : undefined
    result.push({ version, timestampMs: inCommit ?? laterOf(modifiedMs, result.at(-1)?.timestampMs) })
  }
  return result
}

/** The in-commit timestamp, which stands in the first line: the rest of the commit may be large. */
async function inCommitTime(storage: Storage, version: number): Promise<number | undefined> {
  const head = (await storage.readRange(commitPath(version), 0, 4096)) ?? new Uint8Array()
  const match = /^\{"commitInfo":\{[^\n]*?"inCommitTimestamp":(\d+)/.exec(new TextDecoder().decode(head))
  return match === null ? undefined : Number(match[1])
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
