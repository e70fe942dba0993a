import type { Storage } from '../../storage/storage.ts'
import { writeDeletionVectors } from '../deletion-vector/write-deletion-vectors.ts'
import { recordsOf, withRecords } from '../files/record-count.ts'
import type { AddFile } from '../log/actions.ts'
import type { PartialFile } from './matching-rows.ts'

/** The files with deletion vectors that hold the chosen rows, too. Their statistics tell the number of rows afterwards. */
export function markDeleted(storage: Storage, partial: readonly PartialFile[]): Promise<AddFile[]> {
  return writeDeletionVectors(
    storage,
    partial.map(({ file, rows, live }) => ({ file: counted(file, live), rows: rows! })),
  )
}

function counted(file: AddFile, live: number): AddFile {
  if (recordsOf(file) !== undefined) return file
  return withRecords(file, live + (file.deletionVector?.cardinality ?? 0))
}
