import { PipelineError, type Position } from '../../errors/index.ts'
import { sameName } from '../../types/same-name.ts'
import type { Expression } from '../expression.ts'
import type { Aggregate } from '../relation.ts'
import type {
  NamedExpression,
  OutputColumn,
  ResolvedColumn,
  ResolvedExpression,
  ResolvedRelation,
} from '../resolved.ts'
import { resolveExpression } from './expression.ts'
import { booleanOf, filtered, qualified } from './filter.ts'
import { type Grouping, groupedInput, groupingSets } from './grouping.ts'
import { type Analyzed, type Extended, shape } from './node.ts'
import { passedThrough } from './pass-through.ts'
import { layered } from './project.ts'
import { analyzeRelation } from './relation.ts'
import { resolverOf } from './resolver.ts'
import { columnReference, outputColumn } from './scope.ts'
import { expandItems, type Selected, selectedScope, selectItems } from './select.ts'
import { withSessions } from './session-window.ts'
import type { QueryState } from './state.ts'
import { withTimeWindows } from './time-window.ts'
import { isAggregateCall, isGroupingCall, keyOf, mapChildren, visitExpression } from './walk.ts'

/** GROUP BY, with HAVING and QUALIFY. */
export function analyzeAggregate(node: Aggregate, state: QueryState): Analyzed {
  return aggregateOver(analyzeRelation(node.input, state), node, state)
}

/**
 * Groups an analysed input. Grouping expressions become columns of a projection below, so that the aggregation groups by
 * plain columns only.
 * Throws MISSING_AGGREGATION, MISSING_GROUP_BY, UNSUPPORTED_GROUPING_EXPRESSION and the errors of GROUP BY.
 */
export function aggregateOver(given: Analyzed, node: Aggregate, state: QueryState): Analyzed {
  const written = [
    ...node.expressions,
    ...(node.grouping === 'all' ? [] : node.grouping),
    ...[node.having, node.qualify].filter((each) => each !== undefined),
  ]
  const windowed = withTimeWindows(given, written, state)
  const inPlace = (each: Expression) => windowed.expressions[written.indexOf(each)]!
  const groups = {
    expressions: node.expressions.map(inPlace),
    grouping: node.grouping === 'all' ? ('all' as const) : node.grouping.map(inPlace),
  }
  const timed = withSessions(windowed.input, groups, windowed.expressions, state)
  const replaced = new Map(written.map((each, i) => [each, timed.expressions[i]!]))
  const expressions = node.expressions.map((each) => replaced.get(each)!)
  const items = expandItems(expressions, timed.input.scope)
  const { selected } = selectItems(items, timed.input.scope, state, true)
  const grouping = node.grouping === 'all' ? 'all' : node.grouping.map((each) => replaced.get(each)!)
  const grouped = groupedInput(timed.input, grouping, selected, node.groupType, state)
  const aggregation: Aggregation = {
    state,
    input: timed.input,
    grouped,
    sets: groupingSets(node, grouped),
    selected,
    isGlobal: grouped.columns.length === 0,
  }
  let analyzed = assemble(aggregation, [])
  for (const condition of [node.having, node.qualify]) {
    if (condition === undefined) continue
    const extended = analyzed.extend!([replaced.get(condition)!])
    const resolved = booleanOf(extended.resolved[0]!, condition, timed.input.scope, state)
    analyzed =
      condition === node.qualify
        ? qualified(extended.analyzed, resolved, state)
        : filtered(extended.analyzed, resolved)
  }
  return analyzed
}

interface Aggregation {
  readonly state: QueryState
  readonly input: Analyzed
  readonly grouped: Grouping
  readonly sets: readonly (readonly number[])[] | undefined
  readonly selected: readonly Selected[]
  /** No GROUP BY: all rows are one group. */
  readonly isGlobal: boolean
}

function assemble(aggregation: Aggregation, extra: readonly NamedExpression[]): Analyzed {
  const { selected, state } = aggregation
  const lifted = new Lifted(aggregation, extra)
  const { ansi } = state.context
  const hasTried = selected.some((each) => triesAggregate(each.expression, ansi))
  const rewritten = selected.map((each): Selected => {
    const expression = overGroups(each.expression, aggregation)
    const isBase = each.level === 0 && !triesAggregate(expression, ansi)
    const level = isBase ? 0 : hasTried ? each.level + 1 : each.level
    const final = isBase ? expression : lifted.lift(expression)
    return { ...each, level, expression: final, column: { ...each.column, nullable: final.nullable } }
  })
  const base = rewritten.filter((each) => each.level === 0)
  const hidden = lifted.columns
  const aggregate = aggregateNode(aggregation, base, hidden)
  const isLayered = base.length < rewritten.length
  const relation = isLayered
    ? layered(aggregate, rewritten.map(aboveAggregate), passedThrough(aggregate.hidden), false)
    : aggregate
  return {
    relation,
    scope: selectedScope(rewritten, []),
    extend: (expressions) => extended(expressions, aggregation, extra, state),
  }
}

/**
 * True for arithmetic over aggregates, or windows of them, that gives NULL where it fails: engines try it on plain columns
 * only, so that it stands in a projection above.
 */
function triesAggregate(expression: ResolvedExpression, ansi: boolean): boolean {
  let found = false
  visitExpression(expression, (node) => {
    const isTried =
      node.kind === 'Call' && (TRIED.has(node.function) || (!ansi && TRIED.has(`try ${node.function}`)))
    found ||= isTried && node.arguments.some(containsAggregate)
    return !found && !isAggregateCall(node)
  })
  return found
}

function containsAggregate(expression: ResolvedExpression): boolean {
  let found = false
  visitExpression(expression, (node) => {
    found ||= isAggregateCall(node) || node.kind === 'Window'
    return !found
  })
  return found
}

const TRIED: ReadonlySet<string> = new Set([
  ...['try_add', 'try_subtract', 'try_multiply', 'try_divide', 'try_mod'],
  ...['+', '-', '*', '/', '%', 'div', 'negative'].map((each) => `try ${each}`),
])

/** In the projections above the aggregation its own outputs are plain columns. */
function aboveAggregate(each: Selected): Selected {
  return each.level === 0 ? { ...each, expression: columnReference(each.column), isAliased: false } : each
}

function aggregateNode(
  { input, grouped, sets }: Aggregation,
  base: readonly Selected[],
  hidden: readonly NamedExpression[],
): ResolvedRelation {
  const visible = base.map(({ column, expression }) => ({ column, expression }))
  return {
    kind: 'Aggregate',
    input: grouped.input,
    grouping: grouped.columns,
    ...(sets === undefined ? {} : { groupingSets: sets }),
    expressions: [...visible, ...hidden],
    ...shape(
      visible.map((each) => each.column),
      hidden.map((each) => each.column),
    ),
    ...(input.relation.position === undefined ? {} : { position: input.relation.position }),
  }
}

function extended(
  expressions: readonly Expression[],
  aggregation: Aggregation,
  extra: readonly NamedExpression[],
  state: QueryState,
): Extended {
  const { selected, input } = aggregation
  const lifted = new Lifted(aggregation, extra)
  const resolved = expressions.map((each) => {
    const find = (name: string) => {
      const output = selected.find((one) => sameName(one.name, name))
      return output === undefined ? undefined : columnReference(output.column)
    }
    const aliases = { first: true, find, names: selected.map((one) => one.name) }
    const expression = resolveExpression(each, resolverOf(state, input.scope, { aliases }))
    return lifted.lift(overGroups(expression, aggregation))
  })
  return { analyzed: assemble(aggregation, lifted.columns), resolved }
}

/** An expression in terms of groups: grouping expressions become their columns; other columns may only be aggregated. */
function overGroups(expression: ResolvedExpression, aggregation: Aggregation): ResolvedExpression {
  const { grouped, selected, sets } = aggregation
  const replace = (node: ResolvedExpression): ResolvedExpression => {
    const column = grouped.byKey.size === 0 ? undefined : grouped.byKey.get(keyOf(node))
    if (column !== undefined) return column
    if (isAggregateCall(node)) return node
    if (sets === undefined && isGroupingCall(node)) {
      throw new PipelineError('UNSUPPORTED_GROUPING_EXPRESSION', {}, contextOf(node.position))
    }
    if (node.kind === 'Call' && node.function === 'grouping_id' && node.arguments.length === 0) {
      return { ...node, arguments: grouped.columns }
    }
    if (node.kind !== 'Column' || node.isOuter) return mapChildren(node, replace)
    if (selected.some((each) => each.column.id === node.id && each.isAliased)) return node
    throw missing(node, aggregation, node.position ?? expression.position)
  }
  return replace(expression)
}

function missing(
  column: ResolvedColumn,
  { isGlobal }: Aggregation,
  position: Position | undefined,
): PipelineError {
  const context = contextOf(position)
  if (isGlobal) return new PipelineError('MISSING_GROUP_BY', {}, context)
  return new PipelineError(
    'MISSING_AGGREGATION',
    { expression: column.name, expressionAnyValue: `any_value(${column.name})` },
    context,
  )
}

function contextOf(position: Position | undefined): { readonly position?: Position } {
  return position === undefined ? {} : { position }
}

/** Hidden columns of an aggregation for what stands above it: its aggregate calls and grouping columns. */
class Lifted {
  readonly #aggregation: Aggregation
  readonly #columns: NamedExpression[]

  constructor(aggregation: Aggregation, columns: readonly NamedExpression[]) {
    this.#aggregation = aggregation
    this.#columns = [...columns]
  }

  get columns(): readonly NamedExpression[] {
    return this.#columns
  }

  /** The expression over columns of the aggregation's result. */
  lift(expression: ResolvedExpression): ResolvedExpression {
    if (isAggregateCall(expression)) return columnReference(this.#add(expression))
    if (expression.kind === 'Column') {
      if (!this.#isOutput(expression.id)) this.#addGroup(expression)
      return expression
    }
    return mapChildren(expression, (child) => this.lift(child))
  }

  #isOutput(id: number): boolean {
    const known = [...this.#aggregation.selected, ...this.#columns]
    return known.some((each) => each.column.id === id)
  }

  #addGroup(column: ResolvedColumn): void {
    if (column.isOuter) return
    const { id, name, dataType, nullable } = column
    this.#columns.push({ column: { id, name, dataType, nullable }, expression: column })
  }

  #add(call: ResolvedExpression): OutputColumn {
    const key = keyOf(call)
    const known = [...this.#columns, ...this.#aggregation.selected].find(
      (each) => keyOf(each.expression) === key,
    )
    if (known !== undefined) return known.column
    const name = call.kind === 'Call' ? call.function : 'aggregate'
    const column = outputColumn(this.#aggregation.state, name, call.dataType, call.nullable)
    this.#columns.push({ column, expression: call })
    return column
  }
}
