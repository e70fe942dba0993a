import type { AddFile, RemoveFile } from '../log/actions.ts'

/**
 * The tombstone of a live file, `deletionTimestamp` in milliseconds since the epoch. Path and deletion vector are the file's
 * own, letter by letter, or it would stay live.
 */
export function tombstoneOf(file: AddFile, deletionTimestamp: number, dataChange: boolean): RemoveFile {
  return {
    path: file.path,
    deletionTimestamp,
    dataChange,
    extendedFileMetadata: true,
    partitionValues: file.partitionValues,
    size: file.size,
    ...(file.tags != null && { tags: file.tags }),
    ...(file.deletionVector != null && { deletionVector: file.deletionVector }),
    ...(file.baseRowId != null && { baseRowId: file.baseRowId }),
    ...(file.defaultRowCommitVersion != null && { defaultRowCommitVersion: file.defaultRowCommitVersion }),
  }
}
