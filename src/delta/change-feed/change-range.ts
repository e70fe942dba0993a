import { isCondition, PipelineError } from '../../errors/index.ts'
import type { PointInTime } from '../../plan/point-in-time.ts'
import type { Storage } from '../../storage/storage.ts'
import { earliestVersion, listCommits } from '../log/log-listing.ts'
import { timedVersions, versionAsOf } from '../log/time-travel.ts'

/** Both ends belong to the range. */
export interface ChangeFeedOptions {
  /** A time means the first version committed then or later. */
  readonly start: PointInTime
  /** A time means the last version committed until then. Default: the newest version. */
  readonly end?: PointInTime
  /**
   * What lies behind the newest version: false (default) refuses it, true gives what there is (Databricks'
   * `changeDataFeed.timestampOutOfRange.enabled`).
   */
  readonly timestampOutOfRange?: boolean
}

export interface ChangeRange {
  readonly from: number
  readonly to: number
}

/**
 * The versions of a range; undefined where it begins behind the newest version and that is allowed. Throws
 * DELTA_INVALID_CDC_RANGE for an end before the start, and DELTA_VERSION_NOT_FOUND, DELTA_TIMESTAMP_GREATER_THAN_COMMIT or
 * DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION for ends that the log does not hold.
 */
export async function changeRange(
  storage: Storage,
  options: ChangeFeedOptions,
): Promise<ChangeRange | undefined> {
  const { start, end, timestampOutOfRange = false } = options
  const latest = (await listCommits(storage)).at(-1)?.version ?? 0
  const from = 'version' in start ? start.version : await firstSince(storage, start.timestampMs)
  if (from > latest && timestampOutOfRange) return undefined
  if ('version' in start || from > latest) await versionAsOf(storage, start)
  const to =
    end === undefined ? latest : await lastVersion(storage, end, timestampOutOfRange ? latest : undefined)
  if (to < from) throw new PipelineError('DELTA_INVALID_CDC_RANGE', { start: String(from), end: String(to) })
  return { from, to }
}

/** The first version that was committed at a time or later; behind the newest when there is none. */
async function firstSince(storage: Storage, timestampMs: number): Promise<number> {
  const earliest = (await earliestVersion(storage)) ?? 0
  const versions = await timedVersions(storage, await listCommits(storage))
  const first = versions.find((each) => each.version >= earliest && each.timestampMs >= timestampMs)
  return first?.version ?? (versions.at(-1)?.version ?? -1) + 1
}

async function lastVersion(storage: Storage, end: PointInTime, newest: number | undefined): Promise<number> {
  try {
    return await versionAsOf(storage, end)
  } catch (error) {
    const isBeyond =
      isCondition(error, 'DELTA_TIMESTAMP_GREATER_THAN_COMMIT') ||
      ('version' in end && newest !== undefined && end.version > newest)
    if (newest === undefined || !isBeyond) throw error
    return newest
  }
}
