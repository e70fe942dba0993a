import { columnNames } from '../../plan/analyzer/analyze.ts'
import { attribute, project } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { ColumnName, Relation } from '../../plan/relation.ts'
import { BOUND_CONTEXT } from './batch.ts'

/** The names above a relation that reach one column each, those of `*` first. */
export function reachableNames(relation: Relation): readonly ColumnName[] {
  const names = columnNames(relation, BOUND_CONTEXT)
  return names.filter((each) => each.isListed || each.qualifier.length > 0)
}

/** A relation's columns, those that `*` leaves out too, under other names. */
export function underColumns(
  relation: Relation,
  names: readonly ColumnName[],
  columns: readonly string[],
  more: readonly string[] = [],
): Relation {
  const unlisted = names.filter((each) => !each.isListed)
  const expressions: Expression[] = [
    { kind: 'UnresolvedStar' },
    ...unlisted.map((each) => attribute(...each.qualifier, each.name)),
    ...more.map((each) => attribute(each)),
  ]
  const input = project(relation, expressions)
  return { kind: 'SubqueryAlias', input, alias: 'side', columns: [...columns, ...more] }
}

/** Names that no two columns share, nor one with a column beside them, whatever their case. */
export function uniqueNames(names: readonly ColumnName[], beside: readonly string[] = []): readonly string[] {
  const taken = new Set(beside)
  return names.map(({ name }) => {
    let unique = name
    for (let n = 2; taken.has(unique.toLowerCase()); n++) unique = `${name}_${n}`
    taken.add(unique.toLowerCase())
    return unique
  })
}
