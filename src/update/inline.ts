import type { ResolvedDataset, ResolvedFlow, ResolvedGraph } from '../graph/resolved-graph.ts'
import { call, conjunction, filter } from '../plan/build.ts'
import type { Read, Relation, Rule, With } from '../plan/relation.ts'
import { childrenOf, mapExpressions, transform, transformExpression, withChildren } from '../plan/rewrite.ts'
import { formatTableName } from '../plan/table-name.ts'

/** What a flow does with the rules of a view that it reads: counts them, or only lets pass what they allow. */
export type RuleUse = 'count' | 'filter'

/**
 * A flow's query with the views that it reads in their places. A view's rules are counted in one of the flows that read
 * it, so that each row is reported, and quarantined, once an update.
 */
export function inlineViews(
  query: Relation,
  graph: ResolvedGraph,
  useOf: (view: ResolvedDataset) => RuleUse,
): Relation {
  return transform(query, (node) => {
    if (node.kind !== 'Read') return node
    const view = viewNamed(graph, node.name)
    if (view === undefined) return node
    const definition = graph.flows.find((flow) => flow.target === view.identifier)!
    const input = withRules(inlineViews(definition.query, graph, useOf), view, useOf(view))
    return { kind: 'SubqueryAlias', input, alias: node.name.at(-1)!, position: node.position }
  })
}

/** The flow that counts a view's rules: the first, in the graph's order, that reads the view directly or through others. */
export function countingFlow(view: ResolvedDataset, graph: ResolvedGraph): ResolvedFlow | undefined {
  return graph.flows.find((flow) => flow.kind !== 'view' && viewsBelow(flow, graph).has(view.identifier))
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

function withRules(query: Relation, view: ResolvedDataset, use: RuleUse): Relation {
  if (view.rules.length === 0) return query
  if (use === 'count') return { kind: 'Expect', input: query, dataset: view.identifier, rules: view.rules }
  const rejecting = view.rules.filter((rule) => rule.action !== 'warn')
  return rejecting.length === 0 ? query : filter(query, conjunction(rejecting.map(isTrue)))
}

function isTrue(rule: Rule): ReturnType<typeof call> {
  return call('coalesce', rule.condition, {
    kind: 'Literal',
    value: false,
    dataType: { kind: 'boolean' },
  })
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
