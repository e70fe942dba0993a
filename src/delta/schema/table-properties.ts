import type { Metadata } from './metadata.ts'

/** Commits between checkpoints: `delta.checkpointInterval`, 10 where it is unset or no positive integer. */
export function checkpointIntervalOf(metadata: Metadata): number {
  const interval = Number(metadata.configuration['delta.checkpointInterval'] ?? 10)
  return Number.isInteger(interval) && interval > 0 ? interval : 10
}

const UNITS_MS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
}

/** Milliseconds of `interval 7 days`, `1 week`, `interval 1 day 12 hours`; undefined for other texts (months vary). */
export function parseInterval(text: string): number | undefined {
  const parts = text
    .trim()
    .toLowerCase()
    .replace(/^interval\s+/, '')
  if (!/^(\d+\s+[a-z]+\s*)+$/.test(parts)) return undefined
  let total = 0
  for (const [, count, unit] of parts.matchAll(/(\d+)\s+([a-z]+?)s?(?=\s|$)/g)) {
    const size = UNITS_MS[unit!]
    if (size === undefined) return undefined
    total += Number(count) * size
  }
  return total
}

/** How long removed files are kept for readers of older versions: `delta.deletedFileRetentionDuration`, a week. */
export function deletedFileRetentionMs(metadata: Metadata): number {
  return durationOf(metadata, 'delta.deletedFileRetentionDuration') ?? 7 * UNITS_MS.day!
}

/** How far back versions can be read at least: `delta.logRetentionDuration`, 30 days. */
export function logRetentionMs(metadata: Metadata): number {
  return durationOf(metadata, 'delta.logRetentionDuration') ?? 30 * UNITS_MS.day!
}

/** How long the `txn` of an application is kept: `delta.setTransactionRetentionDuration`, for ever where it is unset. */
export function transactionRetentionMs(metadata: Metadata): number {
  return durationOf(metadata, 'delta.setTransactionRetentionDuration') ?? Infinity
}

/** Whether checkpoints delete what is older than `logRetentionMs`: `delta.enableExpiredLogCleanup`, true. */
export function cleansLog(metadata: Metadata): boolean {
  return flagOf(metadata.configuration, 'delta.enableExpiredLogCleanup') ?? true
}

/** The kind of checkpoint to write: `delta.checkpointPolicy`, classic. */
export function checkpointPolicyOf(metadata: Metadata): 'classic' | 'v2' {
  return metadata.configuration['delta.checkpointPolicy']?.toLowerCase() === 'v2' ? 'v2' : 'classic'
}

/** How checkpoints hold statistics: as JSON text (unless told not to), as typed columns (when told to). */
export function checkpointStatisticsOf(metadata: Metadata): { json: boolean; struct: boolean } {
  return {
    json: flagOf(metadata.configuration, 'delta.checkpoint.writeStatsAsJson') ?? true,
    struct: flagOf(metadata.configuration, 'delta.checkpoint.writeStatsAsStruct') ?? false,
  }
}

/** Whether commits carry their time: `delta.enableInCommitTimestamps`, false. */
export function hasInCommitTimestamps(configuration: Metadata['configuration']): boolean {
  return flagOf(configuration, 'delta.enableInCommitTimestamps') ?? false
}

/**
 * Versions before it must keep their commits and checkpoints, for readers that do not know a feature that was dropped:
 * `delta.requireCheckpointProtectionBeforeVersion` (PROTOCOL.md, Checkpoint Protection), 0.
 */
export function protectedBefore(metadata: Metadata): number {
  const version = Number(metadata.configuration['delta.requireCheckpointProtectionBeforeVersion'] ?? 0)
  return Number.isSafeInteger(version) && version > 0 ? version : 0
}

function flagOf(configuration: Metadata['configuration'], property: string): boolean | undefined {
  const text = configuration[property]?.toLowerCase()
  return text === 'true' ? true : text === 'false' ? false : undefined
}

function durationOf(metadata: Metadata, property: string): number | undefined {
  const text = metadata.configuration[property]
  return text === undefined ? undefined : parseInterval(text)
}
