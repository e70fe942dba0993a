import type { Read, Relation } from '../plan/relation.ts'
import { childrenOf, mapExpressions, transformExpression, withChildren } from '../plan/rewrite.ts'

/**
 * A query in which every Read of a dataset or table is what `resolve` makes of it, in subqueries too. Names of common table
 * expressions are left as they are.
 */
export function qualifyReads(relation: Relation, resolve: (read: Read) => Read): Relation {
  return qualify(relation, resolve, NO_NAMES)
}

const NO_NAMES: ReadonlySet<string> = new Set()

function qualify(
  relation: Relation,
  resolve: (read: Read) => Read,
  definitions: ReadonlySet<string>,
): Relation {
  if (relation.kind === 'Read') return isDefinition(relation, definitions) ? relation : resolve(relation)
  if (relation.kind === 'With') return qualifyWith(relation, resolve, definitions)
  const children = childrenOf(relation).map((child) => qualify(child, resolve, definitions))
  return mapExpressions(withChildren(relation, children), (expression) =>
    transformExpression(expression, (node) =>
      node.kind === 'SubqueryExpression' ? { ...node, plan: qualify(node.plan, resolve, definitions) } : node,
    ),
  )
}

/** Each definition sees those before it; the query sees all of them. */
function qualifyWith(
  relation: Extract<Relation, { kind: 'With' }>,
  resolve: (read: Read) => Read,
  outer: ReadonlySet<string>,
): Relation {
  const names = new Set(outer)
  const definitions = relation.definitions.map((each) => {
    const query = qualify(each.query, resolve, new Set(names))
    names.add(each.name.toLowerCase())
    return { ...each, query }
  })
  return { ...relation, definitions, input: qualify(relation.input, resolve, names) }
}

function isDefinition({ name }: Read, definitions: ReadonlySet<string>): boolean {
  return name.length === 1 && definitions.has(name[0]!.toLowerCase())
}
