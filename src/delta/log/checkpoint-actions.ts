import type { Metadata } from '../schema/metadata.ts'
import { deletedFileRetentionMs, transactionRetentionMs } from '../schema/table-properties.ts'
import type { Snapshot } from '../snapshot.ts'
import type { AddFile, CheckpointAction, RemoveFile } from './actions.ts'
import type { LogState } from './log-state.ts'
import { parsedColumnsOf, withParsedColumns } from './parsed-columns.ts'

/** The actions of a version that are no files: protocol, metadata, applications still remembered, live domains. */
export function stateActions(snapshot: Snapshot, nowMs: number): CheckpointAction[] {
  const forgottenMs = nowMs - transactionRetentionMs(snapshot.metadata)
  const transactions = [...snapshot.transactions.values()].filter(
    (txn) => (txn.lastUpdated ?? Infinity) > forgottenMs,
  )
  return [
    { protocol: snapshot.protocol },
    { metaData: snapshot.metadata.action },
    ...transactions.map((txn) => ({ txn })),
    ...[...snapshot.domainMetadata.values()].map((domainMetadata) => ({ domainMetadata })),
  ]
}

/** Live files, and removed ones while VACUUM must spare them. */
export function* fileActions(
  snapshot: Snapshot,
  state: LogState,
  nowMs: number,
): Generator<CheckpointAction> {
  const addOf = checkpointedFile(snapshot.metadata)
  for (const file of snapshot.files()) yield { add: addOf(asStored(file)) }
  const cutoffMs = nowMs - deletedFileRetentionMs(snapshot.metadata)
  for (const file of state.tombstonesAfter(cutoffMs)) yield { remove: asStored(file) }
}

function checkpointedFile(metadata: Metadata): (file: AddFile) => AddFile {
  const columns = parsedColumnsOf(metadata)
  return columns === undefined ? (file) => file : (file) => withParsedColumns(file, columns, metadata)
}

/** A checkpoint tells what is there, not what changed. */
function asStored<File extends AddFile | RemoveFile>(file: File): File {
  return { ...file, dataChange: false }
}
