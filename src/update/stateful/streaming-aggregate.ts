import { PipelineError } from '../../errors/index.ts'
import { aggregate, alias, attribute, call, filter, project } from '../../plan/build.ts'
import type { Expression, UnresolvedFunction } from '../../plan/expression.ts'
import type { Aggregate, Relation } from '../../plan/relation.ts'
import { expressionsOf } from '../../plan/rewrite.ts'
import { sameExpression } from '../../plan/same-expression.ts'
import { type DataType, type StructType, struct } from '../../types/data-type.ts'
import { type Batch, type StagedRows, stageStreaming } from './batch.ts'
import { closeGroups } from './close-groups.ts'
import { allRows, countLate, isOver, outputOver } from './group-state.ts'
import {
  aggregatesIn,
  endOfGroups,
  type GroupKey,
  groupKeys,
  meaningOf,
  withoutWindowStars,
} from './grouping.ts'
import { type InputWatermark, inputWatermark } from './input-watermark.ts'
import { overRows } from './kept-rows.ts'
import { type PartialAggregate, partialAggregate } from './partial-aggregate.ts'
import { inSessions, withSpans } from './session-groups.ts'

/**
 * A GROUP BY over a stream. With a key that the watermark can pass (a window over the event time, or the event time) each
 * group is given out once, when the watermark that the batch starts with has reached its end (append mode); rows of
 * groups that are over are dropped and counted. Without one the whole result is given out after each batch (complete
 * mode). State is one row a group of mergeable parts; where an aggregate has none, the rows themselves.
 */
export async function aggregateStream(node: Aggregate, original: Aggregate, batch: Batch): Promise<Relation> {
  const keys = groupKeys(node, batch.schemaOf(node.input), original.input)
  checkMode(keys, batch)
  const watermark = inputWatermark(original.input, batch)
  const plain = { ...node, expressions: withoutWindowStars(node.expressions, keys) }
  const parts = partialsOf(plain, keys, batch)
  return parts === undefined
    ? overRows(plain, keys, watermark, batch)
    : overPartials(plain, keys, parts, watermark, batch)
}

/** What the flow does with the rows was decided by its definition: a result of the other mode would be lost or doubled. */
function checkMode(keys: readonly GroupKey[], { isComplete }: Batch): void {
  if ((endOfGroups(keys) === undefined) === isComplete) return
  const detail = `groups that ${isComplete ? 'end' : 'never end'} in a flow ${isComplete ? 'of whole results' : 'that appends'}`
  throw new PipelineError('INTERNAL_ERROR', { detail })
}

/** Counts the rows behind each partial group, so that rows dropped as late can be told. */
const ROWS = '__rows'

async function overPartials(
  node: Aggregate,
  keys: readonly GroupKey[],
  parts: readonly KeyedPartial[],
  watermark: InputWatermark,
  batch: Batch,
): Promise<Relation> {
  const columns = parts.flatMap((each) => each.partial.columns)
  const spans = withSpans(node.input, keys)
  const partial = aggregate(
    spans.input,
    spans.keys.map((each) => each.expression),
    [
      ...spans.keys.map((each) => alias(each.expression, each.column)),
      ...columns.map((each) => alias(each.compute, each.name)),
      alias(call('count', { kind: 'UnresolvedStar' }), ROWS),
    ],
  )
  const staged = await stageStreaming(batch, partial)
  const end = endOfGroups(keys)
  const onTime = await withoutLateGroups(staged, end, watermark, batch)
  const schema = struct(staged.scan.schema.fields.filter((each) => each.name !== ROWS))
  const state = batch.state.operator({
    kind: 'aggregate',
    schema,
    meaning: meaningOf(
      keys,
      parts.map((each) => each.aggregate),
    ),
  })
  const merge = (rows: Relation) => mergeGroups(inSessions(rows, keys, schema), keys, columns, schema)
  const fresh = await stageStreaming(batch, project(onTime.scan, columnsOf(schema)))
  const isOpen = end === undefined
  const closed = isOpen
    ? await allRows(state, fresh.scan)
    : await closeGroups({ state, keys, schema, fresh, watermark, merge }, batch)
  const groups = await stageStreaming(batch, merge(closed))
  if (isOpen) await state.replace(batch.session, groups.scan)
  return (await stageStreaming(batch, finalOutput(node, keys, parts, groups.scan, batch))).scan
}

interface KeyedPartial {
  readonly aggregate: Expression
  readonly partial: PartialAggregate
}

/** Every distinct aggregate of the output split into parts; undefined when one cannot be. */
function partialsOf(node: Aggregate, keys: readonly GroupKey[], batch: Batch): KeyedPartial[] | undefined {
  if (node.groupType !== 'groupby') return undefined
  const found: KeyedPartial[] = []
  for (const expression of expressionsOf({ ...node, grouping: [] })) {
    for (const each of aggregatesIn(expression)) {
      if (found.some((known) => sameExpression(known.aggregate, each))) continue
      const call = each as UnresolvedFunction
      const types = aggregateTypes(call, node, keys, batch)
      const partial = partialAggregate(call, `__part_${found.length}`, types)
      if (partial === undefined) return undefined
      found.push({ aggregate: each, partial })
    }
  }
  return found
}

function aggregateTypes(
  aggregateCall: UnresolvedFunction,
  node: Aggregate,
  keys: readonly GroupKey[],
  batch: Batch,
): { result: DataType; argument: DataType | undefined } {
  const result = batch.schemaOf({
    ...node,
    having: undefined,
    qualify: undefined,
    grouping: keys.map((each) => each.expression),
    expressions: [alias(aggregateCall, 'value')],
  }).fields[0]!.dataType
  const [argument] = aggregateCall.arguments
  const argumentType =
    argument === undefined || argument.kind === 'UnresolvedStar'
      ? undefined
      : batch.schemaOf(project(node.input, [alias(argument, 'value')])).fields[0]!.dataType
  return { result, argument: argumentType }
}

async function withoutLateGroups(
  groups: StagedRows,
  end: readonly string[] | undefined,
  { lateMicros }: InputWatermark,
  batch: Batch,
): Promise<StagedRows> {
  if (end === undefined || lateMicros === undefined) return groups
  const isLate = isOver(attribute(...end), lateMicros)
  const [row] = await batch.session.rows(
    aggregate(filter(groups.scan, isLate), [], [alias(call('sum', attribute(ROWS)), 'late')]),
  )
  const late = (row![0] as bigint | null) ?? 0n
  if (late === 0n) return groups
  countLate(late, batch)
  return stageStreaming(batch, filter(groups.scan, call('not', isLate)))
}

function columnsOf(schema: StructType): readonly Expression[] {
  return schema.fields.map((each) => attribute(each.name))
}

/** One row a group out of several. */
function mergeGroups(
  groups: Relation,
  keys: readonly GroupKey[],
  columns: readonly { readonly name: string; readonly merge: string }[],
  schema: StructType,
): Relation {
  const keyColumns = keys.map((each) => attribute(each.column))
  return aggregate(groups, keyColumns, [
    ...keyColumns,
    ...columns.map((each) => {
      const dataType = schema.fields.find((known) => known.name === each.name)!.dataType
      const merged: Expression = {
        kind: 'Cast',
        child: call(each.merge, attribute(each.name)),
        dataType,
        mode: 'ansi',
      }
      return alias(merged, each.name)
    }),
  ])
}

function finalOutput(
  node: Aggregate,
  keys: readonly GroupKey[],
  parts: readonly KeyedPartial[],
  groups: Relation,
  batch: Batch,
): Relation {
  const resultOf = (each: Expression) =>
    parts.find((known) => sameExpression(known.aggregate, each))!.partial.result
  const output = outputOver(node, keys, resultOf, batch)
  const kept = output.having === undefined ? groups : filter(groups, output.having)
  return { ...project(kept, output.expressions), qualify: output.qualify }
}
