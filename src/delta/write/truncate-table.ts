import type { ChangeResult } from '../dml/change-result.ts'
import { liveRecordsOf } from '../files/record-count.ts'
import { checkNotAppendOnly } from '../schema/append-only.ts'
import type { TableContext } from '../table-context.ts'

/** TRUNCATE TABLE: removes all files, unopened. Throws DELTA_CANNOT_MODIFY_APPEND_ONLY and the conflicts of a commit. */
export async function truncateTable({ table, storage }: TableContext): Promise<ChangeResult> {
  const startedMs = performance.now()
  const snapshot = await table.refresh()
  checkNotAppendOnly(snapshot.metadata, storage.name)
  const files = [...snapshot.files()]
  const committed = await table
    .startTransaction()
    .readsWholeTable()
    .removeFiles(files)
    .commit({
      operation: 'TRUNCATE',
      operationMetrics: {
        numRemovedFiles: files.length,
        executionTimeMs: Math.round(performance.now() - startedMs),
      },
    })
  const rows = files.reduce((sum, each) => sum + (liveRecordsOf(each) ?? 0), 0)
  return { ...committed, numAffectedRows: BigInt(rows) }
}
