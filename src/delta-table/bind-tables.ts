import type { Relation } from '../plan/relation.ts'
import { childrenOf, expressionsOf, transform, walkExpression } from '../plan/rewrite.ts'
import { isBuiltInTableFunction, unknownTableFunction } from '../plan/table-functions.ts'
import type { TableLeaf } from './workspace.ts'

/**
 * A query with the tables that it names in the place of their names. Common table expressions stay as they are.
 * Throws UNRESOLVABLE_TABLE_VALUED_FUNCTION, and what `scan` throws.
 */
export async function bindTables(
  query: Relation,
  scan: (leaf: TableLeaf) => Promise<Relation>,
): Promise<Relation> {
  const bound = new Map<Relation, Relation>()
  for (const leaf of tableLeaves(query, new Set())) bound.set(leaf, await scan(leaf))
  return transform(query, (node) => bound.get(node) ?? node)
}

/** Leaves that are tables; `shadowed` are the names that enclosing WITH clauses define. */
function* tableLeaves(relation: Relation, shadowed: ReadonlySet<string>): Generator<TableLeaf> {
  if (relation.kind === 'With') return yield* leavesOfWith(relation, shadowed)
  if (relation.kind === 'Read') {
    const isLocal = relation.name.length === 1 && shadowed.has(relation.name[0]!.toLowerCase())
    if (!isLocal) yield relation
  }
  if (relation.kind === 'DataSource') yield relation
  if (relation.kind === 'TableValuedFunction' && !isBuiltInTableFunction(relation.name)) {
    throw unknownTableFunction(relation)
  }
  for (const child of childrenOf(relation)) yield* tableLeaves(child, shadowed)
  for (const expression of expressionsOf(relation)) {
    for (const node of walkExpression(expression)) {
      if (node.kind === 'SubqueryExpression') yield* tableLeaves(node.plan, shadowed)
    }
  }
}

function* leavesOfWith(
  relation: Extract<Relation, { kind: 'With' }>,
  shadowed: ReadonlySet<string>,
): Generator<TableLeaf> {
  const names = new Set(shadowed)
  for (const { name, query } of relation.definitions) {
    yield* tableLeaves(query, names)
    names.add(name.toLowerCase())
  }
  yield* tableLeaves(relation.input, names)
}
