import type { Storage } from '../../storage/storage.ts'
import { parseCommit } from './action-json.ts'
import type { CommitInfo } from './actions.ts'
import { inCommitTimestampOf } from './commit-times.ts'
import { commitPath } from './log-files.ts'
import { listCommits } from './log-listing.ts'
import { fileTimes } from './time-travel.ts'

/** A row of DESCRIBE HISTORY, with Delta Lake's columns. What the writer did not tell is null. */
export interface HistoryEntry {
  readonly version: number
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly userId: string | null
  readonly userName: string | null
  readonly operation: string | null
  readonly operationParameters: Readonly<Record<string, string | null>>
  readonly job: unknown
  readonly notebook: unknown
  readonly clusterId: string | null
  readonly readVersion: number | null
  readonly isolationLevel: string | null
  readonly isBlindAppend: boolean | null
  readonly operationMetrics: Readonly<Record<string, string>>
  readonly userMetadata: string | null
  readonly engineInfo: string | null
  /** The whole commitInfo, with the fields that DESCRIBE HISTORY leaves out. */
  readonly commitInfo: CommitInfo
}

/** What was done to a table, newest first. */
export async function readHistory(storage: Storage, limit = Infinity): Promise<HistoryEntry[]> {
  const versions = fileTimes(await listCommits(storage))
  const entries: HistoryEntry[] = []
  for (const { version, timestampMs } of versions.toReversed()) {
    if (entries.length >= limit) break
    const path = commitPath(version)
    const bytes = await storage.read(path)
    if (bytes === undefined) break
    const commit = parseCommit(bytes, `${storage.name}/${path}`)
    entries.push(historyEntry(version, inCommitTimestampOf(commit) ?? timestampMs, commit.commitInfo ?? {}))
  }
  return entries
}

/** commitInfo is free-form: a field of another type than expected counts as untold. */
function historyEntry(version: number, timestamp: number, commitInfo: CommitInfo): HistoryEntry {
  const text = (name: string) => (typeof commitInfo[name] === 'string' ? commitInfo[name] : null)
  return {
    version,
    timestamp,
    userId: text('userId'),
    userName: text('userName'),
    operation: text('operation'),
    operationParameters: textsOf(commitInfo.operationParameters),
    job: commitInfo.job ?? null,
    notebook: commitInfo.notebook ?? null,
    clusterId: text('clusterId'),
    readVersion: typeof commitInfo.readVersion === 'number' ? commitInfo.readVersion : null,
    isolationLevel: text('isolationLevel'),
    isBlindAppend: typeof commitInfo.isBlindAppend === 'boolean' ? commitInfo.isBlindAppend : null,
    operationMetrics: textsOf(commitInfo.operationMetrics) as Record<string, string>,
    userMetadata: text('userMetadata'),
    engineInfo: text('engineInfo'),
    commitInfo,
  }
}

function textsOf(value: unknown): Record<string, string | null> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      each === null || typeof each === 'string' ? each : JSON.stringify(each),
    ]),
  )
}
