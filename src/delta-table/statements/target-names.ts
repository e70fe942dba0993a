import type { Expression } from '../../plan/expression.ts'
import { mapExpressions, transform, transformExpression } from '../../plan/rewrite.ts'
import { sameName } from '../../types/same-name.ts'
import type { TableLeaf } from '../workspace.ts'

/** How a statement calls the table that it changes. */
export interface TargetNames {
  /** What columns of the table may be qualified with: its alias, or else the last part of its name, which a path is. */
  readonly alias: string
  /** An expression in which names of columns that begin with the table's full name begin with `alias`. */
  readonly shortened: (expression: Expression) => Expression
  /** The same for the name of a column. */
  readonly shortName: (parts: readonly string[]) => readonly string[]
}

/** A table with an alias goes by that alone. */
export function targetNames({
  table,
  alias,
}: {
  readonly table: TableLeaf
  readonly alias?: string
}): TargetNames {
  const name = alias !== undefined ? [alias] : nameOf(table)
  const shortName = (parts: readonly string[]) => parts.slice(extraParts(parts, name))
  return { alias: name.at(-1)!, shortName, shortened: (each) => shortened(each, shortName) }
}

function nameOf(table: TableLeaf): readonly string[] {
  return table.kind === 'Read' ? table.name : [table.format, table.paths[0]!]
}

/** How many parts of a column's name stand before the last part of the table's. */
function extraParts(parts: readonly string[], name: readonly string[]): number {
  const same = (given: readonly string[]) =>
    given.length < parts.length && given.every((part, place) => sameName(part, parts[place]!))
  for (let extra = name.length - 1; extra > 0; extra--) if (same(name.slice(-extra - 1))) return extra
  return 0
}

function shortened(expression: Expression, shortName: TargetNames['shortName']): Expression {
  const inner = (each: Expression) => shortened(each, shortName)
  return transformExpression(expression, (node) => {
    if (node.kind === 'UnresolvedAttribute') return { ...node, parts: shortName(node.parts) }
    if (node.kind !== 'SubqueryExpression') return node
    return { ...node, plan: transform(node.plan, (each) => mapExpressions(each, inner)) }
  })
}
