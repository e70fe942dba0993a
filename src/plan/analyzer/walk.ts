import { functionNamed } from '../functions/index.ts'
import type {
  ResolvedBoundary,
  ResolvedExpression,
  ResolvedRelation,
  ResolvedSortOrder,
} from '../resolved.ts'

type Change = (expression: ResolvedExpression) => ResolvedExpression

/** The same node over changed children; does not enter the relation of a subquery. */
export function mapChildren(node: ResolvedExpression, change: Change): ResolvedExpression {
  const sort = (order: ResolvedSortOrder) => ({ ...order, child: change(order.child) })
  switch (node.kind) {
    case 'Literal':
    case 'Column':
    case 'Parameter':
      return node
    case 'Cast':
    case 'Field':
      return { ...node, child: change(node.child) }
    case 'Lambda':
      return { ...node, body: change(node.body) }
    case 'Call':
      return {
        ...node,
        arguments: node.arguments.map(change),
        ...(node.filter === undefined ? {} : { filter: change(node.filter) }),
        ...(node.orderBy === undefined ? {} : { orderBy: node.orderBy.map(sort) }),
      }
    case 'Case':
      return {
        ...node,
        branches: node.branches.map((each) => ({
          condition: change(each.condition),
          value: change(each.value),
        })),
        ...(node.otherwise === undefined ? {} : { otherwise: change(node.otherwise) }),
      }
    case 'Window': {
      const bound = (each: ResolvedBoundary): ResolvedBoundary =>
        'value' in each ? { ...each, value: change(each.value) } : each
      const { frame } = node
      return {
        ...node,
        function: { ...node.function, arguments: node.function.arguments.map(change) },
        partitionBy: node.partitionBy.map(change),
        orderBy: node.orderBy.map(sort),
        ...(frame === undefined
          ? {}
          : { frame: { ...frame, lower: bound(frame.lower), upper: bound(frame.upper) } }),
      }
    }
    case 'Subquery':
      return node.values === undefined ? node : { ...node, values: node.values.map(change) }
  }
}

/** Calls `visit` for the expression and all below it; what stands under an expression for which it gives false is left out. */
export function visitExpression(
  expression: ResolvedExpression,
  visit: (node: ResolvedExpression) => boolean | undefined,
): void {
  if (visit(expression) === false) return
  mapChildren(expression, (child) => {
    visitExpression(child, visit)
    return child
  })
}

/** Ids of the columns that an expression reads, one for each reference; those that its subqueries read are included. */
export function columnsOf(expression: ResolvedExpression): readonly number[] {
  const found: number[] = []
  visitExpression(expression, (node) => {
    if (node.kind === 'Column') found.push(node.id)
    if (node.kind === 'Subquery') {
      visitRelations(node.plan, (each) => found.push(...expressionsOf(each).flatMap(columnsOf)))
    }
    return undefined
  })
  return found
}

/** True for a call of an aggregate function. */
export function isAggregateCall(expression: ResolvedExpression): boolean {
  return expression.kind === 'Call' && functionNamed(expression.function)?.kind === 'aggregate'
}

/** True for a call that tells of a row's grouping set. */
export function isGroupingCall(expression: ResolvedExpression): boolean {
  return expression.kind === 'Call' && /^grouping(_id)?$/.test(expression.function)
}

/** True where a window function stands in the expression. */
export function containsWindow(expression: ResolvedExpression): boolean {
  let found = false
  visitExpression(expression, (node) => {
    found ||= node.kind === 'Window'
    return !found
  })
  return found
}

/** The relations right below. */
export function inputsOf(relation: ResolvedRelation): readonly ResolvedRelation[] {
  switch (relation.kind) {
    case 'Leaf':
    case 'Values':
    case 'Reference':
      return []
    case 'Join':
    case 'SetOperation':
      return [relation.left, relation.right]
    case 'With':
      return [...relation.definitions.map((each) => each.query), relation.input]
    default:
      return [relation.input]
  }
}

/** The expressions that a node itself holds. */
export function expressionsOf(relation: ResolvedRelation): readonly ResolvedExpression[] {
  switch (relation.kind) {
    case 'Leaf':
      return relation.arguments ?? []
    case 'Values':
      return relation.rows.flat()
    case 'Project':
      return relation.expressions.map((each) => each.expression)
    case 'Aggregate':
      return [...relation.grouping, ...relation.expressions.map((each) => each.expression)]
    case 'Filter':
      return [relation.condition]
    case 'Join':
      return relation.condition === undefined ? [] : [relation.condition]
    case 'Sort':
      return relation.order.map((each) => each.child)
    case 'Limit':
      return [relation.limit, relation.offset].filter((each) => each !== undefined)
    case 'Generate':
      return [relation.generator]
    case 'Expect':
      return relation.rules.map((each) => each.condition)
    default:
      return []
  }
}

/** Visits a tree, children before parents, subqueries in expressions included. */
export function visitRelations(relation: ResolvedRelation, visit: (node: ResolvedRelation) => void): void {
  for (const input of inputsOf(relation)) visitRelations(input, visit)
  for (const expression of expressionsOf(relation)) {
    visitExpression(expression, (node) => {
      if (node.kind === 'Subquery') visitRelations(node.plan, visit)
    })
  }
  visit(relation)
}

/** A text that two expressions share exactly when they compute the same: positions and names of lambda parameters aside. */
export function keyOf(expression: ResolvedExpression): string {
  const parameters = new Map<number, number>()
  return JSON.stringify(expression, function (this: unknown, key, value: unknown) {
    if (key === 'position' || key === 'name' || key === 'nullable') return isField(this) ? value : undefined
    if (typeof value === 'bigint') return `${value}n`
    if (key === 'id' && isParameter(this)) return parameterNumber(parameters, value as number)
    return value
  })
}

function isField(node: unknown): boolean {
  return typeof node === 'object' && node !== null && 'kind' in node && node.kind === 'Field'
}

function isParameter(node: unknown): boolean {
  return typeof node === 'object' && node !== null && 'kind' in node && node.kind === 'Parameter'
}

function parameterNumber(known: Map<number, number>, id: number): number {
  const number = known.get(id) ?? known.size
  known.set(id, number)
  return number
}
