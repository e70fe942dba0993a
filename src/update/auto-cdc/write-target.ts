import { type AutoCdc, CHANGE, END_AT, SYSTEM_END_AT } from '../../auto-cdc/index.ts'
import {
  type AddFile,
  CHANGE_TYPE,
  defaultValue,
  type FileChanges,
  fileMayMatch,
  fileShape,
  filesWhere,
  generationExpressionOf,
  hasChangeFeed,
  hasRowRules,
  physicalNaming,
  prepareRows,
  type RowEngine,
  type RowReplacement,
  replaceRows,
  rowIdentityOf,
  type Snapshot,
  usesDeletionVectors,
} from '../../delta/index.ts'
import {
  alias,
  attribute,
  call,
  caseWhen,
  filter,
  nullLiteral,
  project,
  stringLiteral,
  unionAll,
} from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { fieldNamed, LONG } from '../../types/data-type.ts'
import type { AppliedBatch, CdcBatch } from './apply-batch.ts'
import { changedFileSize } from './file-size.ts'
import { newName, oldName, placedChanges } from './placed-changes.ts'

/** What a batch does to its target, written and in no version yet. */
export interface TargetChanges {
  readonly files: FileChanges
  readonly inserted: bigint
  readonly updated: bigint
  readonly deleted: bigint
}

/** Writes the changes of the target, in the form that its properties ask for. */
export async function writeTarget(
  batch: CdcBatch,
  { target, output }: AppliedBatch,
  engine: RowEngine,
): Promise<TargetChanges> {
  const { session } = batch
  const snapshot = target.transaction.readSnapshot!
  const { changed, counts, places } = await placedChanges(batch, snapshot, output.targetChanges, target.rows)
  const [inserted = 0n, updated = 0n, deleted = 0n] = ['insert', 'update', 'delete'].map((kind) =>
    counts.get(kind),
  )
  const prepared = newRows(batch, snapshot, changed, engine)
  const isTold = hasChangeFeed(snapshot.metadata) && places.size > 0
  const fresh = isTold ? (await session.stage(prepared)).scan : prepared
  const rewritten = [...places.keys()].map((place) => target.files[place]!)
  const targetFileSize = changedFileSize(snapshot, {
    rewrittenBytes: rewritten.reduce((sum, each) => sum + each.size, 0),
    changingBytes: standingBytes(snapshot, batch.cdc),
  })
  const size = targetFileSize ?? fileShape(snapshot.metadata).targetFileSize
  const apart = size === undefined ? undefined : endedApart(batch.cdc, snapshot, rewritten, size)
  const files = await replaceRows(session, batch.target, {
    snapshot,
    files: target.files,
    removed: places,
    added: inserted + updated > 0n ? fresh : undefined,
    addedCount: inserted + updated,
    changes: changeFeedRows(snapshot, changed, fresh),
    orderBy: batch.cdc.keys.map((each) => each.name),
    ...(targetFileSize !== undefined && { targetFileSize }),
    ...(apart && { apart }),
  })
  return { files, inserted, updated, deleted }
}

/**
 * Versions that have ended get files of their own once they are worth one: batches end those that stand, so files of ended ones
 * alone are not written again, and who reads what stands passes over them.
 */
function endedApart(
  cdc: AutoCdc,
  { metadata }: Snapshot,
  rewritten: readonly AddFile[],
  targetFileSize: number,
): RowReplacement['apart'] {
  const end = endColumn(cdc)
  const field = end === undefined ? undefined : fieldNamed(metadata.schema, end)
  if (field === undefined || usesDeletionVectors(metadata)) return undefined
  const name = physicalNaming(metadata)(field)
  const bytes = rewritten.reduce((sum, each) => sum + each.size * shareOfValues(each, name), 0)
  const rows = call('isnotnull', attribute(field.name))
  return bytes < targetFileSize / 4 ? undefined : { rows, bytes }
}

/** How much of a file has a value in a column, as its statistics tell. */
function shareOfValues({ stats }: AddFile, column: string): number {
  const { numRecords, nullCount } = JSON.parse(stats ?? '{}')
  const nulls: unknown = nullCount?.[column]
  return typeof nulls === 'number' && numRecords > 0 ? 1 - nulls / numRecords : 0
}

/** Bytes of the files in which a version stands. */
function standingBytes(snapshot: Snapshot, cdc: AutoCdc): number {
  const end = endColumn(cdc)
  if (end === undefined) return snapshot.sizeBytes
  const files = filesWhere(snapshot, fileMayMatch(snapshot.metadata, call('isnull', attribute(end))))
  return files.reduce((sum, each) => sum + each.size, 0)
}

/** Tells when a version has ended, in tables that keep those. */
function endColumn({ scdType, systemType }: AutoCdc): string | undefined {
  if (systemType !== undefined) return SYSTEM_END_AT
  return scdType === 2 ? END_AT : undefined
}

/** Rows that are inserted or updated, as the table stores them, with CHANGE_TYPE. */
function newRows(
  { cdc, target }: CdcBatch,
  { metadata }: Snapshot,
  changed: Relation,
  engine: RowEngine,
): Relation {
  const isInsert = call('=', attribute(CHANGE), stringLiteral('insert'))
  const identity = rowIdentityOf(metadata)
  const hidden =
    identity === undefined
      ? []
      : [attribute(identity.rowId), alias(nullLiteral(LONG), identity.rowCommitVersion)]
  const type = caseWhen([[isInsert, stringLiteral('insert')]], stringLiteral('update_postimage'))
  // What the flow does not have is the table's: generated for each row, its default for new ones.
  const columns = metadata.schema.fields.flatMap((field, i) => {
    const { name } = field
    const value = attribute(newName(i))
    if (fieldNamed(cdc.targetSchema, name) !== undefined) return [alias(value, name)]
    if (generationExpressionOf(field) !== undefined) return []
    return [alias(caseWhen([[isInsert, defaultValue(field, engine)]], value), name)]
  })
  const rows = project(filter(changed, isNot('delete')), [...columns, ...hidden, alias(type, CHANGE_TYPE)])
  if (!hasRowRules(metadata)) return rows
  const keep = [...Object.values(identity ?? {}), CHANGE_TYPE]
  return prepareRows(rows, metadata, engine, { tableName: target.identifier, keep })
}

function changeFeedRows({ metadata }: Snapshot, changed: Relation, fresh: Relation): Relation {
  const names = metadata.schema.fields.map((each) => each.name)
  const isDelete = call('=', attribute(CHANGE), stringLiteral('delete'))
  const type = caseWhen([[isDelete, stringLiteral('delete')]], stringLiteral('update_preimage'))
  const before = project(filter(changed, isNot('insert')), [
    ...names.map((name, i) => alias(attribute(oldName(i)), name)),
    alias(type, CHANGE_TYPE),
  ])
  const after = project(
    fresh,
    [...names, CHANGE_TYPE].map((name) => attribute(name)),
  )
  return unionAll([before, after])
}

function isNot(change: string): Expression {
  return call('not', call('=', attribute(CHANGE), stringLiteral(change)))
}
