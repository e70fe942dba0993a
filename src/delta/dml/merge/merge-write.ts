import {
  aggregate,
  alias,
  attribute,
  call,
  filter,
  intLiteral,
  project,
  selectColumns,
  stringLiteral,
  unionAll,
} from '../../../plan/build.ts'
import type { Relation } from '../../../plan/relation.ts'
import { CHANGE_TYPE } from '../../change-feed/change-columns.ts'
import { hasChangeFeed, type WrittenChanges, writeChangeFiles } from '../../change-feed/write-change-files.ts'
import { usesDeletionVectors } from '../../deletion-vector/uses-deletion-vectors.ts'
import { type DeletedRows, writeDeletionVectors } from '../../deletion-vector/write-deletion-vectors.ts'
import { recordsOf, withRecords } from '../../files/record-count.ts'
import type { AddFile } from '../../log/actions.ts'
import type { RowSession } from '../../row-engine.ts'
import { fileShape } from '../../write/file-shape.ts'
import { prepareRows } from '../../write/prepare-rows.ts'
import { layoutOf, type WrittenRows, writeRows } from '../../write/write-rows.ts'
import { NOTHING_WRITTEN } from '../file-changes.ts'
import { decidingClause } from './merge-actions.ts'
import type { Merge } from './merge-into.ts'
import { type MergeMatches, TOUCHED } from './merge-matches.ts'
import {
  changedRows,
  insertedRows,
  unmatchedSource,
  untouchedRows,
  updatedRows,
  withoutMatch,
} from './merge-rows.ts'

/** What a MERGE wrote, in no version yet. */
export interface WrittenMerge {
  readonly rows: WrittenRows
  /** How many of the rows are new to the table. */
  readonly inserted: bigint
  readonly changes: WrittenChanges
  readonly removed: readonly AddFile[]
  /** Files again, with the deletion vectors that they have now. */
  readonly marked: readonly AddFile[]
}

/** Writes the rows that a MERGE changes and adds, and those that stand beside them in rewritten files. */
export async function writeMerge(merge: Merge, matches: MergeMatches): Promise<WrittenMerge> {
  const { files, targetOf, transaction } = merge
  const { metadata } = transaction
  const removed = [...new Set(matches.counts.map((each) => each.file))].map((place) => files[place]!)
  const touched =
    removed.length > 0 && matches.touched
      ? { rows: matches.touched, target: await targetOf(removed) }
      : undefined
  const usesVectors = usesDeletionVectors(metadata)
  const recordsChanges = touched !== undefined && hasChangeFeed(metadata)
  const fresh = await freshRows(merge, matches, touched, recordsChanges)
  const untouched = touched && !usesVectors ? [untouchedRows(touched.target, touched.rows, merge.scope)] : []
  const rows = await writeData(merge, [...fresh, ...untouched])
  return {
    rows,
    inserted: touched === undefined ? rows.rowCount : await countInserted(merge, matches),
    changes: recordsChanges ? await writeChanges(merge, fresh, touched) : { files: [], rowCount: 0n },
    removed,
    marked: touched && usesVectors ? await markDeleted(merge, touched.rows) : [],
  }
}

/** Rows that clauses take, and the rows of the files that they are in. */
interface Touched {
  readonly rows: Relation
  readonly target: Relation
}

async function writeData(
  { context, session, scope, transaction }: Merge,
  parts: readonly Relation[],
): Promise<WrittenRows> {
  if (parts.length === 0) return NOTHING_WRITTEN
  const columns = scope.newSchema.fields.map((each) => each.name)
  const names = [...columns, ...Object.values(scope.rowIdentity ?? {})]
  const query = unionAll(parts.map((each) => selectColumns(each, names)))
  const layout = layoutOf(transaction.readSnapshot!, transaction.metadata)
  return writeRows(session, context.storage, query, layout, { rowIdentity: true, ...fileShape(layout) })
}

/** All changes of the commit: one change file hides what the data files tell. */
function writeChanges(
  { context, session, scope, clauses, transaction }: Merge,
  fresh: readonly Relation[],
  { target, rows }: Touched,
): Promise<WrittenChanges> {
  const names = [...scope.newSchema.fields.map((each) => each.name), CHANGE_TYPE]
  const before = changedRows(target, rows, scope, clauses)
  const query = unionAll([...fresh.map((each) => selectColumns(each, names)), before])
  return writeChangeFiles(session, context.storage, query, transaction.metadata)
}

async function countInserted({ session, scope, clauses }: Merge, { matched }: MergeMatches): Promise<bigint> {
  if (matched === undefined || !clauses.some((each) => each.kind === 'insert')) return 0n
  const unmatched = unmatchedSource(scope, matched)
  const taken = filter(unmatched, call('isnotnull', decidingClause(clauses, 'notMatched')))
  return countRows(session, taken)
}

/** Updated and inserted rows as the table stores them, with CHANGE_TYPE; held where they are read twice. */
async function freshRows(
  { context, session, scope, clauses, candidates, targetOf, options, transaction }: Merge,
  { matched, counts }: MergeMatches,
  touched: Touched | undefined,
  isReadTwice: boolean,
): Promise<Relation[]> {
  const parts: Relation[] = []
  if (touched && counts.some((each) => clauses[each.clause]!.kind === 'update')) {
    parts.push(updatedRows(touched.target, touched.rows, scope, clauses))
  }
  if (clauses.some((each) => each.kind === 'insert')) {
    const unmatched =
      matched === undefined
        ? withoutMatch(scope, await targetOf(candidates), options.condition)
        : unmatchedSource(scope, matched)
    parts.push(insertedRows(unmatched, scope, clauses))
  }
  if (parts.length === 0) return []
  const prepared = prepareRows(unionAll(parts), transaction.metadata, context.engine, {
    tableName: context.storage.name,
    keep: [...Object.values(scope.rowIdentity ?? {}), CHANGE_TYPE],
    newRows: call('=', attribute(CHANGE_TYPE), stringLiteral('insert')),
  })
  return [isReadTwice ? (await session.stage(prepared)).scan : prepared]
}

/** The touched files with the rows in their deletion vectors; those without a row left are not among them. */
async function markDeleted(merge: Merge, touched: Relation): Promise<AddFile[]> {
  const { session, files, context } = merge
  const positions = new Map<number, number[]>()
  const places = project(touched, [
    alias(attribute(TOUCHED.file), 'file'),
    alias(attribute(TOUCHED.position), 'position'),
  ])
  for await (const chunk of session.stream(places)) {
    for (const [file, position] of chunk) {
      const rows = positions.get(Number(file)) ?? []
      if (rows.length === 0) positions.set(Number(file), rows)
      rows.push(Number(position))
    }
  }
  const deleted: DeletedRows[] = []
  for (const [place, rows] of positions) {
    deleted.push({ file: await counted(merge, files[place]!), rows: Float64Array.from(rows) })
  }
  const marked = await writeDeletionVectors(context.storage, deleted)
  return marked.filter((each) => each.deletionVector!.cardinality !== recordsOf(each))
}

/** The file with its number of rows in its statistics, which a deletion vector needs. */
async function counted({ session, targetOf }: Merge, file: AddFile): Promise<AddFile> {
  if (recordsOf(file) !== undefined) return file
  const live = Number(await countRows(session, await targetOf([file])))
  return withRecords(file, live + (file.deletionVector?.cardinality ?? 0))
}

async function countRows(session: RowSession, input: Relation): Promise<bigint> {
  const expressions = [alias(call('count', intLiteral(1)), 'rows')]
  const [row] = await session.rows(aggregate(input, [], expressions))
  return row![0] as bigint
}
