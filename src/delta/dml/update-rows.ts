import type { Expression } from '../../plan/expression.ts'
import { struct } from '../../types/data-type.ts'
import { usesDeletionVectors } from '../deletion-vector/uses-deletion-vectors.ts'
import { autoCompact } from '../maintenance/auto-compact.ts'
import { checkNotAppendOnly } from '../schema/append-only.ts'
import type { TableContext } from '../table-context.ts'
import { withSession } from '../with-session.ts'
import { type ChangeResult, predicateText } from './change-result.ts'
import { checkDeterministic } from './check-condition.ts'
import type { DeleteOptions } from './delete-rows.ts'
import { applyChanges, fileMetrics, Stopwatch } from './file-changes.ts'
import { findMatchingRows, type RowChoice } from './matching-rows.ts'
import { resolveClause } from './merge/merge-actions.ts'
import type { MergeAssignment } from './merge/merge-clause.ts'
import { rewriteUpdated } from './rewrite-updated.ts'
import { targetRows } from './target-rows.ts'

export interface UpdateOptions extends DeleteOptions {
  /** New values over the old row's columns; a column may be a field of a struct, a value DEFAULT. */
  readonly assignments: readonly MergeAssignment[]
}

/**
 * UPDATE ... SET: changes the rows for which the condition is TRUE, by default all. Values are cast to the columns' types,
 * generated columns follow, and the table's rules are checked again. Files are written anew, or their rows marked deleted
 * where the table has deletion vectors. Throws as `deleteRows`, `resolveClause` and `prepareRows` do.
 */
export async function updateRows(context: TableContext, options: UpdateOptions): Promise<ChangeResult> {
  const { table, engine, storage } = context
  const stopwatch = new Stopwatch()
  const snapshot = await table.refresh()
  const { metadata } = snapshot
  checkNotAppendOnly(metadata, storage.name)
  checkDeterministic(engine, options.condition, 'UPDATE')
  const transaction = table.startTransaction()
  const choice = { snapshot, condition: options.condition, alias: options.alias }
  const update = { context, choice, values: await newValues(context, choice, options) }
  return withSession(engine, async (session) => {
    const positions = usesDeletionVectors(metadata)
    const matching = await findMatchingRows(session, context, transaction, choice, positions)
    const unchanged = { version: snapshot.version, snapshot, numAffectedRows: 0n }
    if (matching.whole.length + matching.partial.length === 0) return unchanged
    stopwatch.scanned()
    const changes = await rewriteUpdated(session, update, matching)
    applyChanges(transaction, changes)
    const committed = await transaction.commit({
      operation: 'UPDATE',
      operationParameters: { predicate: predicateText(engine, options.condition) },
      operationMetrics: {
        ...fileMetrics(changes),
        numUpdatedRows: matching.rowCount,
        numCopiedRows: changes.written.rowCount - matching.rowCount,
        ...stopwatch.metrics(),
      },
      ...(options.userMetadata !== undefined && { extra: { userMetadata: options.userMetadata } }),
    })
    await autoCompact(context)
    return { ...committed, numAffectedRows: matching.rowCount }
  })
}

/** An UPDATE's assignments are those of a MERGE whose source has no columns. */
async function newValues(
  context: TableContext,
  choice: RowChoice,
  { assignments, condition, alias: name }: UpdateOptions,
): Promise<readonly Expression[]> {
  const { relation } = await targetRows(context, choice, [])
  const { schema } = choice.snapshot.metadata
  const scope = {
    targetAlias: name,
    sourceAlias: '',
    evolves: false,
    targetSchema: schema,
    newSchema: schema,
    sourceSchema: struct([]),
    source: relation,
  }
  const clause = { when: 'matched', condition, action: { kind: 'update', assignments } } as const
  return resolveClause(clause, { scope, engine: context.engine, rows: relation }).values
}
