import { type AutoCdc, identityColumns } from '../../auto-cdc/index.ts'
import type { AddFile, CommitOptions } from '../../delta/index.ts'
import { formatTableName } from '../../plan/table-name.ts'
import type { TargetChanges } from './write-target.ts'

/** How a batch's commit tells of itself in the history of the target: as the MERGE that it is, under Spark's names. */
export function mergeCommit(
  cdc: AutoCdc,
  { files, inserted, updated, deleted }: TargetChanges,
  { eventCount, startedMs }: { readonly eventCount: bigint; readonly startedMs: number },
): CommitOptions {
  const predicate = identityColumns(cdc).map((name) => {
    const column = formatTableName([name])
    return `(target.${column} = source.${column})`
  })
  const { written, removed, marked, changeFiles } = files
  const bytes = (some: readonly AddFile[]) => some.reduce((sum, each) => sum + each.size, 0)
  const had = marked.filter((each) => each.before.deletionVector != null).length
  return {
    operation: 'MERGE',
    operationParameters: {
      predicate: JSON.stringify([predicate.join(' AND ')]),
      matchedPredicates: JSON.stringify([{ actionType: 'update' }, { actionType: 'delete' }]),
      notMatchedPredicates: JSON.stringify([{ actionType: 'insert' }]),
      notMatchedBySourcePredicates: '[]',
    },
    operationMetrics: {
      numSourceRows: eventCount,
      numOutputRows: written.rowCount,
      numTargetRowsInserted: inserted,
      numTargetRowsCopied: written.rowCount - inserted - updated,
      numTargetRowsUpdated: updated,
      numTargetRowsDeleted: deleted,
      numTargetRowsMatchedUpdated: updated,
      numTargetRowsMatchedDeleted: deleted,
      numTargetRowsNotMatchedBySourceUpdated: 0,
      numTargetRowsNotMatchedBySourceDeleted: 0,
      numTargetFilesAdded: written.adds.length,
      numTargetBytesAdded: bytes(written.adds),
      numTargetFilesRemoved: removed.length,
      numTargetBytesRemoved: bytes(removed),
      numTargetChangeFilesAdded: changeFiles.length,
      numTargetDeletionVectorsAdded: marked.length,
      numTargetDeletionVectorsRemoved: had,
      numTargetDeletionVectorsUpdated: had,
      executionTimeMs: Math.round(performance.now() - startedMs),
    },
    isBlindAppend: false,
  }
}
