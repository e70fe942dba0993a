import { PipelineError } from '../../errors/index.ts'
import { sameName } from '../../types/same-name.ts'
import type { Expression } from '../expression.ts'
import type { Project, WithColumns } from '../relation.ts'
import type { NamedExpression, ResolvedRelation } from '../resolved.ts'
import { aggregateOver } from './aggregate.ts'
import { resolveExpression } from './expression.ts'
import { booleanOf, qualified } from './filter.ts'
import { withGenerators } from './generate.ts'
import { type Analyzed, type Extended, projectNode } from './node.ts'
import { passedThrough } from './pass-through.ts'
import { analyzeRelation } from './relation.ts'
import { resolverOf } from './resolver.ts'
import { columnReference, type Scope, visibleEntries } from './scope.ts'
import { expandItems, type Item, type Selected, selectedScope, selectItems } from './select.ts'
import type { QueryState } from './state.ts'
import { withTimeWindows } from './time-window.ts'
import { columnsOf } from './walk.ts'

/** SELECT; one with aggregates and no GROUP BY is an aggregation of all rows. */
export function analyzeProject(node: Project, state: QueryState): Analyzed {
  const given = analyzeRelation(node.input, state)
  const timed = withTimeWindows(given, node.expressions, state)
  const input = withGenerators(timed.input, timed.expressions, state)
  const items = expandItems(input.expressions, input.input.scope)
  const { selected, seen } = selectItems(items, input.input.scope, state, true)
  if (seen.aggregates.length > 0) {
    const { qualify } = node
    return aggregateOver(
      input.input,
      {
        kind: 'Aggregate',
        input: node.input,
        groupType: 'groupby',
        grouping: [],
        expressions: input.expressions,
        ...(qualify === undefined ? {} : { qualify }),
      },
      state,
    )
  }
  const hasStar = node.expressions.some((each) => each.kind === 'UnresolvedStar')
  const open = hasStar ? input.input.scope.open : []
  const projected = assemble(input.input, selected, open, state, [])
  if (node.qualify === undefined) return projected
  const { analyzed, resolved } = projected.extend!([node.qualify])
  return qualified(analyzed, booleanOf(resolved[0]!, node.qualify, input.input.scope, state), state)
}

/** The projection, with `extra` columns of the input carried along hidden. */
function assemble(
  input: Analyzed,
  selected: readonly Selected[],
  open: Scope['open'],
  state: QueryState,
  extra: readonly NamedExpression[],
): Analyzed {
  const relation = layered(input.relation, selected, extra, open.length > 0)
  return {
    relation,
    scope: selectedScope(selected, open),
    extend: (expressions): Extended => {
      const resolved = expressions.map((each) => {
        const find = (name: string) => outputNamed(name, selected)
        const aliases = { first: true, find, names: selected.map((one) => one.name) }
        return resolveExpression(each, resolverOf(state, input.scope, { aliases }))
      })
      const own = new Set([...selected, ...extra].map((each) => each.column.id))
      const read = new Set(resolved.flatMap((each) => [...columnsOf(each)]))
      const needed = input.scope.entries.filter(({ column }) => read.has(column.id) && !own.has(column.id))
      const more = [...extra, ...passedThrough(needed.map((each) => each.column))]
      return { analyzed: assemble(input, selected, open, state, more), resolved }
    },
  }
}

function outputNamed(name: string, selected: readonly Selected[]) {
  const found = selected.find((each) => sameName(each.name, name))
  return found === undefined ? undefined : columnReference(found.column)
}

/**
 * A select list whose expressions name its own aliases becomes one projection per level; each carries on all that is
 * below it.
 */
export function layered(
  input: ResolvedRelation,
  selected: readonly Selected[],
  extra: readonly NamedExpression[],
  open: boolean,
): ResolvedRelation {
  const top = Math.max(0, ...selected.map((each) => each.level))
  let relation = input
  for (let level = 0; level < top; level++) {
    const computed = selected.filter((each) => each.level === level && each.expression.kind !== 'Column')
    const renamed = selected.filter(
      (each) => each.level === level && each.expression.kind === 'Column' && each.isAliased,
    )
    relation = projectNode(
      relation,
      [...passedThrough(relation.output), ...computed, ...renamed].map(named),
      passedThrough(relation.hidden),
    )
  }
  const expressions = selected.map((each) =>
    each.level < top ? passedThrough([each.column])[0]! : named(each),
  )
  return projectNode(relation, expressions, extra, open)
}

function named({ column, expression }: NamedExpression): NamedExpression {
  return { column, expression }
}

/** Adds columns, or replaces those of the same name where they stand. Hidden columns of the input stay within reach. */
export function analyzeWithColumns(node: WithColumns, state: QueryState): Analyzed {
  const given = analyzeRelation(node.input, state)
  const written = node.columns.map(
    ({ name, expression }): Expression => ({ kind: 'Alias', child: expression, name }),
  )
  const timed = withTimeWindows(given, written, state)
  const { input, expressions } = withGenerators(timed.input, timed.expressions, state)
  const added = expandItems(expressions, input.scope)
  const kept = visibleEntries(given.scope)
  const isKept = (item: Item) => kept.some((each) => sameName(each.column.name, item.name))
  const items: Item[] = [
    ...kept.map((entry): Item => {
      const replacement = added.findLast((each) => sameName(each.name, entry.column.name))
      if (replacement !== undefined) return { ...replacement, isAliased: true }
      return { name: entry.column.name, written: { kind: 'UnresolvedStar' }, entry, isAliased: false }
    }),
    ...added.filter((each) => !isKept(each)),
  ]
  const { selected, seen } = selectItems(items, input.scope, state, false)
  if (seen.aggregates.length > 0) throw new PipelineError('MISSING_GROUP_BY', {})
  const others = given.scope.entries.filter((each) => each.visibility !== 'visible')
  const { open } = given.scope
  const hidden = passedThrough(given.relation.hidden)
  const scope = selectedScope(selected, open)
  return {
    relation: projectNode(input.relation, selected.map(named), hidden, open.length > 0),
    scope: { entries: [...scope.entries, ...others], open },
  }
}
