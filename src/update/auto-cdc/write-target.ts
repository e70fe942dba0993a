import { type AutoCdc, CHANGE, END_AT, identityColumns, SYSTEM_END_AT } from '../../auto-cdc/index.ts'
import {
  CHANGE_TYPE,
  defaultValue,
  type FileChanges,
  fileMayMatch,
  filesWhere,
  generationExpressionOf,
  hasChangeFeed,
  hasRowRules,
  prepareRows,
  type RowEngine,
  replaceRows,
  rowIdentityOf,
  type Snapshot,
} from '../../delta/index.ts'
import {
  alias,
  attribute,
  call,
  caseWhen,
  conjunction,
  filter,
  joinOn,
  nullLiteral,
  project,
  stringLiteral,
  TRUE,
  unionAll,
} from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { FILE_INDEX, ROW_POSITION } from '../../plan/scan.ts'
import { fieldNamed, LONG } from '../../types/data-type.ts'
import type { AppliedBatch, CdcBatch } from './apply-batch.ts'
import { changedFileSize } from './file-size.ts'
import { placedCounts } from './places.ts'

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
  const changed = (await session.stage(changedRows(batch, snapshot, output.targetChanges, target.rows))).scan
  const { counts, places } = await placedCounts(session, changed, attribute(CHANGE))
  const [inserted = 0n, updated = 0n, deleted = 0n] = ['insert', 'update', 'delete'].map((kind) =>
    counts.get(kind),
  )
  const prepared = newRows(batch, snapshot, changed, engine)
  const isTold = hasChangeFeed(snapshot.metadata) && places.size > 0
  const fresh = isTold ? (await session.stage(prepared)).scan : prepared
  const rewrittenBytes = [...places.keys()].reduce((sum, place) => sum + target.files[place]!.size, 0)
  const targetFileSize = changedFileSize(snapshot, {
    rewrittenBytes,
    changingBytes: standingBytes(snapshot, batch.cdc),
  })
  const files = await replaceRows(session, batch.target, {
    snapshot,
    files: target.files,
    removed: places,
    added: inserted + updated > 0n ? fresh : undefined,
    addedCount: inserted + updated,
    changes: changeFeedRows(snapshot, changed, fresh),
    orderBy: targetOrder(batch.cdc),
    ...(targetFileSize !== undefined && { targetFileSize }),
  })
  return { files, inserted, updated, deleted }
}

/**
 * Versions that have ended come first: batches end those that stand, so files of ended ones alone are not written again, and
 * who reads what stands passes over them.
 */
function targetOrder(cdc: AutoCdc): readonly Expression[] {
  return [...standing(cdc), ...cdc.keys.map((each) => attribute(each.name))]
}

/** Bytes of the files in which a version stands. */
function standingBytes(snapshot: Snapshot, cdc: AutoCdc): number {
  const [stands = TRUE] = standing(cdc)
  const files = filesWhere(snapshot, fileMayMatch(snapshot.metadata, stands))
  return files.reduce((sum, each) => sum + each.size, 0)
}

/** Whether a version stands, in tables that keep those which have ended. */
function standing({ scdType, systemType }: AutoCdc): readonly Expression[] {
  if (systemType !== undefined) return [call('isnull', attribute(SYSTEM_END_AT))]
  return scdType === 2 ? [call('isnull', attribute(END_AT))] : []
}

const newName = (index: number): string => `_new_${index}`
const oldName = (index: number): string => `_old_${index}`

/**
 * Each change with the place of the row that it is about: CHANGE, the place, the row's identity where the table tracks rows,
 * and the table's columns as they will be and as they are. Columns that the flow does not have stay as they are.
 */
function changedRows({ cdc }: CdcBatch, { metadata }: Snapshot, changes: Relation, rows: Relation): Relation {
  const isSame = conjunction(
    identityColumns(cdc).map((name) => call('=', attribute('l', name), attribute('r', name))),
  )
  const rowId = rowIdentityOf(metadata)?.rowId
  const { fields } = metadata.schema
  return project(joinOn(changes, rows, 'left', isSame), [
    alias(attribute('l', CHANGE), CHANGE),
    alias(attribute('r', FILE_INDEX), FILE_INDEX),
    alias(attribute('r', ROW_POSITION), ROW_POSITION),
    ...(rowId === undefined ? [] : [alias(attribute('r', rowId), rowId)]),
    ...fields.map(({ name }, i) => {
      const isOfFlow = fieldNamed(cdc.targetSchema, name) !== undefined
      return alias(attribute(isOfFlow ? 'l' : 'r', name), newName(i))
    }),
    ...fields.map(({ name }, i) => alias(attribute('r', name), oldName(i))),
  ])
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
