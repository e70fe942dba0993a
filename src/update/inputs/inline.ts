import { applicableRemovals, resolveAutoCdc } from '../../auto-cdc/index.ts'
import type { ResolvedDataset, ResolvedFlow, ResolvedGraph } from '../../graph/resolved-graph.ts'
import { call, FALSE } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Read, Relation, With } from '../../plan/relation.ts'
import { childrenOf, mapExpressions, transformExpression, withChildren } from '../../plan/rewrite.ts'
import { formatTableName } from '../../plan/table-name.ts'
import { datasetOf, flowsInto, viewNamed } from '../graph-index.ts'

/** A flow's query with the views that it reads in their places, each with its rules on top. */
export function inlineViews(query: Relation, graph: ResolvedGraph): Relation {
  return viewsInPlace(query, graph, new Set())
}

/** A flow's query as it is run: its views in their places, and of a stream the common table expressions too. */
export function flowQuery(flow: ResolvedFlow, graph: ResolvedGraph): Relation {
  const query = inlineViews(flow.query, graph)
  return flow.kind === 'materialized_view' || flow.once ? query : inlineCtes(query)
}

/** A dataset's query with its rules on top. */
function withRules(input: Relation, { identifier, rules }: ResolvedDataset): Relation {
  return rules.length === 0 ? input : { kind: 'Expect', input, dataset: identifier, rules }
}

/**
 * A flow's query with the rules of its target on top. Those of a target of change events judge what becomes a row of it:
 * deletes and truncates pass, but for those that cannot be applied.
 */
export function withTargetRules(
  query: Relation,
  { name, target, autoCdc, querySchema }: ResolvedFlow,
  graph: ResolvedGraph,
): Relation {
  const dataset = datasetOf(graph, target)
  if (autoCdc === undefined || dataset.rules.length === 0) return withRules(query, dataset)
  const names = { flowName: name, tableName: target }
  const spared = applicableRemovals(resolveAutoCdc(autoCdc, querySchema!, names))
  const rules = dataset.rules.map((rule) => {
    const passes = (condition: Expression, each: Expression) =>
      call('or', call('coalesce', each, FALSE), condition)
    const { position } = rule.condition
    return { ...rule, condition: { ...spared.reduce(passes, rule.condition), position } }
  })
  return withRules(query, { ...dataset, rules })
}

/** `shadowed` holds the names, in lower case, of common table expressions that hide views of the same name. */
function viewsInPlace(query: Relation, graph: ResolvedGraph, shadowed: ReadonlySet<string>): Relation {
  if (query.kind === 'Read') return shadowed.has(keyOf(query)) ? query : viewInPlace(query, graph)
  if (query.kind !== 'With') return rebuilt(query, (each) => viewsInPlace(each, graph, shadowed))
  const names = new Set(shadowed)
  const definitions = query.definitions.map((each) => {
    const definition = { ...each, query: viewsInPlace(each.query, graph, new Set(names)) }
    names.add(each.name.toLowerCase())
    return definition
  })
  return { ...query, definitions, input: viewsInPlace(query.input, graph, names) }
}

function viewInPlace(read: Read, graph: ResolvedGraph): Relation {
  const view = viewNamed(graph, formatTableName(read.name))
  if (view === undefined) return read
  const [definition] = flowsInto(graph, view.identifier)
  const input = withRules(inlineViews(definition!.query, graph), view)
  return { kind: 'SubqueryAlias', input, alias: read.name.at(-1)!, position: read.position }
}

/** Common table expressions in their places: a plan that is evaluated operator by operator cannot refer by name. */
export function inlineCtes(relation: Relation, scope: ReadonlyMap<string, Relation> = new Map()): Relation {
  if (relation.kind === 'With') return inlineCtes(relation.input, definitionsOf(relation, scope))
  if (relation.kind === 'Read') return scope.get(keyOf(relation)) ?? relation
  return rebuilt(relation, (each) => inlineCtes(each, scope))
}

function definitionsOf(relation: With, outer: ReadonlyMap<string, Relation>): Map<string, Relation> {
  const scope = new Map(outer)
  for (const { name, columns, query } of relation.definitions) {
    const input = inlineCtes(query, scope)
    scope.set(name.toLowerCase(), { kind: 'SubqueryAlias', input, alias: name, columns })
  }
  return scope
}

/** The name by which a common table expression is read; names of tables have several parts. */
function keyOf({ name }: Read): string {
  return name.length === 1 ? name[0]!.toLowerCase() : ''
}

/** The same node over changed inputs, those of its subqueries included. */
function rebuilt(relation: Relation, change: (input: Relation) => Relation): Relation {
  const rewritten = withChildren(relation, childrenOf(relation).map(change))
  return mapExpressions(rewritten, (expression) =>
    transformExpression(expression, (node) =>
      node.kind === 'SubqueryExpression' ? { ...node, plan: change(node.plan) } : node,
    ),
  )
}
