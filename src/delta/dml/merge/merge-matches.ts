import { PipelineError } from '../../../errors/index.ts'
import {
  aggregate,
  alias,
  attribute,
  call,
  conjunction,
  filter,
  intLiteral,
  longLiteral,
  nullLiteral,
  project,
  unionAll,
} from '../../../plan/build.ts'
import type { Expression } from '../../../plan/expression.ts'
import type { Join, Relation } from '../../../plan/relation.ts'
import { FILE_INDEX, ROW_POSITION } from '../../../plan/scan.ts'
import { LONG } from '../../../types/data-type.ts'
import type { RowSession } from '../../row-engine.ts'
import { decidingClause, type ResolvedClause } from './merge-actions.ts'
import { SOURCE_ROW } from './merge-scope.ts'

/** Columns of matches and touched rows: a target row, the source row that it matches, and the clause that takes it. */
export const TOUCHED = {
  file: '_touched_file',
  position: '_touched_position',
  source: '_touched_source',
  clause: '_touched_clause',
} as const

export interface MergeMatches {
  /** Target rows that a clause updates or deletes, each once; the source row is NULL where none matches. */
  readonly touched: Relation | undefined
  /** Every match, for what has none; undefined where nothing asks. */
  readonly matched: Relation | undefined
  readonly counts: readonly TouchedCount[]
}

/** Rows of one file that one clause takes. */
export interface TouchedCount {
  readonly file: number
  readonly clause: number
  readonly rows: bigint
}

export interface MatchInput {
  /** Rows that may match. */
  readonly target: Relation
  /** All rows, where those without a match are changed. */
  readonly wholeTarget: Relation | undefined
  readonly source: Relation
  readonly condition: Expression
  readonly clauses: readonly ResolvedClause[]
  readonly tableName: string
}

/**
 * Joins target and source on the condition. Throws DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE where several
 * source rows would change one target row, other than all deleting it.
 */
export async function findMatches(session: RowSession, input: MatchInput): Promise<MergeMatches> {
  const { clauses } = input
  const has = (when: ResolvedClause['when']) => clauses.some((each) => each.when === when)
  const parts: Relation[] = []
  let matched: Relation | undefined
  if (has('matched') || has('notMatchedBySource')) {
    const needsAll = has('notMatched') || has('notMatchedBySource')
    matched = (await session.stage(matches(input, needsAll))).scan
    parts.push(await eachOnce(session, filter(matched, call('isnotnull', attribute(TOUCHED.clause))), input))
  }
  const { wholeTarget } = input
  if (wholeTarget && matched) {
    parts.push((await session.stage(withoutSource(wholeTarget, matched, clauses))).scan)
  }
  const touched = parts.length === 0 ? undefined : unionAll(parts)
  return { touched, matched, counts: touched === undefined ? [] : await countTouched(session, touched) }
}

function matches({ target, source, condition, clauses }: MatchInput, needsAll: boolean): Relation {
  const joined: Join = { kind: 'Join', left: target, right: source, joinType: 'inner', condition }
  const rows = project(joined, [
    alias(attribute(FILE_INDEX), TOUCHED.file),
    alias(attribute(ROW_POSITION), TOUCHED.position),
    alias(attribute(SOURCE_ROW), TOUCHED.source),
    alias(decidingClause(clauses, 'matched'), TOUCHED.clause),
  ])
  return needsAll ? rows : filter(rows, call('isnotnull', attribute(TOUCHED.clause)))
}

/** Target rows without a match that a clause takes. */
function withoutSource(
  wholeTarget: Relation,
  matched: Relation,
  clauses: readonly ResolvedClause[],
): Relation {
  const unmatched: Join = {
    kind: 'Join',
    left: wholeTarget,
    right: matched,
    joinType: 'left anti',
    condition: isTouched(),
  }
  const rows = project(unmatched, [
    alias(attribute(FILE_INDEX), TOUCHED.file),
    alias(attribute(ROW_POSITION), TOUCHED.position),
    alias(nullLiteral(LONG), TOUCHED.source),
    alias(decidingClause(clauses, 'notMatchedBySource'), TOUCHED.clause),
  ])
  return filter(rows, call('isnotnull', attribute(TOUCHED.clause)))
}

/** That a target row is the one that a row of matches names. */
export function isTouched(): Expression {
  return conjunction([
    call('=', attribute(FILE_INDEX), attribute(TOUCHED.file)),
    call('=', attribute(ROW_POSITION), attribute(TOUCHED.position)),
  ])
}

async function eachOnce(
  session: RowSession,
  changed: Relation,
  { clauses, tableName }: MatchInput,
): Promise<Relation> {
  const place = [attribute(TOUCHED.file), attribute(TOUCHED.position)]
  const repeated: Relation = {
    kind: 'Aggregate',
    input: changed,
    groupType: 'groupby',
    grouping: place,
    expressions: place,
    having: call('>', call('count', intLiteral(1)), longLiteral(1n)),
  }
  const [first] = await session.rows({ kind: 'Limit', input: repeated, limit: intLiteral(1) })
  if (first === undefined) return changed
  const own = clauses.filter((each) => each.when === 'matched')
  if (own.length === 1 && own[0]!.kind === 'delete' && own[0]!.condition === undefined) {
    return {
      kind: 'Deduplicate',
      input: changed,
      columns: [TOUCHED.file, TOUCHED.position],
      withinWatermark: false,
    }
  }
  throw new PipelineError('DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE', { table: tableName })
}

async function countTouched(session: RowSession, touched: Relation): Promise<TouchedCount[]> {
  const group = [attribute(TOUCHED.file), attribute(TOUCHED.clause)]
  const rows = await session.rows(
    aggregate(touched, group, [...group, alias(call('count', intLiteral(1)), 'rows')]),
  )
  return rows.map(([file, clause, count]) => ({
    file: Number(file),
    clause: Number(clause),
    rows: count as bigint,
  }))
}
