import type { Commit, Protocol } from '../log/actions.ts'
import { rowIdMark } from '../row-tracking/assign-row-ids.ts'
import { type Metadata, metadataFrom } from '../schema/metadata.ts'
import type { Snapshot } from '../snapshot.ts'

/** The version that a commit follows: first the one that it was prepared on, then each that came before it. */
export interface CommitBase {
  /** -1 where the table does not exist yet. */
  readonly version: number
  /** Milliseconds since the epoch. */
  readonly timestampMs: number | undefined
  readonly protocol: Protocol | undefined
  readonly metadata: Metadata | undefined
  /** The highest row id given, -1 for none. */
  readonly rowIdMark: bigint
}

/** The version that a transaction was prepared on, undefined for a new table. */
export function baseOf(snapshot: Snapshot | undefined): CommitBase {
  return {
    version: snapshot?.version ?? -1,
    timestampMs: snapshot?.timestampMs,
    protocol: snapshot?.protocol,
    metadata: snapshot?.metadata,
    rowIdMark: rowIdMark(snapshot?.domainMetadata.values() ?? []),
  }
}

/** The version that a winner made. */
export function behind(base: CommitBase, winner: Commit): CommitBase {
  const mark = rowIdMark(winner.domains)
  return {
    version: winner.version,
    timestampMs: winner.timestampMs,
    protocol: winner.protocol ?? base.protocol,
    metadata: winner.metaData === undefined ? base.metadata : metadataFrom(winner.metaData),
    rowIdMark: mark > base.rowIdMark ? mark : base.rowIdMark,
  }
}
