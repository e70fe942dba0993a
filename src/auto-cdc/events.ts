import { PipelineError } from '../errors/index.ts'
import { Column, call } from '../plan/column.ts'
import { max } from '../plan/column-functions/aggregate.ts'
import { arrayContains } from '../plan/column-functions/array.ts'
import { coalesce } from '../plan/column-functions/conditional.ts'
import { col, count, lit, namedStruct, when } from '../plan/column-functions/core.ts'
import type { Expression } from '../plan/expression.ts'
import type { Relation } from '../plan/relation.ts'
import type { Value } from '../types/row.ts'
import { givenLeaves, isOperation, keyColumn, keyColumns, leafColumn, OPERATION, select } from './event.ts'
import type { AutoCdc } from './resolve.ts'
import { type Leaf, leafValue, named } from './shape.ts'

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
  const value = (index: number): Column => leafValue(cdc.leaves[index]!, (name) => named(name))
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
  const lowerCase = call('transform', list, new Column(lowerCaseOf))
  return list.isNull().or(arrayContains(lowerCase, leaf.path[0]!.toLowerCase()))
}

const lowerCaseOf: Expression = {
  kind: 'LambdaFunction',
  parameters: ['name'],
  body: call('lower', col('name')).expression,
}

/** What `surveyEvents` found in a batch. */
export interface EventSurvey {
  readonly eventCount: bigint
  readonly truncateCount: bigint
}

/** One row about a batch's events, for `checkEvents`. */
export function surveyEvents(cdc: AutoCdc, events: Relation): Relation {
  const sample = call(
    'to_json',
    namedStruct(
      Object.fromEntries([
        ...cdc.keys.map((each, i) => [each.name, col(keyColumn(i))]),
        ['sequence', col('s')],
      ]),
    ),
  )
  const nulls = (column: Column, among: Column): readonly Column[] => [
    count(when(column.isNull().and(among), 1)),
    max(when(column.isNull().and(among), sample)),
  ]
  const isForKey = isOperation('truncate').not()
  const isBitemporal = cdc.systemType !== undefined
  const expressions = [
    count(lit(1)),
    count(when(isOperation('truncate'), 1)),
    ...(isBitemporal
      ? nulls(lit(null), col('s').isNull().or(col('y').isNull()))
      : nulls(col('s'), lit(true))),
    ...keyColumns(cdc).flatMap((each) => nulls(col(each), isForKey)),
  ]
  return {
    kind: 'Aggregate',
    input: events,
    groupType: 'groupby',
    grouping: [],
    expressions: expressions.map((each, i) => each.as(`n${i}`).expression),
  }
}

/**
 * Judges the row of `surveyEvents`, before anything of the batch is applied.
 * Throws AUTOCDC_MICROBATCH_VALIDATION.NULL_SEQUENCE and NULL_KEY.
 */
export function checkEvents(
  cdc: AutoCdc,
  survey: readonly Value[],
  batch: { readonly tableName: string; readonly batchId: string },
): EventSurvey {
  const [eventCount, truncateCount, nullSequences, sequenceSample, ...keys] = survey
  if (nullSequences !== 0n) {
    throw new PipelineError('AUTOCDC_MICROBATCH_VALIDATION.NULL_SEQUENCE', {
      ...batch,
      nullCount: String(nullSequences),
      sample: String(sequenceSample),
    })
  }
  cdc.keys.forEach((each, i) => {
    const [nullCount, sample] = [keys[2 * i], keys[2 * i + 1]]
    if (nullCount === 0n) return
    throw new PipelineError('AUTOCDC_MICROBATCH_VALIDATION.NULL_KEY', {
      ...batch,
      columnName: each.name,
      nullCount: String(nullCount),
      sample: String(sample),
    })
  })
  return { eventCount: eventCount as bigint, truncateCount: truncateCount as bigint }
}
