import { PipelineError } from '../errors/index.ts'
import { attribute, joinOn, unionByName } from '../plan/build.ts'
import { Column, call } from '../plan/column.ts'
import { lit, namedStruct } from '../plan/column-functions/core.ts'
import type { Expression, Literal } from '../plan/expression.ts'
import type { Relation } from '../plan/relation.ts'
import { canCast } from '../types/cast-rules.ts'
import { type DataType, field, STRING, type StructType, struct } from '../types/data-type.ts'
import { printSqlType } from '../types/ddl.ts'
import type { Row, Value } from '../types/row.ts'
import { comparable, OPERATION, select, where } from './event.ts'
import { type AutoCdc, type AutoCdcNames, checkReserved, fieldsNamed, resolveAutoCdc } from './resolve.ts'
import { leafValue, named } from './shape.ts'
import type { ColumnSelection } from './spec.ts'
import { END_AT, STATE } from './state.ts'

/** What an AUTO CDC FROM SNAPSHOT flow says. */
export interface SnapshotSpec {
  /** Columns that identify a row. */
  readonly keys: readonly string[]
  readonly scdType: 1 | 2
  /** Columns whose change opens a version (SCD 2). Default: all but the keys. */
  readonly trackHistory?: ColumnSelection
}

const [VERSION, CHANGE] = [STATE.sequence, STATE.operation]

/**
 * Snapshots as change events: what `snapshotEvents` gives of a snapshot with these columns is the source of the flow that
 * comes out. Versions, of `versionType`, are its sequence.
 * Throws what `resolveAutoCdc` throws.
 */
export function resolveSnapshots(
  spec: SnapshotSpec,
  snapshot: StructType,
  versionType: DataType,
  names: AutoCdcNames,
): AutoCdc {
  checkReserved(snapshot.fields, [VERSION, CHANGE], names)
  const source = struct([...snapshot.fields, field(VERSION, versionType), field(CHANGE, STRING)])
  const { keys, scdType, trackHistory } = spec
  checkSnapshotKeys(spec, snapshot, names)
  const events = {
    keys,
    scdType,
    sequenceBy: attribute(VERSION),
    columns: { kind: 'except', columns: [VERSION, CHANGE] },
    deleteWhen: named(CHANGE).eq(lit(OPERATION.delete)).expression,
  } as const
  const open = snapshot.open === undefined ? {} : { open: snapshot.open }
  return resolveAutoCdc(
    trackHistory === undefined ? events : { ...events, trackHistory },
    { ...source, ...open },
    names,
  )
}

/** Throws AUTOCDC_COLUMNS_NOT_FOUND_IN_SCHEMA for a snapshot without a key: of the other columns it may lack some. */
export function checkSnapshotKeys(
  { keys }: Pick<SnapshotSpec, 'keys'>,
  snapshot: StructType,
  names: AutoCdcNames,
): void {
  fieldsNamed(keys, snapshot, 'KEYS', names)
}

/**
 * What a snapshot changes, as events at its version: an upsert for a row that is new or differs, a delete for a key that it
 * lacks. Equal rows give nothing. `target` is the whole table before; where a key has several rows in the snapshot, all of
 * them are events when one differs, and meet as ties.
 */
export function snapshotEvents(
  cdc: AutoCdc,
  snapshot: Relation,
  target: Relation,
  version: Expression,
): Relation {
  const current = cdc.scdType === 1 ? target : where(target, named(END_AT).isNull())
  const sameKey = cdc.keys.map(({ name }) => named('l', name).eq(named('r', name)))
  const leaves = cdc.leaves.filter((each) => each.former === undefined)
  const columns = new Set([...cdc.keys.map((each) => each.name), ...leaves.map((each) => each.path[0]!)])
  const sameValues = leaves.map((leaf) => {
    const [left, right] = ['l', 'r'].map((side) =>
      comparable(
        leaf,
        leafValue(leaf, (name) => named(side, name)),
      ),
    )
    return left!.eqNullSafe(right!)
  })
  const all = (conditions: readonly Column[]): Expression =>
    conditions.reduce((left, right) => left.and(right)).expression
  const differing = joinOn(snapshot, current, 'left anti', all([...sameKey, ...sameValues]))
  const changed = joinOn(snapshot, differing, 'left semi', all(sameKeyOrNull(cdc)))
  const missing = joinOn(current, snapshot, 'left anti', all(sameKey))
  const event = (operation: string): readonly Column[] => [
    ...[...columns].map((name) => named(name)),
    new Column(version).as(VERSION),
    lit(operation).as(CHANGE),
  ]
  return unionByName([select(changed, event(OPERATION.upsert)), select(missing, event(OPERATION.delete))])
}

/** NULL keys come through as events, which are refused. */
function sameKeyOrNull(cdc: AutoCdc): readonly Column[] {
  return cdc.keys.map(({ name }) => named('l', name).eqNullSafe(named('r', name)))
}

/** One row about a version as one of `type`, for `checkVersionType`. */
export function versionAsType(version: Literal, type: DataType): Relation {
  const given = new Column(version)
  const isHeld = canCast(version.dataType, type) ? survives(given, version.dataType, type) : lit(false)
  return select(ONE_ROW, [isHeld.as('is_held'), jsonOf(given).as('version')])
}

/** Texts that differ can be one value: '2026-1-1' and '2026-01-01'. */
function survives(value: Column, from: DataType, to: DataType): Column {
  const held = value.tryCast(to)
  return from.kind === 'string' ? held.isNotNull() : held.tryCast(from).eqNullSafe(value)
}

/** Judges the row of `versionAsType`. Throws AUTOCDC_SNAPSHOT_VERSION_TYPE. */
export function checkVersionType(
  [isHeld, version]: Row,
  types: { readonly actual: DataType; readonly expected: DataType },
  { flowName, tableName }: AutoCdcNames,
): void {
  if (isHeld === true) return
  throw new PipelineError('AUTOCDC_SNAPSHOT_VERSION_TYPE', {
    flowName,
    tableName,
    version: textOf(version),
    actualType: printSqlType(types.actual),
    versionType: printSqlType(types.expected),
  })
}

/** One row about two versions, for `checkVersions`. */
export function compareVersions(last: Expression, current: Expression): Relation {
  const [before, after] = [new Column(last), new Column(current)]
  return select(ONE_ROW, [
    after.gt(before).as('ascends'),
    jsonOf(before).as('last'),
    jsonOf(after).as('current'),
  ])
}

const ONE_ROW: Relation = { kind: 'LocalRelation', rows: [[]], columns: [] }

function jsonOf(version: Column): Column {
  return call('to_json', namedStruct({ version }))
}

/** Judges the row of `compareVersions`. Throws AUTOCDC_SNAPSHOT_VERSION_NOT_ASCENDING. */
export function checkVersions(row: Row, { flowName, tableName }: AutoCdcNames): void {
  const [ascends, last, current] = row
  if (ascends === true) return
  throw new PipelineError('AUTOCDC_SNAPSHOT_VERSION_NOT_ASCENDING', {
    flowName,
    tableName,
    version: textOf(current),
    lastVersion: textOf(last),
  })
}

/** The version of `{"version":...}`. Numbers as they are written: a long one is more than a number can hold. */
function textOf(json: Value | undefined): string {
  const text = String(json).slice('{"version":'.length, -1)
  return text.startsWith('"') ? JSON.parse(text) : text
}
