import { PipelineError } from '../../errors/index.ts'
import { sameName } from '../../types/same-name.ts'
import type { Expression } from '../expression.ts'
import type { Aggregate } from '../relation.ts'
import type { OutputColumn, ResolvedColumn, ResolvedExpression, ResolvedRelation } from '../resolved.ts'
import { resolveExpression } from './expression.ts'
import { type Analyzed, projectNode } from './node.ts'
import { passedThrough } from './pass-through.ts'
import { automaticName, pretty } from './pretty.ts'
import { resolverOf } from './resolver.ts'
import { columnReference, outputColumn } from './scope.ts'
import type { Selected } from './select.ts'
import type { QueryState } from './state.ts'
import { keyOf } from './walk.ts'

/** An input that has a column for each grouping expression. */
export interface Grouping {
  readonly input: ResolvedRelation
  /** The columns to group by, each once. */
  readonly columns: readonly ResolvedColumn[]
  /** Position in `columns` of each grouping expression as written. */
  readonly positions: readonly number[]
  /** The column of each grouping expression by its `keyOf`. */
  readonly byKey: ReadonlyMap<string, ResolvedColumn>
}

interface GroupKey {
  readonly expression: ResolvedExpression
  readonly name: string
}

/** Resolves GROUP BY: input columns first, then output aliases, ordinals, or ALL outputs without aggregates. */
export function groupedInput(
  input: Analyzed,
  grouping: readonly Expression[] | 'all',
  selected: readonly Selected[],
  groupType: Aggregate['groupType'],
  state: QueryState,
): Grouping {
  const isSets = groupType !== 'groupby'
  const keys =
    grouping === 'all'
      ? selected.filter(
          (each) => !each.hasAggregate && each.level === 0 && each.expression.kind !== 'Literal',
        )
      : grouping.map((each) => groupKey(each, input, selected, state))
  const byKey = new Map<string, ResolvedColumn>()
  const computed: { readonly column: OutputColumn; readonly expression: ResolvedExpression }[] = []
  const positions = keys.map(({ expression, name }) => {
    const key = keyOf(expression)
    if (!byKey.has(key)) {
      const column = columnFor(expression, name)
      byKey.set(key, isSets ? { ...column, nullable: true } : column)
    }
    return [...byKey.keys()].indexOf(key)
  })
  return { input: relation(), columns: [...byKey.values()], positions, byKey }

  function columnFor(expression: ResolvedExpression, name: string): ResolvedColumn {
    if (expression.kind === 'Column') return expression
    const column = outputColumn(state, name, expression.dataType, expression.nullable)
    computed.push({ column, expression })
    return columnReference(column)
  }

  function relation(): ResolvedRelation {
    if (computed.length === 0) return input.relation
    const { output, hidden, schema } = input.relation
    return projectNode(
      input.relation,
      [...passedThrough(output), ...computed],
      passedThrough(hidden),
      schema.open,
    )
  }
}

function groupKey(
  written: Expression,
  input: Analyzed,
  selected: readonly Selected[],
  state: QueryState,
): GroupKey {
  if (
    written.kind === 'Literal' &&
    typeof written.value === 'number' &&
    written.dataType.kind === 'integer'
  ) {
    return ordinalKey(written.value, written, selected, input)
  }
  const find = (name: string) => {
    const output = selected.find((each) => each.isAliased && sameName(each.name, name))
    if (output?.hasAggregate) throw aggregated(output.written, input)
    return output?.expression
  }
  const names = selected.map((each) => each.name)
  const resolver = resolverOf(state, input.scope, { aliases: { first: false, find, names } })
  const expression = resolveExpression(written, resolver)
  if (resolver.seen.aggregates.length > 0) throw aggregated(written, input)
  return { expression, name: automaticName(written, input.scope) }
}

function ordinalKey(
  index: number,
  written: Expression,
  selected: readonly Selected[],
  input: Analyzed,
): GroupKey {
  const item = selected[index - 1]
  const context = written.position === undefined ? {} : { position: written.position }
  if (item === undefined) {
    throw new PipelineError(
      'GROUP_BY_POS_OUT_OF_RANGE',
      { index: String(index), size: String(selected.length) },
      context,
    )
  }
  if (item.hasAggregate) {
    throw new PipelineError(
      'GROUP_BY_POS_AGGREGATE',
      { index: String(index), aggExpr: pretty(item.written, input.scope) },
      context,
    )
  }
  return item
}

function aggregated(written: Expression, input: Analyzed): PipelineError {
  return new PipelineError(
    'GROUP_BY_AGGREGATE',
    { sqlExpr: pretty(written, input.scope) },
    written.position === undefined ? {} : { position: written.position },
  )
}

/** Positions into the grouping columns of each set that ROLLUP, CUBE and GROUPING SETS stand for. */
export function groupingSets(
  node: Aggregate,
  { positions }: Grouping,
): readonly (readonly number[])[] | undefined {
  switch (node.groupType) {
    case 'groupby':
      return undefined
    case 'rollup':
      return [...positions, -1].map((_, i) => positions.slice(0, positions.length - i))
    case 'cube':
      return subsets(positions)
    case 'grouping sets':
      return (node.groupingSets ?? []).map((set) => set.map((index) => positions[index]!))
  }
}

function subsets(positions: readonly number[]): readonly (readonly number[])[] {
  const [first, ...rest] = positions
  if (first === undefined) return [[]]
  const without = subsets(rest)
  return [...without.map((each) => [first, ...each]), ...without]
}
