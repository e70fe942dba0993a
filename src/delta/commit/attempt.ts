import { commitInfoOf } from '../commit-info.ts'
import type { Commit, CommitActions } from '../log/actions.ts'
import { assignRowIds, givesRowIds } from '../row-tracking/assign-row-ids.ts'
import type { Metadata } from '../schema/metadata.ts'
import { hasInCommitTimestamps } from '../schema/table-properties.ts'
import type { CommitBase } from './commit-base.ts'
import type { PreparedCommit } from './prepared-commit.ts'

/** What a commit holds as the version behind `base`: its time, row ids, and properties that name the version itself. */
export function attempt(
  prepared: PreparedCommit,
  base: CommitBase,
  { txnId, nowMs }: { txnId: string; nowMs: number },
): CommitActions {
  const version = base.version + 1
  const metadata = prepared.actions.metaData === undefined ? base.metadata! : prepared.metadata
  const commitInfo = commitInfoOf(prepared.options, {
    txnId,
    nowMs,
    previousMs: base.timestampMs,
    isolation: prepared.reads.isolation,
    isBlind: prepared.isBlind,
    readVersion: prepared.readVersion,
    configuration: metadata.configuration,
    keepsRowIds: tracksRows(prepared.metadata),
  })
  const own = {
    ...enablementOf(prepared, base, version, commitInfo.inCommitTimestamp),
    ...(prepared.protectsHistory && { 'delta.requireCheckpointProtectionBeforeVersion': String(version) }),
  }
  const protocol = prepared.actions.protocol ?? base.protocol
  const actions = withProperties(prepared.actions, own)
  const isNumbered = protocol !== undefined && givesRowIds(protocol, metadata)
  return { ...(isNumbered ? assignRowIds(actions, version, base.rowIdMark) : actions), commitInfo }
}

/**
 * The commit as if it had been prepared behind `winner`, with which it does not conflict: files that the winner gave row ids
 * have the same ids in the commit (PROTOCOL.md, Row Tracking: adds again and removes keep them).
 */
export function rebased(prepared: PreparedCommit, winner: Commit): PreparedCommit {
  const numbered = new Map(
    winner.adds.filter((each) => each.baseRowId != null && !each.dataChange).map((each) => [each.path, each]),
  )
  if (numbered.size === 0) return prepared
  const withIds = <File extends { path: string; baseRowId?: number | bigint | null }>(file: File): File => {
    const known = file.baseRowId == null ? numbered.get(file.path) : undefined
    if (known === undefined) return file
    const { baseRowId, defaultRowCommitVersion } = known
    return { ...file, baseRowId, defaultRowCommitVersion }
  }
  const { adds, removes } = prepared.actions
  const actions = { ...prepared.actions, adds: adds.map(withIds), removes: removes.map(withIds) }
  return { ...prepared, actions }
}

/** The commit that turns in-commit timestamps on says since when there are any (PROTOCOL.md, In-Commit Timestamps). */
function enablementOf(
  { actions }: PreparedCommit,
  { metadata: before }: CommitBase,
  version: number,
  timestampMs: unknown,
): Readonly<Record<string, string>> {
  const isOn = before !== undefined && hasInCommitTimestamps(before.configuration)
  if (!actions.metaData || before === undefined || isOn || timestampMs === undefined) return {}
  return {
    'delta.inCommitTimestampEnablementVersion': version.toString(),
    'delta.inCommitTimestampEnablementTimestamp': String(timestampMs),
  }
}

function withProperties(actions: CommitActions, properties: Readonly<Record<string, string>>): CommitActions {
  if (actions.metaData === undefined || Object.keys(properties).length === 0) return actions
  const configuration = { ...actions.metaData.configuration, ...properties }
  return { ...actions, metaData: { ...actions.metaData, configuration } }
}

function tracksRows({ configuration }: Metadata): boolean {
  return configuration['delta.enableRowTracking']?.toLowerCase() === 'true'
}
