import type { ResolvedDataset, ResolvedFlow, ResolvedGraph } from '../graph/resolved-graph.ts'
import type { Read, Relation, With } from '../plan/relation.ts'
import { childrenOf, mapExpressions, transform, transformExpression, withChildren } from '../plan/rewrite.ts'
import { formatTableName } from '../plan/table-name.ts'

/** A flow's query with the views that it reads in their places, each with its rules on top. */
export function inlineViews(query: Relation, graph: ResolvedGraph): Relation {
  return transform(query, (node) => {
    if (node.kind !== 'Read') return node
    const view = viewNamed(graph, node.name)
    if (view === undefined) return node
    const definition = graph.flows.find((flow) => flow.target === view.identifier)!
    const input = withRules(inlineViews(definition.query, graph), view)
    return { kind: 'SubqueryAlias', input, alias: node.name.at(-1)!, position: node.position }
  })
}

/** A dataset's query with its rules on top. */
export function withRules(input: Relation, { identifier, rules }: ResolvedDataset): Relation {
  return rules.length === 0 ? input : { kind: 'Expect', input, dataset: identifier, rules }
}

/**
 * Whether a flow counts the rules of a dataset: those of its target, and of a view when it is the first, in the graph's
 * order, of the flows that read it, so that each row is reported, and quarantined, once.
 */
export function countsRulesOf(flow: ResolvedFlow, dataset: string, graph: ResolvedGraph): boolean {
  if (dataset === flow.target) return true
  const first = graph.flows.find((each) => each.kind !== 'view' && viewsBelow(each, graph).has(dataset))
  return first?.identifier === flow.identifier
}

/** Identifiers of all views that a flow reads, directly or through other views. */
export function viewsBelow(flow: ResolvedFlow, graph: ResolvedGraph): Set<string> {
  const found = new Set<string>()
  const visit = (inputs: readonly string[]) => {
    for (const input of inputs) {
      const view = graph.datasets.find((each) => each.identifier === input && isView(each))
      if (view === undefined || found.has(input)) continue
      found.add(input)
      for (const each of graph.flows) if (each.target === input) visit(each.inputs)
    }
  }
  visit(flow.inputs)
  return found
}

export function isView(dataset: ResolvedDataset): boolean {
  return dataset.kind === 'temporary_view' || dataset.kind === 'persisted_view'
}

function viewNamed(graph: ResolvedGraph, name: readonly string[]): ResolvedDataset | undefined {
  const key = formatTableName(name).toLowerCase()
  return graph.datasets.find((each) => isView(each) && each.identifier.toLowerCase() === key)
}

/** Common table expressions in their places: a plan that is evaluated operator by operator cannot refer by name. */
export function inlineCtes(relation: Relation, scope: ReadonlyMap<string, Relation> = new Map()): Relation {
  if (relation.kind === 'With') return inlineCtes(relation.input, definitionsOf(relation, scope))
  if (relation.kind === 'Read' && relation.name.length === 1) return referenced(relation, scope)
  const rewritten = withChildren(
    relation,
    childrenOf(relation).map((child) => inlineCtes(child, scope)),
  )
  return mapExpressions(rewritten, (expression) =>
    transformExpression(expression, (node) =>
      node.kind === 'SubqueryExpression' ? { ...node, plan: inlineCtes(node.plan, scope) } : node,
    ),
  )
}

function definitionsOf(relation: With, outer: ReadonlyMap<string, Relation>): Map<string, Relation> {
  const scope = new Map(outer)
  for (const { name, columns, query } of relation.definitions) {
    const input = inlineCtes(query, scope)
    scope.set(name.toLowerCase(), { kind: 'SubqueryAlias', input, alias: name, columns })
  }
  return scope
}

function referenced(read: Read, scope: ReadonlyMap<string, Relation>): Relation {
  return scope.get(read.name[0]!.toLowerCase()) ?? read
}
