import {
  aggregate,
  alias,
  attribute,
  call,
  conjunction,
  FALSE,
  filter,
  joinOn,
  longLiteral,
  nullLiteral,
  project,
  selectColumns,
  TRUE,
  unionAll,
} from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { ColumnName, Relation } from '../../plan/relation.ts'
import { field, LONG, type StructType, struct } from '../../types/data-type.ts'
import { type Batch, type StagedRows, stageStreaming } from './batch.ts'
import { withoutLateRows } from './group-state.ts'
import type { InputWatermark } from './input-watermark.ts'
import type { SideTimes } from './join-times.ts'
import type { OperatorHandle } from './operator-handle.ts'
import { reachableNames, underColumns, uniqueNames } from './side-names.ts'
import { asTimestamp } from './watermark.ts'

/** Column that numbers the rows of a side for ever; NULL where nobody asks which rows have found a match. */
export const ROW = '__row'
/** Column that says until when a row can find a match, in microseconds of the other side's watermark; NULL without bound. */
export const UNTIL = '__until'

/** One side of a join of two streams in one batch: its new rows, and those of earlier batches that still wait. */
export interface JoinSide {
  /** How the query calls the columns, and how they are called here: the same names, made unique. */
  readonly names: readonly ColumnName[]
  readonly columns: readonly string[]
  /** The columns as the query's join sees them: those of no use are not kept and NULL. */
  readonly values: readonly Expression[]
  /** The batch's rows without those that come too late. */
  readonly fresh: StagedRows
  readonly rows: OperatorHandle
  /** Which rows have found a match; undefined where it does not matter. */
  readonly matches?: OperatorHandle
  readonly isBounded: boolean
  /** The time of a row that the other side's rows wait for; undefined where one of several may count, or none. */
  readonly instant?: Expression
  /** The other side's watermark: its rows of later batches are newer. */
  readonly other: InputWatermark
}

export interface JoinSideOptions {
  /** The side's rows in this batch. */
  readonly evaluated: Relation
  readonly times: SideTimes
  /** Positions of the columns that the query has no use for. */
  readonly unused: ReadonlySet<number>
  /** The watermarks at this side and at the other one. */
  readonly own: InputWatermark
  readonly other: InputWatermark
  /** Its rows are given out with NULLs where they have no match. */
  readonly isPreserved: boolean
  readonly tracksMatches: boolean
  /** The join and its condition, in SQL. */
  readonly meaning: string
}

/** Stages the new rows of a side, numbered and with their time. */
export async function openJoinSide(options: JoinSideOptions, batch: Batch): Promise<JoinSide> {
  const { evaluated, times, unused, tracksMatches } = options
  const names = reachableNames(evaluated)
  const columns = uniqueNames(names, [ROW, UNTIL])
  const input = underColumns(evaluated, names, columns)
  const rows = project(input, [
    ...columns.filter((_, i) => !unused.has(i)).map((each) => attribute(each)),
    alias(tracksMatches ? rowNumber(batch.state.batchId) : nullLiteral(LONG), ROW),
    alias(untilOf(times, columns), UNTIL),
  ])
  const staged = await stageStreaming(batch, rows)
  const instant = instantOf(times, columns)
  const fresh = await withoutLateRows(staged, instant, options.own, batch)
  const kind = options.isPreserved ? 'outerJoinSide' : 'joinSide'
  return {
    names,
    columns,
    values: valuesOf(batch.schemaOf(input), unused),
    fresh,
    rows: batch.state.operator({
      kind,
      schema: fresh.scan.schema,
      mayHoldMore: true,
      meaning: options.meaning,
    }),
    ...(tracksMatches && { matches: batch.state.operator({ kind: 'joinMatches', schema: MATCHES }) }),
    isBounded: times.bounds.length > 0,
    ...(times.eventTime?.isOnly === true && { instant }),
    other: options.other,
  }
}

function valuesOf({ fields }: StructType, unused: ReadonlySet<number>): readonly Expression[] {
  return fields.map(({ name, dataType }, i) =>
    unused.has(i) ? alias(nullLiteral(dataType), name) : attribute(name),
  )
}

const MATCHES = struct([field(ROW, LONG), field(UNTIL, LONG)])

/**
 * The rows of earlier batches that rows of the other side in this one may match; undefined when there are none. Those of which the
 * time ends before the first of these are passed over, file by file where the times lie apart.
 */
export async function heldRows(
  side: JoinSide,
  other: JoinSide,
  { session }: Batch,
): Promise<Relation | undefined> {
  if (side.rows.isEmpty || other.fresh.rowCount === 0n) return undefined
  const held = filter(await side.rows.scan(), waitsAt(side, side.other.previousMicros))
  if (!side.isBounded || other.instant === undefined) return held
  const [row] = await session.rows(
    aggregate(
      other.fresh.scan,
      [],
      [alias(call('unix_micros', call('min', asTimestamp(other.instant))), 'first')],
    ),
  )
  const first = row![0] as bigint | null
  return first === null ? undefined : filter(held, call('>=', attribute(UNTIL), longLiteral(first)))
}

/**
 * Held rows that may match new ones of the other side, by the columns that must be equal: a scan of these columns finds the few,
 * before the whole condition is looked at. `keys` are pairs of this side's column and the other's.
 */
export function mayMatch(
  held: Relation,
  other: JoinSide,
  keys: readonly (readonly [own: string, other: string])[],
): Relation {
  if (keys.length === 0) return held
  const fresh = selectColumns(
    other.fresh.scan,
    keys.map(([, column]) => column),
  )
  const isEqual = keys.map(([own, column]) => call('=', attribute('l', own), attribute('r', column)))
  return joinOn(held, fresh, 'left semi', conjunction(isEqual))
}

/** The rows, held and new, whose time is over with this batch and of which none is among `matched` or matched before. */
export async function unmatchedRows(side: JoinSide, matched: Relation | undefined): Promise<Relation> {
  const { overMicros, previousMicros } = side.other
  const isOver = call('not', call('coalesce', waitsAt(side, overMicros), FALSE))
  const fresh = filter(side.fresh.scan, isOver)
  const canEnd = overMicros !== undefined && overMicros !== previousMicros
  const rows = canEnd && !side.rows.isEmpty ? await unmatchedHeldRows(side, overMicros) : undefined
  const over = rows === undefined ? fresh : unionAll([rows, fresh])
  return matched === undefined ? over : withoutRows(over, matched)
}

/** Only what ends between the two watermarks is read of rows and of matches. */
async function unmatchedHeldRows(side: JoinSide, overMicros: bigint): Promise<Relation> {
  const ends = conjunction([
    waitsAt(side, side.other.previousMicros),
    call('<=', attribute(UNTIL), longLiteral(overMicros)),
  ])
  const over = filter(await side.rows.scan(), ends)
  if (side.matches === undefined || side.matches.isEmpty) return over
  return withoutRows(over, filter(await side.matches.scan(), ends))
}

/** Rows that found no match in an earlier batch. */
export async function withoutMatches(side: JoinSide, rows: Relation): Promise<Relation> {
  if (side.matches === undefined || side.matches.isEmpty) return rows
  return withoutRows(rows, await side.matches.scan())
}

/** Carries the state on: what is new and still waits is added; what is over goes when runs are merged. */
export async function keepRows(side: JoinSide, matched: Relation | undefined, batch: Batch): Promise<void> {
  const waits = waitsAt(side, side.other.overMicros)
  const retention = side.isBounded ? { until: [UNTIL], overMicros: side.other.overMicros } : undefined
  if (side.fresh.rowCount > 0n) {
    await side.rows.append(batch.session, filter(side.fresh.scan, waits), { retention })
  }
  if (matched !== undefined) await side.matches?.append(batch.session, filter(matched, waits), { retention })
  if (retention === undefined) return
  side.rows.expire(retention)
  side.matches?.expire(retention)
}

/** Rows of a side as the query's join sees them, with `__left_row` and the like beside. */
export function asInput(side: JoinSide, which: 'left' | 'right', rows: Relation): Relation {
  const beside = [ROW, UNTIL].map((name) => ({
    qualifier: [],
    name: besideName(which, name),
    isListed: false,
  }))
  return {
    kind: 'SubqueryAlias',
    input: project(rows, [...side.values, attribute(ROW), attribute(UNTIL)]),
    alias: which,
    names: [...side.names, ...beside],
  }
}

/** The name of a side's own column above the join. */
export function besideName(which: 'left' | 'right', column: string): string {
  return `__${which}${column.slice(1)}`
}

/** Later rows of the other side may match. A bounded row without a time of its own matches nothing: it never waits. */
function waitsAt({ isBounded }: JoinSide, micros: bigint | undefined): Expression {
  if (!isBounded) return TRUE
  const until = attribute(UNTIL)
  return micros === undefined ? call('isnotnull', until) : call('>', until, longLiteral(micros))
}

function withoutRows(rows: Relation, others: Relation): Relation {
  const sameRow = call('=', attribute('l', ROW), attribute('r', ROW))
  return joinOn(rows, selectColumns(others, [ROW]), 'left anti', sameRow)
}

/** Numbers of one batch lie apart from those of all others. */
function rowNumber(batchId: number): Expression {
  const number: Expression = {
    kind: 'WindowExpression',
    function: call('row_number'),
    partitionBy: [],
    orderBy: [{ kind: 'SortOrder', child: TRUE, direction: 'asc', nulls: 'first' }],
  }
  return call('+', longLiteral(BigInt(batchId) << 32n), number)
}

function untilOf({ bounds }: SideTimes, columns: readonly string[]): Expression {
  const ends = bounds.map(({ position, part, micros }) => {
    const column = columns[position]!
    const time = part === undefined ? attribute(column) : attribute(column, part)
    return call('+', call('unix_micros', asTimestamp(time)), longLiteral(micros))
  })
  if (ends.length === 0) return nullLiteral(LONG)
  return ends.length === 1 ? ends[0]! : call('least', ...ends)
}

function instantOf({ eventTime }: SideTimes, columns: readonly string[]): Expression | undefined {
  if (eventTime === undefined) return undefined
  const column = columns[eventTime.position]!
  return eventTime.isWindow ? attribute(column, 'end') : attribute(column)
}
