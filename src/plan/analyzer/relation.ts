import { PipelineError } from '../../errors/index.ts'
import type {
  ColumnName,
  Deduplicate,
  Drop,
  Expect,
  Relation,
  SubqueryAlias,
  WithColumnsRenamed,
  WithWatermark,
} from '../relation.ts'
import type { OutputColumn } from '../resolved.ts'
import { analyzeAggregate } from './aggregate.ts'
import { checkComparable } from './comparable-columns.ts'
import { resolveExpression } from './expression.ts'
import { analyzeFilter, conditionOver } from './filter.ts'
import { analyzeGenerate } from './generate.ts'
import { analyzeJoin } from './join.ts'
import { analyzeLeaf, analyzeLocalRelation, analyzeTableFunction } from './leaf.ts'
import { unresolvedColumn } from './name.ts'
import { type Analyzed, projectNode, shapeOf } from './node.ts'
import { passedThrough } from './pass-through.ts'
import { analyzeProject, analyzeWithColumns } from './project.ts'
import { resolverOf } from './resolver.ts'
import { columnReference, findName, findOpen, requalified, type Scope, visibleEntries } from './scope.ts'
import { analyzeSetOperation } from './set-operation.ts'
import { analyzeLimit, analyzeSort } from './sort.ts'
import type { QueryState } from './state.ts'
import { analyzeWith } from './with.ts'

/** Resolves one relation and all below it. Errors carry the position of the innermost node that has one. */
export function analyzeRelation(relation: Relation, state: QueryState): Analyzed {
  try {
    const analyzed = analyzeNode(relation, state)
    state.context.onResolved?.(relation, analyzed.relation)
    return analyzed
  } catch (error) {
    if (error instanceof PipelineError && relation.position !== undefined) {
      error.at({ position: relation.position })
    }
    throw error
  }
}

function analyzeNode(relation: Relation, state: QueryState): Analyzed {
  switch (relation.kind) {
    case 'Read':
    case 'DataSource':
    case 'Scan':
      return analyzeLeaf(relation, state)
    case 'TableValuedFunction':
      return analyzeTableFunction(relation, state)
    case 'LocalRelation':
      return analyzeLocalRelation(relation, state)
    case 'Project':
      return analyzeProject(relation, state)
    case 'Filter':
      return analyzeFilter(relation, state)
    case 'Join':
      return analyzeJoin(relation, state)
    case 'Aggregate':
      return analyzeAggregate(relation, state)
    case 'Sort':
      return analyzeSort(relation, state)
    case 'Limit':
    case 'Offset':
      return analyzeLimit(relation, state)
    case 'Deduplicate':
      return analyzeDeduplicate(relation, state)
    case 'WithWatermark':
      return analyzeWatermark(relation, state)
    case 'SetOperation':
      return analyzeSetOperation(relation, state)
    case 'SubqueryAlias':
      return analyzeAlias(relation, state)
    case 'WithColumns':
      return analyzeWithColumns(relation, state)
    case 'WithColumnsRenamed':
      return analyzeRenamed(relation, state)
    case 'Drop':
      return analyzeDrop(relation, state)
    case 'With':
      return analyzeWith(relation, state)
    case 'Generate':
      return analyzeGenerate(relation, state)
    case 'Expect':
      return analyzeExpect(relation, state)
  }
}

/** Throws what `checkComparable` throws of its keys. */
function analyzeDeduplicate(relation: Deduplicate, state: QueryState): Analyzed {
  const input = analyzeRelation(relation.input, state)
  const keys = relation.columns?.flatMap((name) => columnsNamed(name, input.scope, state))
  checkComparable(keys ?? input.relation.output)
  return {
    relation: {
      kind: 'Deduplicate',
      input: input.relation,
      withinWatermark: relation.withinWatermark,
      ...(keys !== undefined && { keys: keys.map((each) => each.id) }),
      ...shapeOf(input.relation),
    },
    scope: input.scope,
  }
}

function columnsNamed(name: string, scope: Scope, state: QueryState): readonly OutputColumn[] {
  const match = findName(scope, [name]) ?? findOpen(scope, [name], state)
  if (match === undefined) throw unresolvedColumn([name], { scope }, undefined)
  return match.entries.map((each) => each.column)
}

function analyzeAlias(relation: SubqueryAlias, state: QueryState): Analyzed {
  const input = analyzeRelation(relation.input, state)
  if (relation.names !== undefined) return named(input, relation.names)
  const scope = requalified(input.scope, [relation.alias])
  if (relation.columns === undefined) return { relation: input.relation, scope }
  return renamedColumns({ relation: input.relation, scope }, relation.columns, relation.alias)
}

/** `AS t(a, b)`: all visible columns under new names. Throws NUM_TABLE_VALUE_ALIASES_MISMATCH. */
export function renamedColumns(input: Analyzed, names: readonly string[], alias: string): Analyzed {
  const { output, schema } = input.relation
  if (names.length !== output.length) {
    if (!schema.open) {
      throw new PipelineError('NUM_TABLE_VALUE_ALIASES_MISMATCH', {
        aliasesNum: String(names.length),
        outColsNum: String(output.length),
      })
    }
  }
  const columns = output.map((column, i) => ({ ...column, name: names[i] ?? column.name }))
  return withOutput(input, columns, [alias])
}

/** The first visible columns under a name and qualifier of their own each. */
function named(input: Analyzed, names: readonly ColumnName[]): Analyzed {
  const columns = names.map(({ name }, i) => ({ ...input.relation.output[i]!, name }))
  const expressions = columns.map((column) => ({ column, expression: columnReference(column) }))
  const isListed = (_: unknown, i: number) => names[i]!.isListed
  const listed = expressions.filter(isListed)
  const unlisted = expressions.filter((each, i) => !isListed(each, i))
  const entries = columns.map((column, i) => ({
    column,
    qualifier: names[i]!.qualifier,
    visibility: names[i]!.isListed ? ('visible' as const) : ('unlisted' as const),
  }))
  return { relation: projectNode(input.relation, listed, unlisted), scope: { entries, open: [] } }
}

/** The same rows with the same columns under other names. */
function withOutput(
  input: Analyzed,
  columns: readonly OutputColumn[],
  qualifier?: readonly string[],
): Analyzed {
  const visible = visibleEntries(input.scope)
  const others = input.scope.entries.filter((each) => each.visibility !== 'visible')
  const expressions = columns.map((column, i) => ({
    column,
    expression: columnReference(input.relation.output[i]!),
  }))
  const relation = projectNode(
    input.relation,
    expressions,
    passedThrough(input.relation.hidden),
    input.relation.schema.open,
  )
  const entries = columns.map((column, i) => ({
    column,
    qualifier: qualifier ?? visible[i]!.qualifier,
    visibility: 'visible' as const,
  }))
  return { relation, scope: { entries: [...entries, ...others], open: input.scope.open } }
}

function analyzeRenamed(relation: WithColumnsRenamed, state: QueryState): Analyzed {
  const input = analyzeRelation(relation.input, state)
  const names = new Map(relation.renames.map((each) => [each.from.toLowerCase(), each.to]))
  return withOutput(
    input,
    input.relation.output.map((each) => ({ ...each, name: names.get(each.name.toLowerCase()) ?? each.name })),
  )
}

function analyzeDrop(relation: Drop, state: QueryState): Analyzed {
  const input = analyzeRelation(relation.input, state)
  const dropped = new Set(relation.columns.map((each) => each.toLowerCase()))
  const kept = visibleEntries(input.scope).filter((each) => !dropped.has(each.column.name.toLowerCase()))
  const others = input.scope.entries.filter((each) => each.visibility !== 'visible')
  const columns = kept.map((each) => each.column)
  return {
    relation: projectNode(
      input.relation,
      passedThrough(columns),
      passedThrough(input.relation.hidden),
      input.relation.schema.open,
    ),
    scope: { entries: [...kept, ...others], open: input.scope.open },
  }
}

function analyzeWatermark(relation: WithWatermark, state: QueryState): Analyzed {
  const { eventTime, delayMicros } = relation
  const { input, id } = eventTimeColumn(relation, state)
  const position = eventTime.position ?? relation.position
  return {
    relation: {
      kind: 'WithWatermark',
      input: input.relation,
      eventTime: id,
      delayMicros,
      ...shapeOf(input.relation),
      ...(position === undefined ? {} : { position }),
    },
    scope: input.scope,
  }
}

function eventTimeColumn(
  relation: WithWatermark,
  state: QueryState,
): { readonly input: Analyzed; readonly id: number } {
  const { eventTime } = relation
  if (eventTime.kind !== 'Alias') {
    const input = analyzeRelation(relation.input, state)
    const resolved = resolveExpression(eventTime, resolverOf(state, input.scope))
    if (resolved.kind === 'Column') return { input, id: resolved.id }
  }
  const name = eventTime.kind === 'Alias' ? eventTime.name : 'event_time'
  const input = analyzeWithColumns(
    { kind: 'WithColumns', input: relation.input, columns: [{ name, expression: eventTime }] },
    state,
  )
  return { input, id: columnsNamed(name, input.scope, state)[0]!.id }
}

function analyzeExpect(relation: Expect, state: QueryState): Analyzed {
  const input = analyzeRelation(relation.input, state)
  const rules = relation.rules.map((rule) => ({
    name: rule.name,
    action: rule.action,
    condition: conditionOver(rule.condition, input.scope, state),
  }))
  return {
    relation: {
      kind: 'Expect',
      input: input.relation,
      dataset: relation.dataset,
      rules,
      ...shapeOf(input.relation),
    },
    scope: input.scope,
  }
}
