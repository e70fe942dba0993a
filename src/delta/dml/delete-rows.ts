import type { Expression } from '../../plan/expression.ts'
import { usesDeletionVectors } from '../deletion-vector/uses-deletion-vectors.ts'
import { autoCompact } from '../maintenance/auto-compact.ts'
import { checkNotAppendOnly } from '../schema/append-only.ts'
import type { TableContext } from '../table-context.ts'
import { withSession } from '../with-session.ts'
import { type ChangeResult, predicateText } from './change-result.ts'
import { checkDeterministic } from './check-condition.ts'
import { applyChanges, fileMetrics, Stopwatch } from './file-changes.ts'
import { findMatchingRows } from './matching-rows.ts'
import { removeRows } from './remove-rows.ts'

export interface DeleteOptions {
  /** Rows for which it is TRUE are deleted; by default all. Subqueries are bound. */
  readonly condition?: Expression
  /** A name by which the condition may qualify the table's columns. */
  readonly alias?: string
  /** Stands in the history. */
  readonly userMetadata?: string
}

/**
 * DELETE FROM: files of which all rows go are removed, unopened where partition values decide it; of the others the rows are
 * marked in deletion vectors where the table has them, else the rest is written anew. Throws
 * DELTA_CANNOT_MODIFY_APPEND_ONLY, the analyzer's conditions, and the conflicts of a commit.
 */
export async function deleteRows(context: TableContext, options: DeleteOptions = {}): Promise<ChangeResult> {
  const { table, engine, storage } = context
  const stopwatch = new Stopwatch()
  const snapshot = await table.refresh()
  checkNotAppendOnly(snapshot.metadata, storage.name)
  checkDeterministic(engine, options.condition, 'DELETE')
  const transaction = table.startTransaction()
  const choice = { snapshot, condition: options.condition, alias: options.alias }
  return withSession(engine, async (session) => {
    const positions = usesDeletionVectors(snapshot.metadata)
    const matching = await findMatchingRows(session, context, transaction, choice, positions)
    const unchanged = { version: snapshot.version, snapshot, numAffectedRows: 0n }
    if (matching.whole.length + matching.partial.length === 0) return unchanged
    stopwatch.scanned()
    const changes = await removeRows(session, context, choice, matching)
    applyChanges(transaction, changes)
    const committed = await transaction.commit({
      operation: 'DELETE',
      operationParameters: { predicate: predicateText(engine, options.condition) },
      operationMetrics: {
        ...fileMetrics(changes),
        numDeletedRows: matching.rowCount,
        numCopiedRows: changes.written.rowCount,
        ...stopwatch.metrics(),
      },
      ...(options.userMetadata !== undefined && { extra: { userMetadata: options.userMetadata } }),
    })
    await autoCompact(context)
    return { ...committed, numAffectedRows: matching.rowCount }
  })
}
