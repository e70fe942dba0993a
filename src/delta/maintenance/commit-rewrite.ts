import { isCondition } from '../../errors/index.ts'
import type { CommitOptions } from '../commit-info.ts'
import { fileKey } from '../files/file-path.ts'
import type { TableContext } from '../table-context.ts'
import type { Transaction } from '../transaction.ts'
import type { RewrittenBin } from './compact-bins.ts'

export interface CommittedRewrite {
  readonly version: number
  /** The bins that made it into the version. */
  readonly bins: readonly RewrittenBin[]
}

export interface RewriteCommit extends Omit<CommitOptions, 'operationMetrics'> {
  readonly metrics: (bins: readonly RewrittenBin[]) => Record<string, number>
  /** Adds to the transaction what else must hold, such as a fence. */
  readonly prepare?: (transaction: Transaction) => void | Promise<void>
}

/**
 * Commits rewritten files as a change of no data. Rows that others appended meanwhile do not matter. Where others removed
 * or changed files of some bins, those bins are given up and the others committed; throws the conflict where none is left.
 */
export async function commitRewrite(
  { table }: Pick<TableContext, 'table'>,
  rewritten: readonly RewrittenBin[],
  { metrics, prepare, ...options }: RewriteCommit,
): Promise<CommittedRewrite> {
  const { action: prepared } = table.snapshot.metadata
  let bins = rewritten
  for (;;) {
    const transaction = table.startTransaction()
    for (const { removed, added } of bins) {
      transaction.removeFiles(removed, { dataChange: false }).addFiles(added)
    }
    await prepare?.(transaction)
    try {
      const { version } = await transaction.commit({ ...options, operationMetrics: metrics(bins) })
      return { version, bins }
    } catch (error) {
      if (!isCondition(error, 'DELTA_CONCURRENT_DELETE_DELETE')) throw error
      await table.refresh()
      const live = new Set(Array.from(table.snapshot.files(), fileKey))
      const left = bins.filter(({ removed }) => removed.every((file) => live.has(fileKey(file))))
      if (left.length === 0 || left.length === bins.length || table.snapshot.metadata.action !== prepared)
        throw error
      bins = left
    }
  }
}
