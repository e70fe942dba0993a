import type { CommitActions } from '../log/actions.ts'
import type { Metadata } from '../schema/metadata.ts'

/** How much of what others do meanwhile a transaction minds. */
export type IsolationLevel = 'Serializable' | 'WriteSerializable' | 'SnapshotIsolation'

/**
 * Serializable unless the table asks for less (`delta.isolationLevel`; Databricks' default is WriteSerializable). A commit
 * that moves rows to other files and changes nothing minds no rows that are added.
 */
export function isolationOf({ adds, removes, metaData }: CommitActions, metadata: Metadata): IsolationLevel {
  const changesData = [...adds, ...removes].some((each) => each.dataChange)
  if (!changesData && adds.length > 0 && metaData === undefined) return 'SnapshotIsolation'
  const level = metadata.configuration['delta.isolationLevel']?.toLowerCase()
  return level === 'writeserializable' ? 'WriteSerializable' : 'Serializable'
}
