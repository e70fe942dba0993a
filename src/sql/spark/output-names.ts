import type { Expression } from '../../plan/expression.ts'
import type { Join, Relation } from '../../plan/relation.ts'
import type { LeafColumns } from './expand-columns.ts'

/**
 * The names of a relation's columns as far as they can be told without types; undefined when one is not known, or
 * when two are the same and so cannot be named apart.
 */
export function outputNames(relation: Relation, leafColumns: LeafColumns): readonly string[] | undefined {
  const names = namesOf(relation, leafColumns)
  const distinct = new Set(names?.map((name) => name.toLowerCase()))
  return distinct.size === names?.length ? names : undefined
}

function namesOf(relation: Relation, leafColumns: LeafColumns): readonly string[] | undefined {
  const of = (input: Relation) => outputNames(input, leafColumns)
  switch (relation.kind) {
    case 'Read':
    case 'DataSource':
    case 'TableValuedFunction':
      return leafColumns(relation)
    case 'Scan':
      return relation.schema.fields.map(({ name }) => name)
    case 'LocalRelation':
      return relation.columns
    case 'Project':
    case 'Aggregate':
      return all(relation.expressions.map((each) => expressionNames(each, relation.input, of)))
    case 'SubqueryAlias':
      return relation.columns ?? of(relation.input)
    case 'SetOperation':
      return of(relation.left)
    case 'Join':
      return joinNames(relation, of)
    case 'Generate':
      return relation.columns.length === 0 ? undefined : all([of(relation.input), relation.columns])
    case 'WithWatermark':
      return all([of(relation.input), relation.eventTime.kind === 'Alias' ? [relation.eventTime.name] : []])
    case 'With':
    case 'WithColumns':
    case 'WithColumnsRenamed':
    case 'Drop':
      return undefined
    default:
      return of(relation.input)
  }
}

function joinNames(
  { left, right, joinType, usingColumns, isNatural }: Join,
  of: (input: Relation) => readonly string[] | undefined,
): readonly string[] | undefined {
  if (joinType === 'left semi' || joinType === 'left anti') return of(left)
  return usingColumns !== undefined || isNatural ? undefined : all([of(left), of(right)])
}

function expressionNames(
  expression: Expression,
  input: Relation,
  of: (input: Relation) => readonly string[] | undefined,
): readonly string[] | undefined {
  switch (expression.kind) {
    case 'Alias':
      return [expression.name]
    case 'UnresolvedAttribute':
      return [expression.parts.at(-1)!]
    case 'UnresolvedStar': {
      if (expression.target !== undefined) return undefined
      const except = new Set(expression.except?.map((parts) => parts.join('.').toLowerCase()))
      return of(input)?.filter((name) => !except.has(name.toLowerCase()))
    }
    default:
      return undefined
  }
}

function all(lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  return lists.every((list) => list !== undefined) ? lists.flat() : undefined
}
