import { aggregate, alias, attribute, call, project } from '../../plan/build.ts'
import type { Aggregate, Deduplicate, Expect, Relation, WithWatermark } from '../../plan/relation.ts'
import { childrenOf, walk, withChildren } from '../../plan/rewrite.ts'
import { applyRules } from '../rules/count-rules.ts'
import { type Batch, isCheapToRepeat, stageStreaming, underNameOf } from './batch.ts'
import { deduplicate } from './deduplicate.ts'
import { outputName } from './event-time.ts'
import { isJoinOfStreams, readsStream } from './input-watermark.ts'
import { joinStreams } from './join-streams.ts'
import { aggregateStream } from './streaming-aggregate.ts'
import { asTimestamp } from './watermark.ts'

/**
 * Turns a streaming query over one batch into a plain batch query: bottom-up, each stateful operator and each set of rules
 * becomes staged rows, everything else stays for the engine to run in one pass. `query` is the query that the relation is a part
 * of, as far as the next set of rules, which sees all columns.
 */
export async function evaluate(relation: Relation, batch: Batch, query = relation): Promise<Relation> {
  if (!hasStream(relation)) return relation
  const known = relation.kind === 'Expect' ? batch.observed.views.get(relation.dataset) : undefined
  if (known !== undefined) return known
  const around = relation.kind === 'Expect' ? relation : query
  const children: Relation[] = []
  for (const child of childrenOf(relation)) children.push(await evaluate(child, batch, around))
  const evaluated = withChildren(relation, children)
  switch (evaluated.kind) {
    case 'WithWatermark':
      return observeEventTime(evaluated, batch)
    case 'Expect':
      return evaluateRules(evaluated, relation, batch)
    case 'Deduplicate':
      return deduplicate(evaluated, relation as Deduplicate, batch)
    case 'Aggregate':
      return aggregateStream(evaluated, relation as Aggregate, batch)
    case 'Join':
      return isJoinOfStreams(relation) ? joinStreams(evaluated, relation, query, batch) : evaluated
    default:
      return evaluated
  }
}

/** Read in several places or once, counted or not, a view with rules has one state: which flow counts may change. */
async function evaluateRules(node: Expect, original: Relation, batch: Batch): Promise<Relation> {
  const passing = batch.appliesRules(node) ? await survivorsOf(node, original, batch) : node
  batch.observed.views.set(node.dataset, passing)
  return passing
}

async function survivorsOf(node: Expect, original: Relation, batch: Batch): Promise<Relation> {
  const isWhole = batch.isComplete && hasAggregation(original)
  const survivors = await applyRules(node, batch.session, batch.observed, isWhole)
  return { ...survivors, isStreaming: true }
}

function hasAggregation(relation: Relation): boolean {
  for (const node of walk(relation)) if (node.kind === 'Aggregate' && hasStream(node)) return true
  return false
}

/** True where rows of a stream come in below. */
export function hasStream(relation: Relation): boolean {
  for (const node of walk(relation)) {
    if (node.kind === 'Scan' && node.isStreaming === true) return true
  }
  return false
}

/** True for a query that remembers something between batches. Its leaves need not be bound. */
export function hasStatefulOperator(relation: Relation): boolean {
  for (const node of walk(relation)) {
    const isStateful = STATEFUL.has(node.kind) ? readsStream(node) : isJoinOfStreams(node)
    if (isStateful) return true
  }
  return false
}

const STATEFUL: ReadonlySet<Relation['kind']> = new Set(['Deduplicate', 'Aggregate', 'WithWatermark'])

async function observeEventTime(node: WithWatermark, batch: Batch): Promise<Relation> {
  const column = outputName(node.eventTime)
  const input: Relation =
    node.eventTime.kind === 'Alias'
      ? {
          kind: 'WithColumns',
          input: node.input,
          columns: [{ name: column, expression: node.eventTime.child }],
        }
      : node.input
  const rows = isCheapToRepeat(input) ? input : underNameOf(input, (await stageStreaming(batch, input)).scan)
  const newest = call('unix_micros', call('max', asTimestamp(attribute(column))))
  const [row] = await batch.session.rows(
    aggregate(project(rows, [attribute(column)]), [], [alias(newest, 'newest')]),
  )
  const maxMicros = row![0] as bigint | null
  batch.observed.eventTimes.push({ maxMicros: maxMicros ?? undefined, delayMicros: node.delayMicros })
  return rows
}
