import { aggregate, alias, attribute, call, filter, intLiteral } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { FILE_INDEX, ROW_POSITION } from '../../plan/scan.ts'
import { readPositions } from '../deletion-vector/read-positions.ts'
import { fileMayMatch, filesWhere, partitionFilter } from '../files/file-match.ts'
import { liveRecordsOf } from '../files/record-count.ts'
import type { AddFile } from '../log/actions.ts'
import type { RowSession } from '../row-engine.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import type { Transaction } from '../transaction.ts'
import { targetRows } from './target-rows.ts'

/** Which rows a command is about. */
export interface RowChoice {
  readonly snapshot: Snapshot
  /** By default all rows. A row is chosen where it is TRUE. */
  readonly condition: Expression | undefined
  /** The name by which the condition may qualify the table's columns. */
  readonly alias: string | undefined
}

/** The files that hold chosen rows. */
export interface MatchingRows {
  /** Files of which all rows are chosen. */
  readonly whole: readonly AddFile[]
  /** Files of which some are. */
  readonly partial: readonly PartialFile[]
  readonly rowCount: bigint
}

export interface PartialFile {
  readonly file: AddFile
  /** Positions of the chosen rows, where they were asked for. */
  readonly rows?: Float64Array
  /** How many are chosen. */
  readonly count: number
  /** Rows of the file before the command, deleted ones left out. */
  readonly live: number
}

/**
 * Finds the files with chosen rows: by the log alone where partition values decide, else in one pass over the columns of the
 * condition in the files that may match. Registers with the transaction what was read.
 */
export async function findMatchingRows(
  session: RowSession,
  context: TableContext,
  transaction: Transaction,
  choice: RowChoice,
  wantsPositions: boolean,
): Promise<MatchingRows> {
  const { snapshot, condition } = choice
  if (condition === undefined) {
    transaction.readsWholeTable()
    return wholeFiles(session, context, choice, [...snapshot.files()])
  }
  const options = choice.alias === undefined ? {} : { alias: choice.alias }
  const mayMatch = fileMayMatch(snapshot.metadata, condition, options)
  const candidates = filesWhere(snapshot, mayMatch)
  transaction.readFiles(candidates, mayMatch)
  const matchesWhole = partitionFilter(snapshot.metadata, condition, options)
  const whole = await wholeFiles(session, context, choice, candidates.filter(matchesWhole))
  const scanned = await scanFiles(
    session,
    context,
    choice,
    candidates.filter((file) => !matchesWhole(file)),
    wantsPositions,
  )
  return {
    whole: [...whole.whole, ...scanned.whole],
    partial: scanned.partial,
    rowCount: whole.rowCount + scanned.rowCount,
  }
}

async function wholeFiles(
  session: RowSession,
  context: TableContext,
  choice: RowChoice,
  files: readonly AddFile[],
): Promise<MatchingRows> {
  const live = await liveRecords(session, context, choice, files)
  const rowCount = BigInt(live.reduce((sum, each) => sum + each, 0))
  return { whole: files, partial: [], rowCount }
}

async function scanFiles(
  session: RowSession,
  context: TableContext,
  choice: RowChoice,
  files: readonly AddFile[],
  wantsPositions: boolean,
): Promise<MatchingRows> {
  if (files.length === 0) return { whole: [], partial: [], rowCount: 0n }
  const { relation } = await targetRows(context, choice, files)
  const chosen = filter(relation, choice.condition!)
  const counts = wantsPositions ? await positionsIn(session, chosen) : await countsIn(session, chosen)
  const touched = [...counts].map(([index, found]) => ({ file: files[index]!, ...found }))
  const live = await liveRecords(
    session,
    context,
    choice,
    touched.map((each) => each.file),
  )
  const all = touched.map((each, i) => ({ ...each, live: live[i]! }))
  return {
    whole: all.filter((each) => each.count === each.live).map((each) => each.file),
    partial: all.filter((each) => each.count < each.live),
    rowCount: BigInt(all.reduce((sum, each) => sum + each.count, 0)),
  }
}

type Found = Pick<PartialFile, 'rows' | 'count'>

async function positionsIn(session: RowSession, chosen: Relation): Promise<Map<number, Found>> {
  const place = { file: attribute(FILE_INDEX), position: attribute(ROW_POSITION) }
  const positions = await readPositions(session, chosen, place)
  return new Map([...positions].map(([index, rows]) => [index, { rows, count: rows.length }]))
}

async function countsIn(session: RowSession, chosen: Relation): Promise<Map<number, Found>> {
  const rows = await session.rows(
    aggregate(
      chosen,
      [attribute(FILE_INDEX)],
      [attribute(FILE_INDEX), alias(call('count', intLiteral(1)), 'rows')],
    ),
  )
  return new Map(rows.map(([index, count]) => [Number(index), { count: Number(count) }]))
}

/** Rows of each file that are not deleted: from its statistics, else counted. */
async function liveRecords(
  session: RowSession,
  context: TableContext,
  choice: RowChoice,
  files: readonly AddFile[],
): Promise<number[]> {
  const unknown = files.filter((each) => liveRecordsOf(each) === undefined)
  const { relation } = await targetRows(context, choice, unknown)
  const counts = unknown.length === 0 ? new Map<number, Found>() : await countsIn(session, relation)
  return files.map((each) => liveRecordsOf(each) ?? counts.get(unknown.indexOf(each))?.count ?? 0)
}
