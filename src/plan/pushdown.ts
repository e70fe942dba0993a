import { BOOLEAN } from '../types/data-type.ts'
import {
  columnsOf,
  containsWindow,
  expressionsOf,
  isAggregateCall,
  mapChildren,
  visitExpression,
} from './analyzer/walk.ts'
import { conjunctsOf } from './conjuncts.ts'
import { functionNamed } from './functions/index.ts'
import type { Scan } from './relation.ts'
import type {
  NamedExpression,
  OutputColumn,
  ResolvedDefinition,
  ResolvedExpression,
  ResolvedJoin,
  ResolvedRelation,
} from './resolved.ts'

type Conditions = readonly ResolvedExpression[]

/**
 * Conditions that every row of a Scan meets which can have a part in the query's result, all to be true; columns bear the
 * Scan's names. Rows that do not meet them may be left out. A Scan that stands in several places has the conditions under
 * which one of them reads a row.
 */
export function scanConditions(query: ResolvedRelation): ReadonlyMap<Scan, Conditions> {
  const found: Found = { scans: new Map(), references: new Map(), definitions: new Map() }
  visit(query, [], found)
  return new Map([...found.scans].map(([scan, places]) => [scan, anyOf(places)]))
}

interface Found {
  /** The conditions of each place that reads a Scan. */
  readonly scans: Map<Scan, Conditions[]>
  /** Those of each place that reads a common table expression, over its output. */
  readonly references: Map<number, Conditions[]>
  readonly definitions: Map<number, ResolvedDefinition>
}

/** `conditions` hold for all rows of `node` that matter; they stand over its columns. */
function visit(node: ResolvedRelation, conditions: Conditions, found: Found): void {
  for (const expression of expressionsOf(node)) visitSubqueries(expression, found)
  switch (node.kind) {
    case 'Leaf':
      if (node.source.kind === 'Scan') add(found.scans, node.source, namedLike(node, conditions))
      break
    case 'Reference': {
      const { output } = found.definitions.get(node.definition)!.query
      add(found.references, node.definition, renamedTo(node.output, output, conditions))
      break
    }
    case 'With':
      visitWith(node.definitions, node.input, conditions, found)
      break
    default:
      for (const [input, passing] of below(node, conditions)) visit(input, passing, found)
  }
}

type InnerRelation = Exclude<ResolvedRelation, { readonly kind: 'Leaf' | 'Reference' | 'With' }>

/** The inputs of a node with the conditions that pass it. */
function below(
  node: InnerRelation,
  conditions: Conditions,
): readonly (readonly [ResolvedRelation, Conditions])[] {
  switch (node.kind) {
    case 'Values':
      return []
    case 'Filter':
      return [[node.input, [...conditions, ...conjunctsOf(node.condition)]]]
    case 'Project':
      return [[node.input, belowProject(node.expressions, conditions)]]
    case 'Aggregate':
      return [[node.input, belowAggregate(node, conditions)]]
    case 'Join':
      return belowJoin(node, conditions)
    case 'Sort':
      return [[node.input, conditions]]
    case 'Deduplicate':
      return [[node.input, belowDeduplicate(node, conditions)]]
    case 'SetOperation':
      return [node.left, node.right].map((side) => [side, renamedTo(node.output, side.output, conditions)])
    case 'Generate':
      return [[node.input, over(idsOf(node.input), conditions)]]
    case 'Limit':
    case 'WithWatermark':
    case 'Expect':
      // Which rows these let pass, or count, depends on all of their input.
      return [[node.input, []]]
  }
}

function add<K>(places: Map<K, Conditions[]>, key: K, conditions: Conditions): void {
  const list = places.get(key)
  if (list === undefined) places.set(key, [conditions])
  else list.push(conditions)
}

function visitSubqueries(expression: ResolvedExpression, found: Found): void {
  visitExpression(expression, (node) => {
    if (node.kind === 'Subquery') visit(node.plan, [], found)
    return undefined
  })
}

/** Definitions may be read by those behind them and by the input. */
function visitWith(
  definitions: readonly ResolvedDefinition[],
  input: ResolvedRelation,
  conditions: Conditions,
  found: Found,
): void {
  for (const each of definitions) found.definitions.set(each.id, each)
  visit(input, conditions, found)
  for (const { id, query } of definitions.toReversed()) {
    visit(query, anyOf(found.references.get(id) ?? [[]]), found)
  }
}

/** An outer join keeps the rows of one side whatever the other holds; ON decides only what is found there. */
function belowJoin(
  node: ResolvedJoin,
  above: Conditions,
): readonly (readonly [ResolvedRelation, Conditions])[] {
  const on = node.condition === undefined ? [] : conjunctsOf(node.condition)
  const all = [...above, ...on]
  const sides: Record<ResolvedJoin['joinType'], readonly [Conditions, Conditions]> = {
    inner: [all, all],
    cross: [all, all],
    left: [above, on],
    right: [on, above],
    full: [[], []],
    'left semi': [all, on],
    'left anti': [above, on],
  }
  const [left, right] = sides[node.joinType]
  return [
    [node.left, over(idsOf(node.left), left)],
    [node.right, over(idsOf(node.right), right)],
  ]
}

/** One row of each key stays: conditions on the key leave out all rows of a key or none. */
function belowDeduplicate(
  { keys, withinWatermark, output }: Extract<ResolvedRelation, { kind: 'Deduplicate' }>,
  conditions: Conditions,
): Conditions {
  return withinWatermark ? [] : over(new Set(keys ?? output.map((each) => each.id)), conditions)
}

/** Conditions over the input of a projection; none pass one whose columns depend on which rows there are. */
function belowProject(expressions: readonly NamedExpression[], conditions: Conditions): Conditions {
  if (expressions.some(({ expression }) => containsWindow(expression) || isRandom(expression))) return []
  return substituted(expressions, conditions)
}

/** Conditions on grouping columns leave out whole groups. */
function belowAggregate(
  node: Extract<ResolvedRelation, { kind: 'Aggregate' }>,
  conditions: Conditions,
): Conditions {
  if (node.grouping.length === 0 || node.groupingSets !== undefined) return []
  const grouping = new Set(node.grouping.map((each) => each.id))
  const isOfGroup = ({ expression }: NamedExpression) =>
    isMovable(expression) &&
    columnsOf(expression).every((id) => grouping.has(id)) &&
    !someNode(expression, isAggregateCall)
  return substituted(node.expressions.filter(isOfGroup), conditions)
}

/** Conditions with expressions in the place of the columns that they make. */
function substituted(expressions: readonly NamedExpression[], conditions: Conditions): Conditions {
  const byId = new Map(expressions.map((each) => [each.column.id, each.expression]))
  return over(new Set(byId.keys()), conditions)
    .map((each) => mapColumns(each, (id) => byId.get(id)))
    .filter(isMovable)
}

/** The same conditions on columns of another relation, by position. */
function renamedTo(
  from: readonly OutputColumn[],
  to: readonly OutputColumn[],
  conditions: Conditions,
): Conditions {
  const byId = new Map(from.map((each, i) => [each.id, to[i]]))
  return over(new Set(byId.keys()), conditions).map((condition) =>
    mapColumns(condition, (id) => {
      const column = byId.get(id)
      return column && { kind: 'Column', ...column }
    }),
  )
}

function namedLike(node: ResolvedRelation, conditions: Conditions): Conditions {
  const columns = [...node.output, ...node.hidden]
  return renamedTo(columns, columns, conditions)
}

/** Those that stand over some of these columns alone. A condition without columns stays where it is. */
function over(ids: ReadonlySet<number>, conditions: Conditions): Conditions {
  return conditions.filter((each) => {
    const columns = columnsOf(each)
    return columns.length > 0 && columns.every((id) => ids.has(id)) && isMovable(each)
  })
}

function idsOf(node: ResolvedRelation): ReadonlySet<number> {
  return new Set([...node.output, ...node.hidden].map((each) => each.id))
}

/** True for what gives the same for a row wherever it is computed. */
function isMovable(expression: ResolvedExpression): boolean {
  return !isRandom(expression) && !someNode(expression, (node) => node.kind === 'Subquery')
}

function isRandom(expression: ResolvedExpression): boolean {
  return someNode(
    expression,
    (node) => node.kind === 'Call' && functionNamed(node.function)?.volatility === 'random',
  )
}

function someNode(expression: ResolvedExpression, test: (node: ResolvedExpression) => boolean): boolean {
  let isFound = false
  visitExpression(expression, (node) => {
    isFound ||= test(node)
    return !isFound
  })
  return isFound
}

function mapColumns(
  expression: ResolvedExpression,
  change: (id: number) => ResolvedExpression | undefined,
): ResolvedExpression {
  if (expression.kind === 'Column') return change(expression.id) ?? expression
  return mapChildren(expression, (child) => mapColumns(child, change))
}

/** What holds where the conditions of one place do. */
function anyOf(places: readonly Conditions[]): Conditions {
  if (places.some((each) => each.length === 0)) return []
  const [first, ...rest] = places
  if (rest.length === 0) return first ?? []
  return [
    places.map((each) => each.reduce((a, b) => joined('and', a, b))).reduce((a, b) => joined('or', a, b)),
  ]
}

function joined(name: 'and' | 'or', left: ResolvedExpression, right: ResolvedExpression): ResolvedExpression {
  const nullable = left.nullable || right.nullable
  return { kind: 'Call', function: name, signature: 0, arguments: [left, right], dataType: BOOLEAN, nullable }
}
