import {
  alias,
  attribute,
  call,
  caseWhen,
  filter,
  intLiteral,
  nullLiteral,
  project,
  stringLiteral,
} from '../../../plan/build.ts'
import type { Expression } from '../../../plan/expression.ts'
import type { Join, Relation } from '../../../plan/relation.ts'
import { LONG } from '../../../types/data-type.ts'
import { CHANGE_TYPE } from '../../change-feed/change-columns.ts'
import { decidingClause, type ResolvedClause } from './merge-actions.ts'
import { isTouched, TOUCHED } from './merge-matches.ts'
import { aliased, type MergeScope, oldColumn, SOURCE_ROW } from './merge-scope.ts'
import { needsNoTarget } from './merge-sides.ts'

/** Number of the clause that inserts a row. */
const INSERTED_BY = '_inserted_by'

/** Rows that updates leave: the new schema's columns and CHANGE_TYPE `update_postimage`. */
export function updatedRows(
  target: Relation,
  touched: Relation,
  scope: MergeScope,
  clauses: readonly ResolvedClause[],
): Relation {
  const places = clauses.flatMap((each, index) => (each.kind === 'update' ? [index] : []))
  // Reading the files once more is most of the work, and for UPDATE SET * in vain.
  const needsTarget =
    scope.rowIdentity !== undefined ||
    places.some((place) => clauses[place]!.values.some((each) => !needsNoTarget(each, scope)))
  const joined: Join = {
    kind: 'Join',
    left: needsTarget ? touchedRows(target, touched, places) : takenBy(touched, places),
    right: scope.source,
    joinType: 'left',
    condition: call('=', attribute(SOURCE_ROW), attribute(TOUCHED.source)),
  }
  return project(joined, [
    ...valuesBy(scope, clauses, TOUCHED.clause, places),
    ...identityColumns(scope, 'updated'),
    alias(stringLiteral('update_postimage'), CHANGE_TYPE),
  ])
}

/** Rows of the source that no row of the target matches and that a clause inserts: columns, and CHANGE_TYPE `insert`. */
export function insertedRows(
  unmatched: Relation,
  scope: MergeScope,
  clauses: readonly ResolvedClause[],
): Relation {
  const places = clauses.flatMap((each, index) => (each.kind === 'insert' ? [index] : []))
  const decided = project(unmatched, [
    { kind: 'UnresolvedStar' },
    alias(decidingClause(clauses, 'notMatched'), INSERTED_BY),
  ])
  const named = aliased(decided, scope.sourceAlias)
  return project(filter(named, call('isnotnull', attribute(INSERTED_BY))), [
    ...valuesBy(scope, clauses, INSERTED_BY, places),
    ...identityColumns(scope, 'inserted'),
    alias(stringLiteral('insert'), CHANGE_TYPE),
  ])
}

/** Source rows that are in none of the matches. */
export function unmatchedSource({ source }: MergeScope, matched: Relation): Relation {
  const condition = call('=', attribute(SOURCE_ROW), attribute(TOUCHED.source))
  return { kind: 'Join', left: source, right: matched, joinType: 'left anti', condition }
}

/** Source rows that match no row of the target. */
export function withoutMatch({ source }: MergeScope, target: Relation, condition: Expression): Relation {
  return { kind: 'Join', left: source, right: target, joinType: 'left anti', condition }
}

/** Rows of touched files that stay as they are: the new schema's columns. */
export function untouchedRows(target: Relation, touched: Relation, scope: MergeScope): Relation {
  const kept: Join = {
    kind: 'Join',
    left: target,
    right: touched,
    joinType: 'left anti',
    condition: isTouched(),
  }
  return project(kept, [
    ...scope.newSchema.fields.map((each, index) => alias(oldColumn(index), each.name)),
    ...identityColumns(scope, 'untouched'),
  ])
}

/** Updated rows keep their id, untouched ones also the version that wrote them; the rest is given by the commit. */
function identityColumns(
  { rowIdentity }: MergeScope,
  rows: 'updated' | 'inserted' | 'untouched',
): Expression[] {
  if (rowIdentity === undefined) return []
  const { rowId, rowCommitVersion } = rowIdentity
  const given = (name: string, isKept: boolean) => (isKept ? attribute(name) : alias(nullLiteral(LONG), name))
  return [given(rowId, rows !== 'inserted'), given(rowCommitVersion, rows === 'untouched')]
}

/** Rows before they were changed: the new schema's columns and CHANGE_TYPE `update_preimage` or `delete`. */
export function changedRows(
  target: Relation,
  touched: Relation,
  { newSchema }: MergeScope,
  clauses: readonly ResolvedClause[],
): Relation {
  const all = clauses.map((_each, index) => index)
  const type = caseWhen(
    clauses.map((each, index) => [
      call('=', attribute(TOUCHED.clause), intLiteral(index)),
      stringLiteral(each.kind === 'delete' ? 'delete' : 'update_preimage'),
    ]),
    stringLiteral('delete'),
  )
  return project(touchedRows(target, touched, all), [
    ...newSchema.fields.map((each, index) => alias(oldColumn(index), each.name)),
    alias(type, CHANGE_TYPE),
  ])
}

function touchedRows(target: Relation, touched: Relation, clauses: readonly number[]): Relation {
  const right = takenBy(touched, clauses)
  return { kind: 'Join', left: target, right, joinType: 'inner', condition: isTouched() }
}

function takenBy(touched: Relation, clauses: readonly number[]): Relation {
  return filter(touched, call('in', attribute(TOUCHED.clause), ...clauses.map(intLiteral)))
}

/** Each column's value by the clause that a row went to. */
function valuesBy(
  { newSchema }: MergeScope,
  clauses: readonly ResolvedClause[],
  clauseColumn: string,
  places: readonly number[],
): Expression[] {
  return newSchema.fields.map(({ name, dataType }, column) => {
    const values = places.map((place) => [place, clauses[place]!.values[column]!] as const)
    const [only] = values
    const value =
      values.length === 1
        ? only![1]
        : caseWhen(
            values.map(([place, each]) => [call('=', attribute(clauseColumn), intLiteral(place)), each]),
            nullLiteral(dataType),
          )
    return alias(value, name)
  })
}
