import {
  alias,
  attribute,
  call,
  filter,
  intLiteral,
  project,
  selectColumns,
  stringLiteral,
} from '../../../plan/build.ts'
import type { Relation } from '../../../plan/relation.ts'
import { CHANGE_TYPE } from '../../change-feed/change-columns.ts'
import { hasChangeFeed, type WrittenChanges, writeChangeFiles } from '../../change-feed/write-change-files.ts'
import { writeDeletionVectors } from '../../deletion-vector/write-deletion-vectors.ts'
import type { AddFile } from '../../log/actions.ts'
import { prepareRows } from '../../write/prepare-rows.ts'
import { type WrittenRows, writeRows } from '../../write/write-rows.ts'
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
import { unionAll } from './merge-scope.ts'

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
  const usesVectors = metadata.configuration['delta.enableDeletionVectors']?.toLowerCase() === 'true'
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
  if (parts.length === 0) return { adds: [], rowCount: 0n, identityMarks: {} }
  const columns = scope.newSchema.fields.map((each) => each.name)
  const names = [...columns, ...Object.values(scope.rowIdentity ?? {})]
  const query = unionAll(parts.map((each) => selectColumns(each, names)))
  return writeRows(session, context.storage, query, transaction.metadata, { rowIdentity: true })
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
  const count = alias(call('count', intLiteral(1)), 'rows')
  const [row] = await session.rows({
    kind: 'Aggregate',
    input: taken,
    groupType: 'groupby',
    grouping: [],
    expressions: [count],
  })
  return row![0] as bigint
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
async function markDeleted({ session, files, context }: Merge, touched: Relation): Promise<AddFile[]> {
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
  const vectors = [...positions].map(([file, rows]) => ({
    file: files[file]!,
    rows: Float64Array.from(rows),
  }))
  const marked = await writeDeletionVectors(context.storage, vectors)
  return marked.filter((each) => each.deletionVector!.cardinality !== recordsOf(each))
}

/** Physical rows of a file, deleted ones counted, where its statistics tell. */
function recordsOf({ stats }: AddFile): number | undefined {
  const count = /"numRecords":\s*(\d+)/.exec(stats ?? '')?.[1]
  return count === undefined ? undefined : Number(count)
}
