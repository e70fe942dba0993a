import { PipelineError } from '../errors/index.ts'
import { attribute, call, FALSE, filter, longLiteral, stringLiteral } from '../plan/build.ts'
import type { Expression } from '../plan/expression.ts'
import type { Relation } from '../plan/relation.ts'
import { asNullable } from '../types/as-nullable.ts'
import {
  array,
  BOOLEAN,
  type DataType,
  field,
  fieldNamed,
  LONG,
  STRING,
  type StructType,
  struct,
  TIMESTAMP,
} from '../types/data-type.ts'
import { parseDataType, parseSchema, printSchema, printSqlType } from '../types/ddl.ts'
import { sameName } from '../types/same-name.ts'
import { sameType } from '../types/same-type.ts'
import type { AutoCdc, AutoCdcNames } from './resolve.ts'
import type { AutoCdcSpec } from './spec.ts'

/** When a version of SCD 2 became valid, in the terms of the sequence; the first moment of the interval. */
export const START_AT = '__START_AT'
/** When a version of SCD 2 ended, itself outside of the interval; NULL while it is valid. */
export const END_AT = '__END_AT'

/** When a row of a bitemporal table became known, in the terms of the system sequence. */
export const SYSTEM_START_AT = '__SYSTEM_START_AT'
/** When it was known no more; NULL while it stands. */
export const SYSTEM_END_AT = '__SYSTEM_END_AT'

/** The columns that say which row of the target is which: they never change. */
export function identityColumns(cdc: AutoCdc): readonly string[] {
  const interval = cdc.scdType === 1 ? [] : [START_AT]
  const system = cdc.systemType === undefined ? [] : [SYSTEM_START_AT]
  return [...cdc.keys.map((each) => each.name), ...interval, ...system]
}

/** Columns of the hidden state beside the keys. */
export const STATE = {
  sequence: '__SEQUENCE',
  /** `upsert`, `delete` or `truncate`. */
  operation: '__OPERATION',
  /** The row's other columns as they stood after the event. */
  values: '__VALUES',
  /** The leaves that the event supplied; NULL: all. */
  given: '__GIVEN',
  /** Processing time of the batch that brought the event. */
  arrivedAt: '__ARRIVED_AT',
  /** The key's older events are forgotten: this one stands for all of them. */
  isHorizon: '__IS_HORIZON',
  /** The flow and batch that added the row. It counts from when that batch has reached the target. */
  addedByFlow: '__ADDED_BY_FLOW',
  addedByBatch: '__ADDED_BY_BATCH',
  /** The flow and batch that made the row obsolete. It counts until that batch has reached the target. */
  removedByFlow: '__REMOVED_BY_FLOW',
  removedByBatch: '__REMOVED_BY_BATCH',
} as const

/** Columns of `touchedHistory` beside the keys. */
export const REACH = { since: '__SINCE', horizon: '__HORIZON' } as const

export const RESERVED_STATE_COLUMNS: readonly string[] = [...Object.values(STATE), ...Object.values(REACH)]

/**
 * The hidden state's table: one row for each event that still decides, and that the target's rows do not show. Keys are
 * NULL in the row of a truncate. Cluster it by the keys.
 */
export function hiddenStateSchema(cdc: AutoCdc): StructType {
  const values = cdc.columns.map(({ field: each }) => field(each.name, asNullable(each.dataType)))
  return struct([
    ...cdc.keys.map((each) => field(each.name, asNullable(each.dataType))),
    field(STATE.sequence, cdc.sequenceType, false),
    field(STATE.operation, STRING, false),
    ...(keepsValues(cdc) ? [field(STATE.values, struct(values))] : []),
    ...(cdc.isSparse ? [field(STATE.given, array(STRING))] : []),
    field(STATE.arrivedAt, TIMESTAMP, false),
    field(STATE.isHorizon, BOOLEAN, false),
    field(STATE.addedByFlow, STRING, false),
    field(STATE.addedByBatch, LONG, false),
    field(STATE.removedByFlow, STRING),
    field(STATE.removedByBatch, LONG),
  ])
}

/** SCD 1 without sparse events finds the values in the target. */
export function keepsValues(cdc: AutoCdc): boolean {
  return cdc.columns.length > 0 && (cdc.scdType === 2 || cdc.isSparse)
}

/** The last batch of each flow that has reached the target, as the target's log says. */
export type CommittedBatches = ReadonlyMap<string, bigint>

/**
 * The rows of the hidden state that belong to the target as it is: added by a batch that has reached it, and not removed by
 * one that has.
 */
export function liveState(hidden: Relation, committed: CommittedBatches): Relation {
  const isAdded = hasReached(STATE.addedByFlow, STATE.addedByBatch, committed)
  const isRemoved = hasReached(STATE.removedByFlow, STATE.removedByBatch, committed)
  return filter(hidden, call('and', isAdded, call('not', isRemoved)))
}

/**
 * The rows of the hidden state that can be deleted for good before `flow` applies its next batch: those that a batch removed
 * which has reached the target, and those that an attempt of this flow added which has not.
 */
export function isStaleState(flow: string, committed: CommittedBatches): Expression {
  const isOfFlow = call('=', attribute(STATE.addedByFlow), stringLiteral(flow))
  const isAdded = hasReached(STATE.addedByFlow, STATE.addedByBatch, committed)
  const isRemoved = hasReached(STATE.removedByFlow, STATE.removedByBatch, committed)
  return call('or', isRemoved, call('and', isOfFlow, call('not', isAdded)))
}

/** The rows that an attempt of `flow` has marked which has not reached the target: they count. */
export function isMarkedByAttempt(flow: string, committed: CommittedBatches): Expression {
  const isOfFlow = call('<=>', attribute(STATE.removedByFlow), stringLiteral(flow))
  return call('and', isOfFlow, call('not', hasReached(STATE.removedByFlow, STATE.removedByBatch, committed)))
}

function hasReached(flowColumn: string, batchColumn: string, committed: CommittedBatches): Expression {
  const reached = [...committed].map(([flow, batch]) =>
    call(
      'and',
      call('=', attribute(flowColumn), stringLiteral(flow)),
      call('<=', attribute(batchColumn), longLiteral(batch)),
    ),
  )
  const isAny = reached.reduce<Expression>((left, right) => call('or', left, right), FALSE)
  return call('coalesce', isAny, FALSE)
}

const PROPERTY = {
  scdType: 'millrace.autoCdc.scdType',
  keys: 'millrace.autoCdc.keys',
  sequenceType: 'millrace.autoCdc.sequenceType',
  systemType: 'millrace.autoCdc.systemSequenceType',
  tracked: 'millrace.autoCdc.trackedColumns',
  untracked: 'millrace.autoCdc.untrackedColumns',
} as const

/** Table properties of the hidden state: what must not change between updates. */
export function hiddenStateProperties(cdc: AutoCdc): Readonly<Record<string, string>> {
  const { tracked, untracked } = trackedNames(cdc)
  return {
    [PROPERTY.scdType]: String(cdc.spec.scdType),
    [PROPERTY.keys]: keySchema(cdc),
    [PROPERTY.sequenceType]: printSqlType(cdc.sequenceType),
    ...(cdc.systemType === undefined ? {} : { [PROPERTY.systemType]: printSqlType(cdc.systemType) }),
    [PROPERTY.tracked]: JSON.stringify(tracked),
    [PROPERTY.untracked]: JSON.stringify(untracked),
  }
}

/**
 * Compares a flow with the properties of the hidden state that its table was built with. Keys may change their order, and
 * columns that were not there before may be tracked or not.
 * Throws AUTOCDC_INVALID_STATE.KEY_SCHEMA_DRIFT, SEQUENCING_TYPE_DRIFT, SCD_TYPE_DRIFT, TRACK_HISTORY_DRIFT,
 * AUXILIARY_TABLE_PROPERTY_MISSING.
 */
export function checkHiddenState(
  cdc: AutoCdc,
  properties: Readonly<Record<string, string>>,
  { flowName, tableName, auxTableName }: AutoCdcNames & { readonly auxTableName: string },
): void {
  const recorded = (name: string): string => recordedProperty(properties, name, tableName)
  checkScdType(cdc.spec.scdType, properties, tableName)
  const recordedKeySchema = recorded(PROPERTY.keys)
  if (!sameKeys(parseSchema(recordedKeySchema), cdc)) {
    throw new PipelineError('AUTOCDC_INVALID_STATE.KEY_SCHEMA_DRIFT', {
      flowName,
      tableName,
      auxTableName,
      expectedKeySchema: keySchema(cdc),
      recordedKeySchema,
    })
  }
  checkSequencingType(cdc.sequenceType, recorded(PROPERTY.sequenceType), tableName)
  if (cdc.systemType) checkSequencingType(cdc.systemType, recorded(PROPERTY.systemType), tableName)
  checkTracked(cdc, properties, tableName)
}

/**
 * Compares the SCD type of a flow with the one that its table was built with.
 * Throws AUTOCDC_INVALID_STATE.SCD_TYPE_DRIFT, AUXILIARY_TABLE_PROPERTY_MISSING.
 */
export function checkScdType(
  scdType: AutoCdcSpec['scdType'],
  properties: Readonly<Record<string, string>>,
  tableName: string,
): void {
  const recordedScdType = recordedProperty(properties, PROPERTY.scdType, tableName)
  const expectedScdType = String(scdType)
  if (recordedScdType === expectedScdType) return
  throw new PipelineError('AUTOCDC_INVALID_STATE.SCD_TYPE_DRIFT', {
    tableName,
    expectedScdType,
    recordedScdType,
  })
}

function recordedProperty(
  properties: Readonly<Record<string, string>>,
  propertyName: string,
  tableName: string,
): string {
  const value = properties[propertyName]
  if (value !== undefined) return value
  throw new PipelineError('AUTOCDC_INVALID_STATE.AUXILIARY_TABLE_PROPERTY_MISSING', {
    tableName,
    propertyName,
  })
}

/** Names of the columns that a table was built to track and of the others. Throws AUXILIARY_TABLE_PROPERTY_MISSING. */
export function recordedTracking(
  properties: Readonly<Record<string, string>>,
  tableName: string,
): { readonly tracked: readonly string[]; readonly untracked: readonly string[] } {
  const names = (property: string) => JSON.parse(recordedProperty(properties, property, tableName))
  return { tracked: names(PROPERTY.tracked), untracked: names(PROPERTY.untracked) }
}

function checkTracked(cdc: AutoCdc, properties: Readonly<Record<string, string>>, tableName: string): void {
  if (cdc.scdType === 1) return
  const before = recordedTracking(properties, tableName)
  const now = trackedNames(cdc)
  const has = (names: readonly string[], name: string) => names.some((each) => sameName(each, name))
  const changed =
    before.tracked.some((name) => has(now.untracked, name)) ||
    before.untracked.some((name) => has(now.tracked, name))
  if (!changed) return
  throw new PipelineError('AUTOCDC_INVALID_STATE.TRACK_HISTORY_DRIFT', {
    tableName,
    expectedTrackHistoryColumns: now.tracked.join(', '),
    recordedTrackHistoryColumns: before.tracked.join(', '),
  })
}

function trackedNames(cdc: AutoCdc): { tracked: string[]; untracked: string[] } {
  const names = (isTracked: boolean): string[] => [
    ...new Set(cdc.leaves.filter((leaf) => leaf.isTracked === isTracked).map((leaf) => leaf.path[0]!)),
  ]
  return { tracked: names(true), untracked: names(false) }
}

/** Fields of a sequence may come to allow NULL, and have other comments. */
function checkSequencingType(dataType: DataType, recordedSequencingType: string, tableName: string): void {
  if (sameType(parseDataType(recordedSequencingType), dataType)) return
  throw new PipelineError('AUTOCDC_INVALID_STATE.SEQUENCING_TYPE_DRIFT', {
    tableName,
    expectedSequencingType: printSqlType(dataType),
    recordedSequencingType,
  })
}

function keySchema(cdc: AutoCdc): string {
  return printSchema(struct(cdc.keys.map((each) => field(each.name, each.dataType))))
}

function sameKeys(recorded: StructType, cdc: AutoCdc): boolean {
  return (
    recorded.fields.length === cdc.keys.length &&
    cdc.keys.every(({ name, dataType }) => {
      const other = fieldNamed(recorded, name)
      return other !== undefined && sameType(other.dataType, dataType)
    })
  )
}
