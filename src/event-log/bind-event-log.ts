import { PipelineError } from '../errors/index.ts'
import type { Expression, UnresolvedAttribute } from '../plan/expression.ts'
import type { Relation, TableValuedFunction } from '../plan/relation.ts'
import {
  childrenOf,
  expressionsOf,
  mapExpressions,
  transformExpression,
  walk,
  walkExpression,
  withChildren,
} from '../plan/rewrite.ts'
import { sameName } from '../types/same-name.ts'
import { expectationsView, flattenedEvents } from './event-log-view.ts'

/** The pipeline whose event log is read. */
export interface EventLogPipeline {
  readonly id: string
  readonly name: string
  /** Names of its datasets as the user may write them, qualified and short. */
  readonly datasets: readonly string[]
}

/** True when a query reads `event_log(...)` or `event_log_expectations`: only then its events need to be opened. */
export function readsEventLog(query: Relation): boolean {
  for (const node of walk(query)) if (isEventLog(node) || isExpectationsView(node)) return true
  return false
}

/**
 * Puts the events in the place of each `event_log(...)` and `event_log_expectations`. A query that names
 * `passed_records` or `failed_records` of `event_log(...)` itself reads one row for each expectation of an event, with
 * the columns dataset, name, passed_records and failed_records; any other query reads one row for each event.
 * Throws EVENT_LOG.PIPELINE_NOT_FOUND, EVENT_LOG.DATASET_NOT_FOUND and EVENT_LOG.WRONG_ARGUMENT.
 */
export function bindEventLog(query: Relation, pipeline: EventLogPipeline, events: Relation): Relation {
  return bind(query, [], { pipeline, events })
}

interface Binding {
  readonly pipeline: EventLogPipeline
  readonly events: Relation
}

/** `block` holds the columns that the SELECT around this relation names. */
function bind(relation: Relation, block: readonly UnresolvedAttribute[], binding: Binding): Relation {
  if (isExpectationsView(relation)) return expectationsView(binding.events)
  if (isEventLog(relation)) {
    checkArgument(relation, binding.pipeline)
    return namesCounts(block) ? flattenedEvents(binding.events) : binding.events
  }
  const inner = blockBelow(relation, block)
  const bound = withChildren(
    relation,
    childrenOf(relation).map((child) => bind(child, inner, binding)),
  )
  return mapExpressions(bound, (expression) =>
    transformExpression(expression, (node) =>
      node.kind === 'SubqueryExpression' ? { ...node, plan: bind(node.plan, [], binding) } : node,
    ),
  )
}

function isEventLog(relation: Relation): relation is TableValuedFunction {
  return relation.kind === 'TableValuedFunction' && relation.name.toLowerCase() === 'event_log'
}

function isExpectationsView(relation: Relation): boolean {
  return relation.kind === 'Read' && relation.name.at(-1)?.toLowerCase() === 'event_log_expectations'
}

/** The names that reach the input of `relation`: those of its own SELECT, without what it defines itself. */
function blockBelow(relation: Relation, block: readonly UnresolvedAttribute[]): UnresolvedAttribute[] {
  const own = expressionsOf(relation).flatMap((each) => attributesIn(each))
  const isSelect = relation.kind === 'Project' || relation.kind === 'Aggregate'
  const names = isSelect ? own : [...block, ...own]
  if (relation.kind === 'SubqueryAlias') {
    return names.map((each) => withoutQualifier(each, relation.alias))
  }
  if (relation.kind !== 'Generate') return names
  const made = new Set(relation.columns.map((column) => column.toLowerCase()))
  return names.filter((each) => !made.has(each.parts.at(-1)!.toLowerCase()))
}

function attributesIn(expression: Expression): UnresolvedAttribute[] {
  return [...walkExpression(expression)].filter((node) => node.kind === 'UnresolvedAttribute')
}

function withoutQualifier(attribute: UnresolvedAttribute, alias: string): UnresolvedAttribute {
  const [first, ...rest] = attribute.parts
  const isQualified = rest.length > 0 && sameName(first!, alias)
  return isQualified ? { ...attribute, parts: rest } : attribute
}

function namesCounts(block: readonly UnresolvedAttribute[]): boolean {
  return block.some(({ parts }) => parts.length === 1 && /^(passed|failed)_records$/i.test(parts[0]!))
}

function checkArgument(call: TableValuedFunction, pipeline: EventLogPipeline): void {
  const [argument, ...more] = call.arguments
  if (argument === undefined) return
  const context = { position: argument.position ?? call.position }
  const dataset = datasetOf(argument)
  if (more.length > 0) throw new PipelineError('EVENT_LOG.WRONG_ARGUMENT', {}, context)
  if (dataset !== undefined) {
    const wanted = dataset.filter((part, i) => i > 0 || part.toLowerCase() !== 'live').join('.')
    if (pipeline.datasets.some((name) => sameName(name, wanted))) return
    const parameters = { dataset: wanted, current: pipeline.name, datasets: pipeline.datasets.join(', ') }
    throw new PipelineError('EVENT_LOG.DATASET_NOT_FOUND', parameters, context)
  }
  if (argument.kind !== 'Literal' || typeof argument.value !== 'string') {
    throw new PipelineError('EVENT_LOG.WRONG_ARGUMENT', {}, context)
  }
  if (argument.value === pipeline.id || argument.value === pipeline.name) return
  const parameters = { pipeline: argument.value, current: pipeline.id }
  throw new PipelineError('EVENT_LOG.PIPELINE_NOT_FOUND', parameters, context)
}

/** The name in `TABLE(name)`. */
function datasetOf(argument: Expression): readonly string[] | undefined {
  if (argument.kind !== 'UnresolvedFunction' || argument.name.toLowerCase() !== 'table') return undefined
  const [name] = argument.arguments
  return name?.kind === 'UnresolvedAttribute' ? name.parts : undefined
}
