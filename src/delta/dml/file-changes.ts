import { sizeOf } from '../files/record-count.ts'
import type { AddCdcFile, AddFile } from '../log/actions.ts'
import type { Transaction } from '../transaction.ts'
import type { WrittenRows } from '../write/write-rows.ts'

/** What a command does to a table's files, all of them written and in no version yet. */
export interface FileChanges {
  /** Files that are gone, or rewritten. */
  readonly removed: readonly AddFile[]
  /** Files as they were before rows in them were marked deleted, and as they are now. */
  readonly marked: readonly { readonly before: AddFile; readonly after: AddFile }[]
  readonly written: WrittenRows
  readonly changeFiles: readonly AddCdcFile[]
}

export const NOTHING_WRITTEN: WrittenRows = { adds: [], rowCount: 0n, identityMarks: {} }

export function applyChanges(transaction: Transaction, changes: FileChanges): void {
  transaction
    .removeFiles([...changes.removed, ...changes.marked.map((each) => each.before)])
    .addFiles(changes.marked.map((each) => each.after))
    .addRows(changes.written)
    .addChangeFiles(changes.changeFiles)
}

/** The files' part of operationMetrics, under Spark's names. */
export function fileMetrics({ removed, marked, written, changeFiles }: FileChanges) {
  const had = (file: AddFile) => file.deletionVector != null
  return {
    numAddedFiles: written.adds.length,
    numAddedBytes: sizeOf(written.adds),
    numRemovedFiles: removed.length,
    numRemovedBytes: sizeOf(removed),
    numAddedChangeFiles: changeFiles.length,
    numDeletionVectorsAdded: marked.filter((each) => !had(each.before)).length,
    numDeletionVectorsUpdated: marked.filter((each) => had(each.before)).length,
    numDeletionVectorsRemoved: removed.filter(had).length,
  }
}

/** Milliseconds of a command's steps, for operationMetrics. */
export class Stopwatch {
  readonly #startedMs = performance.now()
  #scannedMs = this.#startedMs

  /** Call when the rows are found and writing begins. */
  scanned(): void {
    this.#scannedMs = performance.now()
  }

  metrics(): { executionTimeMs: number; scanTimeMs: number; rewriteTimeMs: number } {
    const nowMs = performance.now()
    return {
      executionTimeMs: Math.round(nowMs - this.#startedMs),
      scanTimeMs: Math.round(this.#scannedMs - this.#startedMs),
      rewriteTimeMs: Math.round(nowMs - this.#scannedMs),
    }
  }
}
