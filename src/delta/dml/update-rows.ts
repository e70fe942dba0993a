import {
  alias,
  attribute,
  call,
  caseWhen,
  FALSE,
  filter,
  nullLiteral,
  project,
  stringLiteral,
  TRUE,
} from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { LONG, struct } from '../../types/data-type.ts'
import { CHANGE_TYPE } from '../change-feed/change-columns.ts'
import { hasChangeFeed, writeChangeFiles } from '../change-feed/write-change-files.ts'
import { usesDeletionVectors } from '../deletion-vector/uses-deletion-vectors.ts'
import type { AddCdcFile, AddFile } from '../log/actions.ts'
import type { RowSession } from '../row-engine.ts'
import { rowIdentityOf } from '../row-tracking/row-identity.ts'
import { checkNotAppendOnly } from '../schema/append-only.ts'
import type { TableContext } from '../table-context.ts'
import { withSession } from '../with-session.ts'
import { prepareRows } from '../write/prepare-rows.ts'
import { type WrittenRows, writeRows } from '../write/write-rows.ts'
import { type ChangeResult, predicateText } from './change-result.ts'
import type { DeleteOptions } from './delete-rows.ts'
import { applyChanges, type FileChanges, fileMetrics, Stopwatch } from './file-changes.ts'
import { markDeleted } from './mark-deleted.ts'
import { findMatchingRows, type MatchingRows, type RowChoice } from './matching-rows.ts'
import { resolveClause } from './merge/merge-actions.ts'
import type { MergeAssignment } from './merge/merge-clause.ts'
import { aliased, oldColumn } from './merge/merge-scope.ts'
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
  const transaction = table.startTransaction()
  const choice = { snapshot, condition: options.condition, alias: options.alias }
  const update: Update = { context, choice, values: await newValues(context, choice, options) }
  return withSession(engine, async (session) => {
    const positions = usesDeletionVectors(metadata)
    const matching = await findMatchingRows(session, context, transaction, choice, positions)
    const unchanged = { version: snapshot.version, snapshot, numAffectedRows: 0n }
    if (matching.whole.length + matching.partial.length === 0) return unchanged
    stopwatch.scanned()
    const changes = await rewrite(session, update, matching)
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
    return { ...committed, numAffectedRows: matching.rowCount }
  })
}

interface Update {
  readonly context: TableContext
  readonly choice: RowChoice
  /** By column of the table, over `targetRows`. */
  readonly values: readonly Expression[]
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
    sourceAlias: undefined,
    evolves: false,
    targetSchema: schema,
    newSchema: schema,
    sourceSchema: struct([]),
    source: relation,
  }
  const clause = { when: 'matched', condition, action: { kind: 'update', assignments } } as const
  return resolveClause(clause, { scope, engine: context.engine, rows: relation }).values
}

async function rewrite(session: RowSession, update: Update, matching: MatchingRows): Promise<FileChanges> {
  const { context, choice } = update
  const { whole, partial } = matching
  const files = [...whole, ...partial.map((each) => each.file)]
  const isMarked = usesDeletionVectors(choice.snapshot.metadata)
  const { relation } = await targetRows(context, choice, files)
  const rows = isMarked ? chosen(relation, choice) : relation
  const written = await writeUpdated(session, update, rows, isMarked)
  const after = isMarked ? await markDeleted(context.storage, partial) : []
  return {
    removed: isMarked ? whole : files,
    marked: after.map((each, i) => ({ before: partial[i]!.file, after: each })),
    written,
    changeFiles: await writeChanges(session, update, files),
  }
}

/** Whether a row of `rewrittenRows` is changed. */
const CHANGED = '_is_changed'

async function writeUpdated(
  session: RowSession,
  { context, choice, values }: Update,
  rows: Relation,
  changesAll: boolean,
): Promise<WrittenRows> {
  const { engine, storage } = context
  const { metadata } = choice.snapshot
  const condition = changesAll ? TRUE : call('coalesce', choice.condition ?? TRUE, FALSE)
  const decided = aliased(
    project(rows, [{ kind: 'UnresolvedStar' }, alias(condition, CHANGED)]),
    choice.alias,
  )
  const either = (value: Expression, old: Expression) =>
    changesAll || choice.condition === undefined ? value : caseWhen([[attribute(CHANGED), value]], old)
  const tracked = rowIdentityOf(metadata)
  const query = project(decided, [
    ...metadata.schema.fields.map((each, index) => {
      const [value, old] = [values[index]!, oldColumn(index)]
      return alias(value === old ? old : either(value, old), each.name)
    }),
    ...(tracked === undefined
      ? []
      : [
          attribute(tracked.rowId),
          alias(either(nullLiteral(LONG), attribute(tracked.rowCommitVersion)), tracked.rowCommitVersion),
        ]),
  ])
  const prepared = prepareRows(query, metadata, engine, {
    tableName: storage.name,
    newRows: FALSE,
    ...(tracked !== undefined && { keep: [tracked.rowId, tracked.rowCommitVersion] }),
  })
  return writeRows(session, storage, prepared, metadata, { rowIdentity: true })
}

/** Each changed row as it was and as it is. */
async function writeChanges(
  session: RowSession,
  { context, choice, values }: Update,
  files: readonly AddFile[],
): Promise<readonly AddCdcFile[]> {
  const { metadata } = choice.snapshot
  if (!hasChangeFeed(metadata)) return []
  const { relation } = await targetRows(context, choice, files)
  const rows = chosen(relation, choice)
  const image = (type: string, value: (index: number) => Expression) =>
    project(rows, [
      ...metadata.schema.fields.map((each, index) => alias(value(index), each.name)),
      alias(stringLiteral(type), CHANGE_TYPE),
    ])
  const query: Relation = {
    kind: 'SetOperation',
    left: image('update_preimage', oldColumn),
    right: image('update_postimage', (index) => values[index]!),
    operation: 'union',
    isAll: true,
    byName: false,
  }
  return (await writeChangeFiles(session, context.storage, query, metadata)).files
}

function chosen(relation: Relation, { condition, alias: name }: RowChoice): Relation {
  return condition === undefined ? relation : aliased(filter(relation, condition), name)
}
