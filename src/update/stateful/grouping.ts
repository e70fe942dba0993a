import { nameResolver } from '../../plan/analyzer/analyze.ts'
import { alias, attribute } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import { functionNamed } from '../../plan/functions/index.ts'
import type { Aggregate, Relation } from '../../plan/relation.ts'
import { mapChildExpressions, transformExpression, walkExpression } from '../../plan/rewrite.ts'
import { sameExpression } from '../../plan/same-expression.ts'
import { printSparkExpression } from '../../sql/index.ts'
import { fieldNamed, type StructType } from '../../types/data-type.ts'
import { sameName } from '../../types/same-name.ts'
import { BOUND_CONTEXT } from './batch.ts'
import { eventTimesOf, instantPath, isTimeWindow, outputName } from './event-time.ts'

/** One key of a streaming aggregation: a column of its state. */
export interface GroupKey {
  /** Column of the state. */
  readonly column: string
  readonly expression: Expression
  /** True for an expression over the input that says the same, by whatever names it calls the columns. */
  readonly isSaidBy: (expression: Expression) => boolean
  /** The name by which the output may call it: an alias, an attribute's name, `window`. */
  readonly name: string
  /** Where the key tells when a group is over: a window's end, or the event time itself. A column of the state or a field of it. Of several grouping sets all must have it. */
  readonly end?: readonly string[]
}

/**
 * The keys of an aggregation over a stream, with aliases, ordinals and GROUP BY ALL resolved. `original` is its input as it
 * stands in the query, with its watermarks.
 */
export function groupKeys(node: Aggregate, input: StructType, original: Relation): GroupKey[] {
  const isSame = samenessOver(node.input)
  const keys = groupingExpressions(node, input).map((written, i) => {
    const expression = unnamed(written)
    const isSaidBy = (other: Expression) => isSame(expression, other)
    return { column: `__key_${i}`, expression, isSaidBy, name: keyName(written) }
  })
  if (keys.length === 0) return []
  const times = eventTimesOf({
    ...node,
    input: original,
    grouping: keys.map((each) => each.expression),
    expressions: keys.map((each) => alias(each.expression, each.column)),
    having: undefined,
    qualify: undefined,
  })
  return keys.map((key) => {
    const time = times.find(({ column }) => column === key.column)
    return { ...key, end: time && instantPath(time) }
  })
}

/** What groups and their aggregates are, in SQL. */
export function meaningOf(keys: readonly GroupKey[], aggregates: readonly Expression[]): string {
  const values = aggregates.map(printSparkExpression).join(', ')
  const groups = keys.map((each) => printSparkExpression(each.expression)).join(', ')
  return groups === '' ? values : `${values} GROUP BY ${groups}`
}

/** `window.*` as the window's start and end. */
export function withoutWindowStars(outputs: readonly Expression[], keys: readonly GroupKey[]): Expression[] {
  return outputs.flatMap((output) => {
    const name = output.kind === 'UnresolvedStar' ? output.target?.[0] : undefined
    const key = keys.find((each) => name !== undefined && sameName(each.name, name))
    if (key === undefined || !isTimeWindow(key.expression)) return [output]
    return [attribute(key.name, 'start'), attribute(key.name, 'end')]
  })
}

/** Where a group's end stands, when the watermark can reach it. */
export function endOfGroups(keys: readonly GroupKey[]): readonly string[] | undefined {
  return keys.find((each) => each.end !== undefined)?.end
}

/** An output over the state's columns, without its name: keys by their column, aggregates by what `aggregateColumn` gives. */
export function overState(
  output: Expression,
  keys: readonly GroupKey[],
  aggregateColumn: (aggregate: Expression) => Expression,
): Expression {
  return outsideOfAggregates(unnamed(output), aggregateColumn, (node) => {
    const key = keys.find((each) => each.isSaidBy(node))
    if (key !== undefined) return attribute(key.column)
    return node.kind === 'UnresolvedAttribute' ? byName(node.parts, keys) : undefined
  })
}

/** The aggregate calls in an output that are over rows. */
export function aggregatesIn(output: Expression): readonly Expression[] {
  const found: Expression[] = []
  overState(output, [], (aggregate) => {
    found.push(aggregate)
    return aggregate
  })
  return found
}

/** HAVING and QUALIFY may name what SELECT gives: each such name as what it stands for. */
export function withOutputsInPlace(condition: Expression, outputs: readonly Expression[]): Expression {
  const unchanged = (aggregate: Expression) => aggregate
  return outsideOfAggregates(condition, unchanged, (node) => {
    if (node.kind !== 'UnresolvedAttribute' || node.parts.length > 1) return undefined
    const named = outputs.find((each) => each.kind === 'Alias' && sameName(each.name, node.parts[0]!))
    return named && unnamed(named)
  })
}

/** An expression over groups, changed: aggregates over rows as a whole, and what stands outside of them where `change` gives something. */
function outsideOfAggregates(
  expression: Expression,
  changeAggregate: (aggregate: Expression) => Expression,
  change: (node: Expression) => Expression | undefined,
): Expression {
  const over = (node: Expression): Expression => {
    if (isAggregateCall(node)) return changeAggregate(node)
    // The function of a window is over groups, as in `sum(count(*)) OVER ()`: only what is in it is over rows.
    const child = (each: Expression) =>
      node.kind === 'WindowExpression' && each === node.function
        ? mapChildExpressions(each, over)
        : over(each)
    return change(node) ?? mapChildExpressions(node, child)
  }
  return over(expression)
}

export function unnamed(expression: Expression): Expression {
  return expression.kind === 'Alias' ? expression.child : expression
}

function isAggregateCall(node: Expression): boolean {
  return node.kind === 'UnresolvedFunction' && functionNamed(node.name)?.kind === 'aggregate'
}

function groupingExpressions(node: Aggregate, input: StructType): readonly Expression[] {
  if (node.grouping === 'all') {
    return node.expressions.filter((each) => unnamed(each).kind !== 'Literal' && !isOverGroups(each))
  }
  return node.grouping.map((each) => {
    if (each.kind === 'Literal' && typeof each.value === 'number')
      return node.expressions[each.value - 1] ?? each
    if (each.kind !== 'UnresolvedAttribute' || each.parts.length > 1) return each
    const name = each.parts[0]!
    if (fieldNamed(input, name) !== undefined) return each
    return node.expressions.find((output) => output.kind === 'Alias' && sameName(output.name, name)) ?? each
  })
}

function isOverGroups(expression: Expression): boolean {
  for (const node of walkExpression(expression)) {
    if (isAggregateCall(node) || node.kind === 'WindowExpression') return true
  }
  return false
}

function keyName(written: Expression): string {
  const name = outputName(written)
  if (name !== '') return name
  return written.kind === 'UnresolvedFunction' && isTimeWindow(written) ? written.name : ''
}

/** A field of a key, `orders.address.city`; `window.start`, `hour_window.end`, or a key's alias. */
function byName(parts: readonly string[], keys: readonly GroupKey[]): Expression {
  for (let used = parts.length - 1; used > 0; used--) {
    const key = keys.find((each) => each.isSaidBy(attribute(...parts.slice(0, used))))
    if (key !== undefined) return attribute(key.column, ...parts.slice(used))
  }
  const key = keys.find((each) => each.name !== '' && sameName(each.name, parts[0]!))
  return key === undefined ? attribute(...parts) : attribute(key.column, ...parts.slice(1))
}

function samenessOver(input: Relation): (a: Expression, b: Expression) => boolean {
  const columnOf = nameResolver(input, BOUND_CONTEXT)
  const resolved = (expression: Expression) =>
    transformExpression(expression, (node) =>
      node.kind === 'UnresolvedAttribute' ? { ...node, parts: columnOf(node.parts) ?? node.parts } : node,
    )
  return (a, b) => sameExpression(resolved(a), resolved(b))
}
