import { sizeOf } from '../../files/record-count.ts'
import { autoCompact } from '../../maintenance/auto-compact.ts'
import type { RowEngine } from '../../row-engine.ts'
import type { ResolvedClause } from './merge-actions.ts'
import type { MergeClause } from './merge-clause.ts'
import type { Merge, MergeOptions, MergeResult } from './merge-into.ts'
import type { MergeMatches } from './merge-matches.ts'
import type { WrittenMerge } from './merge-write.ts'

/** Milliseconds of the steps of a MERGE, under the names of its metrics. */
export type MergeTimes = Readonly<
  Record<'executionTimeMs' | 'materializeSourceTimeMs' | 'scanTimeMs' | 'rewriteTimeMs', number>
>

/** Commits what was written; nothing where nothing changed. */
export async function commitMerge(
  merge: Merge,
  matches: MergeMatches,
  written: WrittenMerge,
  times: MergeTimes,
): Promise<MergeResult> {
  const { transaction, context, scope, options } = merge
  const { rows, changes, removed, marked } = written
  const counts = countsOf(merge, matches, written)
  const affected = {
    numAffectedRows: counts.numTargetRowsUpdated + counts.numTargetRowsDeleted + counts.numTargetRowsInserted,
    numUpdatedRows: counts.numTargetRowsUpdated,
    numDeletedRows: counts.numTargetRowsDeleted,
    numInsertedRows: counts.numTargetRowsInserted,
  }
  if (affected.numAffectedRows === 0n && scope.newSchema === scope.targetSchema) {
    const snapshot = transaction.readSnapshot!
    return { version: snapshot.version, snapshot, ...affected }
  }
  transaction.removeFiles(removed).addFiles(marked).addRows(rows).addChangeFiles(changes.files)
  const whole = Object.entries(times).map(([name, ms]) => [name, Math.round(ms)] as const)
  const { version, snapshot } = await transaction.commit({
    operation: 'MERGE',
    operationParameters: parametersOf(options, context.engine),
    operationMetrics: { ...counts, ...fileMetrics(written), ...Object.fromEntries(whole) },
    isBlindAppend: false,
    ...(options.userMetadata !== undefined && { extra: { userMetadata: options.userMetadata } }),
  })
  await autoCompact(context)
  return { version, snapshot, ...affected }
}

/** Rows by what became of them, under Spark's names. */
function countsOf(
  { clauses, sourceRows }: Merge,
  { counts }: MergeMatches,
  { rows, inserted }: WrittenMerge,
) {
  const taken = (when: MergeClause['when'], kind: ResolvedClause['kind']) =>
    counts
      .filter(({ clause }) => clauses[clause]!.when === when && clauses[clause]!.kind === kind)
      .reduce((sum, each) => sum + each.rows, 0n)
  const updated = [taken('matched', 'update'), taken('notMatchedBySource', 'update')] as const
  const deleted = [taken('matched', 'delete'), taken('notMatchedBySource', 'delete')] as const
  const numTargetRowsUpdated = updated[0] + updated[1]
  const numTargetRowsDeleted = deleted[0] + deleted[1]
  return {
    numSourceRows: sourceRows,
    numOutputRows: rows.rowCount,
    numTargetRowsInserted: inserted,
    numTargetRowsCopied: rows.rowCount - numTargetRowsUpdated - inserted,
    numTargetRowsUpdated,
    numTargetRowsDeleted,
    numTargetRowsMatchedUpdated: updated[0],
    numTargetRowsMatchedDeleted: deleted[0],
    numTargetRowsNotMatchedBySourceUpdated: updated[1],
    numTargetRowsNotMatchedBySourceDeleted: deleted[1],
  }
}

function fileMetrics({ rows, changes, removed, marked }: WrittenMerge) {
  const kept = new Set(marked.map((each) => each.path))
  const gone = removed.filter((each) => !kept.has(each.path))
  const had = new Set(removed.filter((each) => each.deletionVector != null).map((each) => each.path))
  return {
    numTargetFilesAdded: rows.adds.length,
    numTargetBytesAdded: sizeOf(rows.adds),
    numTargetFilesRemoved: gone.length,
    numTargetBytesRemoved: sizeOf(gone),
    numTargetChangeFilesAdded: changes.files.length,
    numTargetDeletionVectorsAdded: marked.length,
    numTargetDeletionVectorsRemoved: had.size,
    numTargetDeletionVectorsUpdated: marked.filter((each) => had.has(each.path)).length,
  }
}

function parametersOf({ condition, clauses }: MergeOptions, engine: RowEngine): Record<string, unknown> {
  const predicatesOf = (when: MergeClause['when']) =>
    clauses
      .filter((each) => each.when === when)
      .map((each) => ({
        ...(each.condition !== undefined && { predicate: engine.printExpression(each.condition) }),
        actionType: each.action.kind.replace('All', ''),
      }))
  return {
    predicate: JSON.stringify([engine.printExpression(condition)]),
    matchedPredicates: JSON.stringify(predicatesOf('matched')),
    notMatchedPredicates: JSON.stringify(predicatesOf('notMatched')),
    notMatchedBySourcePredicates: JSON.stringify(predicatesOf('notMatchedBySource')),
  }
}
