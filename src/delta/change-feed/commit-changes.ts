import type { DeltaScanFile } from '../../plan/scan.ts'
import type { Storage } from '../../storage/storage.ts'
import { readDeletionVector } from '../deletion-vector/deletion-vector.ts'
import { decodePath } from '../files/file-path.ts'
import type { AddFile, Commit, DeletionVectorDescriptor, RemoveFile } from '../log/actions.ts'

/** A file that holds changed rows, as the log names it, and how it is read. */
export interface ChangedFile {
  /** As in the log: percent-encoded, relative or absolute. */
  readonly path: string
  readonly partitionValues: AddFile['partitionValues']
  readonly size: number
  /** Undefined where the file's own `_change_type` column tells. */
  readonly changeType?: 'insert' | 'delete'
  readonly rows?: Pick<DeltaScanFile, 'deletedRows' | 'keptRows'>
}

/**
 * The files of a commit's changes: its change data files where it has any, else what it added and removed, a file whose
 * deletion vector alone changed by the difference (PROTOCOL.md, Reading Change Data Feed Files). Compactions
 * (`dataChange` false) change nothing.
 */
export async function changedFiles(commit: Commit, storage: Storage): Promise<ChangedFile[]> {
  if (commit.cdc.length > 0)
    return commit.cdc.map(({ path, partitionValues, size }) => ({ path, partitionValues, size }))
  const removes = new Map(
    commit.removes.filter((each) => each.dataChange).map((each) => [decodePath(each.path), each]),
  )
  const files: ChangedFile[] = []
  for (const add of commit.adds) {
    if (!add.dataChange) continue
    const before = removes.get(decodePath(add.path))
    removes.delete(decodePath(add.path))
    files.push(
      ...(before === undefined
        ? [await wholeFile(add, 'insert', storage)]
        : await changedVector(before, add, storage)),
    )
  }
  for (const remove of removes.values()) files.push(await wholeFile(remove, 'delete', storage))
  return files
}

async function wholeFile(
  file: AddFile | RemoveFile,
  changeType: 'insert' | 'delete',
  storage: Storage,
): Promise<ChangedFile> {
  const deletedRows = await deletedIn(file, storage)
  return { ...placeOf(file), changeType, ...(deletedRows.length > 0 && { rows: { deletedRows } }) }
}

/** Rows that the new vector marks and the old one did not are deleted; those that it no longer marks are back. */
async function changedVector(before: RemoveFile, after: AddFile, storage: Storage): Promise<ChangedFile[]> {
  const [old, now] = [await deletedIn(before, storage), await deletedIn(after, storage)]
  const parts = [
    { changeType: 'delete', keptRows: without(now, old) },
    { changeType: 'insert', keptRows: without(old, now) },
  ] as const
  return parts
    .filter(({ keptRows }) => keptRows.length > 0)
    .map(({ changeType, keptRows }) => ({ ...placeOf(after), changeType, rows: { keptRows } }))
}

async function deletedIn(
  file: { readonly path: string; readonly deletionVector?: DeletionVectorDescriptor | null },
  storage: Storage,
): Promise<Float64Array> {
  return file.deletionVector == null
    ? new Float64Array(0)
    : readDeletionVector(file.deletionVector, storage, file.path)
}

function without(rows: Float64Array, others: Float64Array): Float64Array {
  let at = 0
  return rows.filter((each) => {
    while (at < others.length && others[at]! < each) at++
    return others[at] !== each
  })
}

function placeOf(file: AddFile | RemoveFile): Pick<ChangedFile, 'path' | 'partitionValues' | 'size'> {
  return { path: file.path, partitionValues: file.partitionValues ?? {}, size: file.size ?? 0 }
}
