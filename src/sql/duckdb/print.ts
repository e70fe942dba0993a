import { columnsOf, expressionsOf, inputsOf, visitExpression } from '../../plan/analyzer/walk.ts'
import type { ResolvedExpression, ResolvedRelation } from '../../plan/resolved.ts'
import type { PrintContext, Printer } from './printer.ts'
import { queryText } from './query.ts'

export type { PrintContext } from './printer.ts'

/**
 * A resolved query as DuckDB SQL, with exactly the types of its schema and Spark's values. It needs the prelude
 * (`preludeSql`) in the database. Output columns keep their names and order; a name may repeat.
 */
export function printDuckdb(resolved: ResolvedRelation, context: PrintContext): string {
  let names = 0
  let aliases = 0
  const printer: Printer = {
    context,
    needed: neededColumns(resolved),
    freshName: () => `v${++names}_`,
    freshAlias: () => `t${++aliases}`,
    subquery: (plan, place) => queryText(plan, printer, place, place.named),
  }
  return queryText(resolved, printer, undefined)
}

/**
 * Ids of the columns that the result or some expression reads: the others are not printed. Relations are gone through from
 * the top, so that what only an unread column reads is not read either.
 */
function neededColumns(resolved: ResolvedRelation): ReadonlySet<number> {
  const needed = new Set<number>()
  readOutput(resolved, needed)
  visitDown(resolved, needed)
  return needed
}

function readOutput(relation: ResolvedRelation, needed: Set<number>): void {
  for (const { id } of relation.output) needed.add(id)
}

function visitDown(relation: ResolvedRelation, needed: Set<number>): void {
  for (const expression of readExpressions(relation, needed)) {
    for (const id of columnsOf(expression)) needed.add(id)
    visitExpression(expression, (node) => {
      if (node.kind === 'Subquery') {
        readOutput(node.plan, needed)
        visitDown(node.plan, needed)
      }
      return undefined
    })
  }
  if (relation.kind === 'Deduplicate') {
    for (const id of relation.keys ?? relation.output.map((each) => each.id)) needed.add(id)
  }
  const inputs = inputsOf(relation)
  const readsAll = relation.kind === 'SetOperation' || relation.kind === 'With'
  if (readsAll) for (const input of inputs) readOutput(input, needed)
  // A right side may read columns of the left one, a query its definitions: the later one first.
  for (const input of inputs.toReversed()) visitDown(input, needed)
}

function readExpressions(
  relation: ResolvedRelation,
  needed: ReadonlySet<number>,
): readonly ResolvedExpression[] {
  if (relation.kind !== 'Project' && relation.kind !== 'Aggregate') return expressionsOf(relation)
  const read = relation.expressions.filter((each) => needed.has(each.column.id))
  const keys = relation.kind === 'Aggregate' ? relation.grouping : []
  return [...keys, ...read.map((each) => each.expression)]
}
