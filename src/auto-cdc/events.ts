import { PipelineError } from '../errors/index.ts'
import { aggregate, conjunction } from '../plan/build.ts'
import { Column, call } from '../plan/column.ts'
import { min } from '../plan/column-functions/aggregate.ts'
import { arrayContains } from '../plan/column-functions/array.ts'
import { coalesce } from '../plan/column-functions/conditional.ts'
import { col, count, lit, when } from '../plan/column-functions/core.ts'
import { lower } from '../plan/column-functions/string.ts'
import type { Expression } from '../plan/expression.ts'
import type { Relation } from '../plan/relation.ts'
import type { DataType } from '../types/data-type.ts'
import type { Value } from '../types/row.ts'
import {
  givenLeaves,
  isOperation,
  keyColumn,
  keyColumns,
  leafColumn,
  lowerCased,
  OPERATION,
  select,
  where,
} from './event.ts'
import type { AutoCdc } from './resolve.ts'
import { type Leaf, leafValue, named } from './shape.ts'
import type { AutoCdcSpec } from './spec.ts'
import { STATE } from './state.ts'

/**
 * The change events of a batch, classified: truncate where its condition IS TRUE, else delete where its condition IS TRUE,
 * else upsert. `source` has the columns that the flow was resolved with. Hold the rows: every other plan reads them.
 */
export function readEvents(cdc: AutoCdc, source: Relation): Relation {
  const { deleteWhen, truncateWhen, sequenceBy, systemSequenceBy, columnsToUpdate } = cdc.spec
  const isTruncate = isTrue(truncateWhen)
  const isDelete = isTrue(deleteWhen)
  const isUpsert = isTruncate.or(isDelete).not()
  const operation = when(isTruncate, lit(OPERATION.truncate))
    .when(isDelete, lit(OPERATION.delete))
    .otherwise(lit(OPERATION.upsert))
  const value = (index: number): Column => {
    const leaf = cdc.leaves[index]!
    return leafValue(leaf, (name) => (leaf.former === undefined ? named(name) : new Column(leaf.former)))
  }
  const supplies = (leaf: Leaf): Column =>
    columnsToUpdate === undefined ? isUpsert : isUpsert.and(isListed(columnsToUpdate, leaf))
  return select(source, [
    ...cdc.keys.map((each, i) => named(each.name).as(keyColumn(i))),
    new Column(sequenceBy).as('s'),
    operation.as('op'),
    ...cdc.leaves.map((leaf, i) => when(supplies(leaf), value(i)).as(leafColumn(i))),
    ...(cdc.isSparse ? [when(isUpsert, suppliedLeaves(cdc, value)).as('given')] : []),
    ...(systemSequenceBy === undefined ? [] : [new Column(systemSequenceBy).as('y')]),
  ])
}

function isTrue(condition: Expression | undefined): Column {
  return condition === undefined ? lit(false) : coalesce(new Column(condition), lit(false))
}

function suppliedLeaves(cdc: AutoCdc, value: (index: number) => Column): Column {
  const { columnsToUpdate } = cdc.spec
  return givenLeaves(cdc, (leaf, index) => [
    leaf.ignoresNull ? value(index).isNotNull() : undefined,
    columnsToUpdate === undefined ? undefined : isListed(columnsToUpdate, leaf),
  ])
}

function isListed(columnsToUpdate: string, leaf: Leaf): Column {
  const list = named(columnsToUpdate)
  // Lower case as the engine has it, which is another one of some letters.
  return list.isNull().or(arrayContains(lowerCased(list), lower(lit(leaf.path[0]!))))
}

/** What `surveyEvents` found in a batch. */
export interface EventSurvey {
  readonly eventCount: bigint
  readonly truncateCount: bigint
}

/** One row about a batch's events, for `checkEvents`. */
export function surveyEvents(cdc: AutoCdc, events: Relation): Relation {
  const nulls = (column: Column, among: Column) => count(when(column.isNull().and(among), 1))
  const isForKey = isOperation('truncate').not()
  const expressions = [
    count(lit(1)),
    count(when(isOperation('truncate'), 1)),
    ...sequenceParts(cdc).map(({ of, path }) => nulls(fieldOf(col(of), path), lit(true))),
    ...keyColumns(cdc).map((each) => nulls(col(each), isForKey)),
  ]
  return aggregate(
    events,
    [],
    expressions.map((each, i) => each.as(`n${i}`).expression),
  )
}

/** What of an event's place in time must not be NULL, fields of structs neither. */
interface SequencePart {
  /** The column of the events. */
  readonly of: 's' | 'y'
  /** Fields below it. */
  readonly path: readonly string[]
}

function sequenceParts({ sequenceType, systemType }: AutoCdc): readonly SequencePart[] {
  const parts = (of: SequencePart['of'], dataType: DataType, path: readonly string[]): SequencePart[] => {
    const fields = dataType.kind === 'struct' ? dataType.fields : []
    return [{ of, path }, ...fields.flatMap((each) => parts(of, each.dataType, [...path, each.name]))]
  }
  return [...parts('s', sequenceType, []), ...(systemType === undefined ? [] : parts('y', systemType, []))]
}

function fieldOf(column: Column, path: readonly string[]): Column {
  return path.reduce((struct, name) => struct.getField(name), column)
}

/** A part of the sequences over the source. */
function partOf({ sequenceBy, systemSequenceBy }: AutoCdcSpec, { of, path }: SequencePart): Column {
  return fieldOf(new Column(of === 's' ? sequenceBy : systemSequenceBy!), path)
}

/** The deletes and the truncates that can be applied, as conditions over the source: nothing that they need is NULL. */
export function applicableRemovals(cdc: AutoCdc): readonly Expression[] {
  const { keys, deleteWhen, truncateWhen } = cdc.spec
  const sequences = sequenceParts(cdc).map((part) => partOf(cdc.spec, part))
  const withAll = (condition: Expression | undefined, needed: readonly Column[]) =>
    condition === undefined
      ? []
      : [conjunction([condition, ...needed.map((each) => each.isNotNull().expression)])]
  return [
    ...withAll(deleteWhen, [...keys.map((each) => named(each)), ...sequences]),
    ...withAll(truncateWhen, sequences),
  ]
}

/** Where `checkEvents` finds a batch, and what an event of it looks like. */
export interface CheckedBatch {
  readonly tableName: string
  readonly batchId: string
  /** The rows that `readEvents` was given. */
  readonly source: Relation
  /** The one value of a query. */
  readonly readValue: (query: Relation) => Promise<Value>
}

/**
 * Judges the row of `surveyEvents`, before anything of the batch is applied.
 * Throws AUTOCDC_MICROBATCH_VALIDATION.NULL_SEQUENCE and NULL_KEY with an event as the source has it.
 */
export async function checkEvents(
  cdc: AutoCdc,
  survey: readonly Value[],
  { source, readValue, ...batch }: CheckedBatch,
): Promise<EventSurvey> {
  const [eventCount, truncateCount, ...nullCounts] = survey as readonly bigint[]
  const about = async (nullCount: bigint, isWrong: Column) => ({
    ...batch,
    eventCount: String(eventCount),
    nullCount: String(nullCount),
    sample: shortened(String(await readValue(smallestEvent(where(source, isWrong))))),
  })
  const { truncateWhen } = cdc.spec
  const parts = sequenceParts(cdc)
  for (const [i, part] of parts.entries()) {
    const nullCount = nullCounts[i]!
    if (nullCount === 0n) continue
    const parameters = await about(nullCount, partOf(cdc.spec, part).isNull())
    const name = [part.of === 's' ? 'sequence' : 'system sequence', ...part.path].join('.')
    throw new PipelineError('AUTOCDC_MICROBATCH_VALIDATION.NULL_SEQUENCE', { ...parameters, sequence: name })
  }
  for (const [i, { name }] of cdc.keys.entries()) {
    const nullCount = nullCounts[parts.length + i]!
    if (nullCount === 0n) continue
    const parameters = await about(nullCount, named(name).isNull().and(isTrue(truncateWhen).not()))
    throw new PipelineError('AUTOCDC_MICROBATCH_VALIDATION.NULL_KEY', { ...parameters, columnName: name })
  }
  return { eventCount: eventCount!, truncateCount: truncateCount! }
}

/** The first of a source's events by its JSON. Rows of snapshots have columns of ours, which are no part of them. */
function smallestEvent(events: Relation): Relation {
  const input: Relation = { kind: 'Drop', input: events, columns: [STATE.sequence, STATE.operation] }
  const event = call('to_json', call('struct', new Column({ kind: 'UnresolvedStar' })))
  return aggregate(select(input, [event.as('event')]), [], [min('event').as('event').expression])
}

const LONGEST_SAMPLE = 500

function shortened(sample: string): string {
  return sample.length > LONGEST_SAMPLE ? `${sample.slice(0, LONGEST_SAMPLE)}...` : sample
}
