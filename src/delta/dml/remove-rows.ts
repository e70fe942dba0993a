import { alias, attribute, call, FALSE, filter, project, stringLiteral } from '../../plan/build.ts'
import type { Relation } from '../../plan/relation.ts'
import { CHANGE_TYPE } from '../change-feed/change-columns.ts'
import { hasChangeFeed, writeChangeFiles } from '../change-feed/write-change-files.ts'
import { usesDeletionVectors } from '../deletion-vector/uses-deletion-vectors.ts'
import type { RowSession } from '../row-engine.ts'
import type { Metadata } from '../schema/metadata.ts'
import type { TableContext } from '../table-context.ts'
import { fileShape } from '../write/file-shape.ts'
import { identityColumns } from '../write/identity-marks.ts'
import { layoutOf, type WrittenRows, writeRows } from '../write/write-rows.ts'
import { type FileChanges, NOTHING_WRITTEN } from './file-changes.ts'
import { markDeleted } from './mark-deleted.ts'
import type { MatchingRows, RowChoice } from './matching-rows.ts'
import { targetRows } from './target-rows.ts'

/**
 * Takes chosen rows out of their files: whole files are removed; of the others the rows are marked deleted, or what is left is
 * written anew. Where files are written anew and the table records changes, change files hold all deleted rows;
 * `changesNeeded` asks for them also where none are.
 */
export async function removeRows(
  session: RowSession,
  context: TableContext,
  choice: RowChoice,
  { whole, partial }: MatchingRows,
  changesNeeded = false,
): Promise<FileChanges> {
  const { storage } = context
  const { metadata } = choice.snapshot
  const isMarked = usesDeletionVectors(metadata)
  const after = isMarked ? await markDeleted(storage, partial) : []
  const marked = after.map((each, i) => ({ before: partial[i]!.file, after: each }))
  const rest = partial.map((each) => each.file)
  const isRewritten = !isMarked && rest.length > 0
  const written = isRewritten ? await writeRest(session, context, choice, rest) : NOTHING_WRITTEN
  const needsChanges = hasChangeFeed(metadata) && (isRewritten || changesNeeded)
  const touched = [...whole, ...rest]
  const changeFiles =
    needsChanges && touched.length > 0
      ? (
          await writeChangeFiles(
            session,
            storage,
            deletedRows((await targetRows(context, choice, touched)).relation, choice),
            metadata,
          )
        ).files
      : []
  return { removed: isMarked ? whole : touched, marked, written, changeFiles }
}

/** The rows for which the condition is not TRUE, as they are. */
async function writeRest(
  session: RowSession,
  context: TableContext,
  choice: RowChoice,
  files: MatchingRows['whole'],
): Promise<WrittenRows> {
  const { relation } = await targetRows(context, choice, files)
  const isKept = call('not', call('coalesce', choice.condition!, FALSE))
  return writeRows(session, context.storage, filter(relation, isKept), layoutOf(choice.snapshot), {
    rowIdentity: true,
    givenIdentities: identityColumns(choice.snapshot.metadata.schema),
    ...fileShape(choice.snapshot.metadata),
  })
}

function deletedRows(target: Relation, { condition, snapshot }: RowChoice): Relation {
  return project(condition === undefined ? target : filter(target, condition), [
    ...columnsOf(snapshot.metadata),
    alias(stringLiteral('delete'), CHANGE_TYPE),
  ])
}

function columnsOf({ schema }: Metadata) {
  return schema.fields.map((each) => attribute(each.name))
}
