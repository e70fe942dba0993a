import type { Expression } from './expression.ts'
import type { Relation } from './relation.ts'

/** The relations directly below, left to right; subqueries inside expressions are not among them. */
export function childrenOf(relation: Relation): readonly Relation[] {
  switch (relation.kind) {
    case 'Read':
    case 'DataSource':
    case 'TableValuedFunction':
    case 'Scan':
    case 'LocalRelation':
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

/** The same node over other children, itself when none changed. */
export function withChildren(relation: Relation, children: readonly Relation[]): Relation {
  const before = childrenOf(relation)
  if (before.every((child, i) => child === children[i])) return relation
  switch (relation.kind) {
    case 'Read':
    case 'DataSource':
    case 'TableValuedFunction':
    case 'Scan':
    case 'LocalRelation':
      return relation
    case 'Join':
    case 'SetOperation':
      return { ...relation, left: children[0]!, right: children[1]! }
    case 'With':
      return {
        ...relation,
        definitions: relation.definitions.map((each, i) => ({ ...each, query: children[i]! })),
        input: children.at(-1)!,
      }
    default:
      return { ...relation, input: children[0]! }
  }
}

/** Rewrites a tree bottom-up, subqueries in expressions included. `change` returns the node itself to keep it. */
export function transform(relation: Relation, change: (node: Relation) => Relation): Relation {
  const rewritten = withChildren(
    relation,
    childrenOf(relation).map((child) => transform(child, change)),
  )
  return change(
    mapExpressions(rewritten, (expression) =>
      transformExpression(expression, (node) =>
        node.kind === 'SubqueryExpression' ? { ...node, plan: transform(node.plan, change) } : node,
      ),
    ),
  )
}

/** Every relation of the tree, subqueries included, children before parents. */
export function* walk(relation: Relation): Generator<Relation> {
  for (const child of childrenOf(relation)) yield* walk(child)
  for (const expression of expressionsOf(relation)) {
    for (const node of walkExpression(expression)) {
      if (node.kind === 'SubqueryExpression') yield* walk(node.plan)
    }
  }
  yield relation
}

/** The expressions that a node itself holds. */
export function expressionsOf(relation: Relation): readonly Expression[] {
  const found: Expression[] = []
  mapExpressions(relation, (expression) => {
    found.push(expression)
    return expression
  })
  return found
}

/** The same node with each of its own expressions replaced, itself when none changed. */
export function mapExpressions(relation: Relation, change: (e: Expression) => Expression): Relation {
  let changed = false
  const one = <E extends Expression>(expression: E): E => {
    const next = change(expression)
    if (next !== expression) changed = true
    return next as E
  }
  const next = mapOwn(relation, one)
  return changed ? next : relation
}

function mapOwn(relation: Relation, one: <E extends Expression>(expression: E) => E): Relation {
  switch (relation.kind) {
    case 'TableValuedFunction':
      return { ...relation, arguments: relation.arguments.map(one) }
    case 'LocalRelation':
      return { ...relation, rows: relation.rows.map((row) => row.map(one)) }
    case 'Project':
      return {
        ...relation,
        expressions: relation.expressions.map(one),
        ...(relation.qualify === undefined ? {} : { qualify: one(relation.qualify) }),
      }
    case 'Filter':
      return { ...relation, condition: one(relation.condition) }
    case 'Join':
      return relation.condition === undefined ? relation : { ...relation, condition: one(relation.condition) }
    case 'Aggregate':
      return {
        ...relation,
        grouping: relation.grouping === 'all' ? 'all' : relation.grouping.map(one),
        expressions: relation.expressions.map(one),
        ...(relation.having === undefined ? {} : { having: one(relation.having) }),
        ...(relation.qualify === undefined ? {} : { qualify: one(relation.qualify) }),
      }
    case 'Sort':
      return { ...relation, order: relation.order.map(one) }
    case 'Limit':
      return { ...relation, limit: one(relation.limit) }
    case 'Offset':
      return { ...relation, offset: one(relation.offset) }
    case 'WithWatermark':
      return { ...relation, eventTime: one(relation.eventTime) }
    case 'WithColumns':
      return {
        ...relation,
        columns: relation.columns.map((each) => ({ ...each, expression: one(each.expression) })),
      }
    case 'Generate':
      return { ...relation, generator: one(relation.generator) }
    case 'Expect':
      return {
        ...relation,
        rules: relation.rules.map((each) => ({ ...each, condition: one(each.condition) })),
      }
    default:
      return relation
  }
}

/** Rewrites an expression bottom-up; does not enter the relation of a subquery. */
export function transformExpression(
  expression: Expression,
  change: (e: Expression) => Expression,
): Expression {
  return change(mapChildExpressions(expression, (child) => transformExpression(child, change)))
}

/** The same expression over other children, itself when none changed. */
export function mapChildExpressions(
  expression: Expression,
  change: (e: Expression) => Expression,
): Expression {
  const inner = <E extends Expression>(child: E): E => change(child) as E
  const all = <E extends Expression>(list: readonly E[]): readonly E[] => sameList(list, list.map(inner))
  return sameNode(expression, mapChildren(expression, inner, all))
}

function mapChildren(
  node: Expression,
  inner: <E extends Expression>(child: E) => E,
  all: <E extends Expression>(list: readonly E[]) => readonly E[],
): Expression {
  const optional = <E extends Expression>(child: E | undefined) =>
    child === undefined ? undefined : inner(child)
  switch (node.kind) {
    case 'Literal':
    case 'UnresolvedAttribute':
    case 'UnresolvedStar':
      return node
    case 'UnresolvedFunction':
      return {
        ...node,
        arguments: all(node.arguments),
        ...(node.filter === undefined ? {} : { filter: inner(node.filter) }),
        ...(node.withinGroup === undefined ? {} : { withinGroup: all(node.withinGroup) }),
      }
    case 'Alias':
    case 'Cast':
    case 'SortOrder':
      return { ...node, child: inner(node.child) }
    case 'UnresolvedExtractValue':
      return { ...node, child: inner(node.child), extraction: inner(node.extraction) }
    case 'CaseWhen':
      return {
        ...node,
        branches: node.branches.map((each) => ({
          condition: inner(each.condition),
          value: inner(each.value),
        })),
        otherwise: optional(node.otherwise),
      }
    case 'LambdaFunction':
      return { ...node, body: inner(node.body) }
    case 'WindowExpression':
      return {
        ...node,
        function: inner(node.function),
        partitionBy: all(node.partitionBy),
        orderBy: all(node.orderBy),
      }
    case 'SubqueryExpression':
      return node.values === undefined ? node : { ...node, values: all(node.values) }
    case 'NamedArgument':
      return { ...node, value: inner(node.value) }
  }
}

function sameList<E>(before: readonly E[], after: readonly E[]): readonly E[] {
  return before.every((each, i) => each === after[i]) ? before : after
}

function sameNode(before: Expression, after: Expression): Expression {
  if (before.kind === 'CaseWhen' && after.kind === 'CaseWhen') {
    const same =
      before.otherwise === after.otherwise &&
      before.branches.every(
        (each, i) =>
          each.condition === after.branches[i]!.condition && each.value === after.branches[i]!.value,
      )
    return same ? before : after
  }
  const keys = Object.keys(after) as (keyof Expression)[]
  return keys.every((key) => before[key] === after[key]) ? before : after
}

/** Every expression of the tree, children before parents; does not enter the relation of a subquery. */
export function* walkExpression(expression: Expression): Generator<Expression> {
  const found: Expression[] = []
  transformExpression(expression, (node) => {
    found.push(node)
    return node
  })
  yield* found
}
