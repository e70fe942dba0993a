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
  unionAll,
} from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { LONG } from '../../types/data-type.ts'
import { CHANGE_TYPE } from '../change-feed/change-columns.ts'
import { hasChangeFeed, writeChangeFiles } from '../change-feed/write-change-files.ts'
import { usesDeletionVectors } from '../deletion-vector/uses-deletion-vectors.ts'
import type { AddCdcFile } from '../log/actions.ts'
import type { RowSession } from '../row-engine.ts'
import { rowIdentityOf } from '../row-tracking/row-identity.ts'
import type { TableContext } from '../table-context.ts'
import { fileShape } from '../write/file-shape.ts'
import { identityColumns } from '../write/identity-marks.ts'
import { prepareRows } from '../write/prepare-rows.ts'
import { layoutOf, writeRows } from '../write/write-rows.ts'
import type { FileChanges } from './file-changes.ts'
import { markDeleted } from './mark-deleted.ts'
import type { MatchingRows, RowChoice } from './matching-rows.ts'
import { aliased, oldColumn } from './merge/merge-scope.ts'
import { targetRows } from './target-rows.ts'

/** New values for chosen rows. */
export interface Update {
  readonly context: TableContext
  readonly choice: RowChoice
  /** By column of the table, over `targetRows`. */
  readonly values: readonly Expression[]
}

/**
 * Writes the chosen rows with their new values: beside their files, in which they are marked deleted, or with the rest of
 * their files. Where the table records changes, the new values are computed once for both kinds of files.
 */
export async function rewriteUpdated(
  session: RowSession,
  update: Update,
  { whole, partial }: MatchingRows,
): Promise<FileChanges> {
  const { context, choice } = update
  const { metadata } = choice.snapshot
  const files = [...whole, ...partial.map((each) => each.file)]
  const isMarked = usesDeletionVectors(metadata)
  const target = (await targetRows(context, choice, files)).relation
  const isRecorded = hasChangeFeed(metadata)
  const computed = project(chosen(target, choice), updatedColumns(update))
  const updated = isRecorded ? (await session.stage(computed)).scan : computed
  const rows = isMarked
    ? prepared(update, newRows(update, updated))
    : isRecorded
      ? withRest(update, target, prepared(update, newRows(update, updated)))
      : prepared(update, rowsInPlace(update, target))
  const written = await writeRows(session, context.storage, rows, layoutOf(choice.snapshot), {
    rowIdentity: true,
    givenIdentities: identityColumns(metadata.schema),
    ...fileShape(metadata),
  })
  const after = isMarked ? await markDeleted(context.storage, partial) : []
  return {
    removed: isMarked ? whole : files,
    marked: after.map((each, i) => ({ before: partial[i]!.file, after: each })),
    written,
    changeFiles: isRecorded ? await writeChanges(session, update, updated) : [],
  }
}

function chosen(target: Relation, { condition, alias: name }: RowChoice): Relation {
  return condition === undefined ? target : aliased(filter(target, condition), name)
}

function newColumn(index: number): string {
  return `_new_${index}`
}

/** The old columns, the new ones as `newColumn`, and the hidden ones of row identity. */
function updatedColumns(update: Update): Expression[] {
  return [
    ...update.values.map((_value, index) => oldColumn(index)),
    ...update.values.map((value, index) => alias(value, newColumn(index))),
    ...hiddenColumns(update).map((name) => attribute(name)),
  ]
}

/** The rows with their new values, as the table names its columns. */
function newRows(update: Update, updated: Relation): Relation {
  return project(updated, [
    ...fieldsOf(update).map((each, index) => alias(attribute(newColumn(index)), each.name)),
    ...hiddenValues(update, (version) => alias(nullLiteral(LONG), version)),
  ])
}

/** All rows of the files in their order, the chosen ones with their new values. */
function rowsInPlace(update: Update, target: Relation): Relation {
  const { condition, alias: name } = update.choice
  const isChanged = '_is_changed'
  const decided =
    condition === undefined
      ? target
      : aliased(project(target, [{ kind: 'UnresolvedStar' }, alias(condition, isChanged)]), name)
  const either = (value: Expression, old: Expression) =>
    condition === undefined ? value : caseWhen([[attribute(isChanged), value]], old)
  return project(decided, [
    ...fieldsOf(update).map((each, index) =>
      alias(either(update.values[index]!, oldColumn(index)), each.name),
    ),
    ...hiddenValues(update, (version) => alias(either(nullLiteral(LONG), attribute(version)), version)),
  ])
}

/** The rows of the files that are not chosen, as they are, and then the new ones. */
function withRest(update: Update, target: Relation, fresh: Relation): Relation {
  const { condition } = update.choice
  if (condition === undefined) return fresh
  const rest = project(filter(target, call('not', call('coalesce', condition, FALSE))), [
    ...fieldsOf(update).map((each, index) => alias(oldColumn(index), each.name)),
    ...hiddenColumns(update).map((name) => attribute(name)),
  ])
  return unionAll([rest, fresh])
}

function prepared(update: Update, rows: Relation): Relation {
  const { engine, storage } = update.context
  return prepareRows(rows, update.choice.snapshot.metadata, engine, {
    tableName: storage.name,
    newRows: FALSE,
    keep: hiddenColumns(update),
  })
}

/** Each changed row as it was and as it is. */
async function writeChanges(
  session: RowSession,
  update: Update,
  updated: Relation,
): Promise<readonly AddCdcFile[]> {
  const image = (type: string, column: (index: number) => Expression) =>
    project(updated, [
      ...fieldsOf(update).map((each, index) => alias(column(index), each.name)),
      alias(stringLiteral(type), CHANGE_TYPE),
    ])
  const query = unionAll([
    image('update_preimage', oldColumn),
    image('update_postimage', (index) => attribute(newColumn(index))),
  ])
  const { storage } = update.context
  return (await writeChangeFiles(session, storage, query, update.choice.snapshot.metadata)).files
}

function fieldsOf({ choice }: Update) {
  return choice.snapshot.metadata.schema.fields
}

function hiddenColumns({ choice }: Update): string[] {
  const tracked = rowIdentityOf(choice.snapshot.metadata)
  return tracked === undefined ? [] : [tracked.rowId, tracked.rowCommitVersion]
}

/** Rows keep their ids; the version of a changed row is that of the commit. */
function hiddenValues(update: Update, version: (column: string) => Expression): Expression[] {
  const [rowId, rowCommitVersion] = hiddenColumns(update)
  return rowId === undefined ? [] : [attribute(rowId), version(rowCommitVersion!)]
}
