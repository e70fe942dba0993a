import { FALSE, filter, selectColumns, unionAll } from '../../plan/build.ts'
import type { ColumnName, Join, Relation } from '../../plan/relation.ts'
import { printSparkExpression } from '../../sql/index.ts'
import { type Batch, stageStreaming } from './batch.ts'
import { inputWatermark } from './input-watermark.ts'
import { type UnusedColumns, unusedColumns } from './join-columns.ts'
import {
  asInput,
  besideName,
  heldRows,
  type JoinSide,
  keepRows,
  mayMatch,
  openJoinSide,
  ROW,
  UNTIL,
  unmatchedRows,
  withoutMatches,
} from './join-side.ts'
import { joinTimes } from './join-times.ts'
import { reachableNames, underColumns, uniqueNames } from './side-names.ts'

/**
 * A join of two streams over one batch: the new rows of each side meet those of the other, held ones first. Rows wait in
 * the state until the other side's watermark has passed the last time that could match them (for ever where the
 * condition sets no bound); a row of an outer side that found nothing until then is given out once, with NULLs. Late rows
 * are dropped and counted. `query` is what stands around the join: what it has no use for is not kept.
 */
export async function joinStreams(
  node: Join,
  original: Join,
  query: Relation,
  batch: Batch,
): Promise<Relation> {
  const unused = unusedColumns(original, query)
  const left = await openSide('left', node, original, unused, batch)
  const right = await openSide('right', node, original, unused, batch)
  const output = outputOf(node, left, right)
  const keys = joinTimes(original).equal.map(
    (each) => [left.columns[each.left]!, right.columns[each.right]!] as const,
  )
  const pairs = await matchedPairs(node, left, right, { output, keys }, batch)
  const parts: Relation[] = pairs === undefined ? [] : [selectColumns(pairs, output.columns)]
  for (const which of ['left', 'right'] as const) {
    const side = which === 'left' ? left : right
    const matched = pairs === undefined || side.matches === undefined ? undefined : rowsIn(pairs, which)
    if (isPreserved(node, which)) {
      const rows = await unmatchedRows(side, matched)
      const inputs = which === 'left' ? ([rows, none(right)] as const) : ([none(left), rows] as const)
      parts.push(underColumns(joinOf(node, left, right, inputs), output.names, output.columns))
    }
    await keepRows(side, matched, batch)
  }
  const empty = underColumns(
    joinOf(node, left, right, [none(left), none(right)]),
    output.names,
    output.columns,
  )
  const { scan } = await stageStreaming(batch, parts.length === 0 ? empty : unionAll(parts))
  return { kind: 'SubqueryAlias', input: scan, alias: '', names: output.names }
}

type Which = 'left' | 'right'

interface Output {
  readonly names: readonly ColumnName[]
  readonly columns: readonly string[]
}

function openSide(
  which: Which,
  node: Join,
  original: Join,
  unused: UnusedColumns,
  batch: Batch,
): Promise<JoinSide> {
  const other = which === 'left' ? 'right' : 'left'
  return openJoinSide(
    {
      evaluated: node[which],
      times: joinTimes(original)[which],
      unused: unused[which],
      own: inputWatermark(original[which], batch),
      other: inputWatermark(original[other], batch),
      isPreserved: isPreserved(node, which),
      meaning: meaningOf(original),
      tracksMatches: isPreserved(node, which) || (isSemi(node) && which === 'left'),
    },
    batch,
  )
}

function meaningOf({ joinType, condition, usingColumns, isNatural }: Join): string {
  const kind = `${isNatural === true ? 'natural ' : ''}${joinType} join`
  if (usingColumns !== undefined) return `${kind} using (${usingColumns.join(', ')})`
  return condition === undefined ? kind : `${kind} on ${printSparkExpression(condition)}`
}

function isPreserved({ joinType }: Join, which: Which): boolean {
  return joinType === which || joinType === 'full'
}

function isSemi({ joinType }: Join): boolean {
  return joinType === 'left semi'
}

/** The query's join over some rows of its sides. */
function joinOf(node: Join, left: JoinSide, right: JoinSide, rows: readonly [Relation, Relation]): Join {
  return { ...node, left: asInput(left, 'left', rows[0]), right: asInput(right, 'right', rows[1]) }
}

/** The columns above the join. */
function outputOf(node: Join, left: JoinSide, right: JoinSide): Output {
  const own = new Set([ROW, UNTIL].flatMap((each) => [besideName('left', each), besideName('right', each)]))
  const names = reachableNames(joinOf(node, left, right, [none(left), none(right)])).filter(
    (each) => !own.has(each.name),
  )
  return { names, columns: uniqueNames(names) }
}

/**
 * The pairs that this batch brings: held rows of the left side with new ones of the right, and new ones of the left with
 * all of the right. Undefined when there can be none.
 */
async function matchedPairs(
  node: Join,
  left: JoinSide,
  right: JoinSide,
  { output, keys }: { readonly output: Output; readonly keys: readonly (readonly [string, string])[] },
  batch: Batch,
): Promise<Relation | undefined> {
  const pairs: Relation[] = []
  const held = await heldRows(left, right, batch)
  if (held !== undefined) {
    const met = mayMatch(held, right, keys)
    const waiting = isSemi(node) ? await withoutMatches(left, met) : met
    pairs.push(pairsOf(node, left, right, [waiting, right.fresh.scan], output))
  }
  if (left.fresh.rowCount > 0n) {
    const others = await heldRows(right, left, batch)
    const swapped = keys.map(([own, other]) => [other, own] as const)
    const all =
      others === undefined ? right.fresh.scan : unionAll([mayMatch(others, left, swapped), right.fresh.scan])
    pairs.push(pairsOf(node, left, right, [left.fresh.scan, all], output))
  }
  if (pairs.length === 0) return undefined
  const all = unionAll(pairs)
  return left.matches === undefined && right.matches === undefined
    ? all
    : (await stageStreaming(batch, all)).scan
}

/** Matches are those of an inner join, whose columns can be called as those of the outer one. */
function pairsOf(
  node: Join,
  left: JoinSide,
  right: JoinSide,
  rows: readonly [Relation, Relation],
  output: Output,
): Relation {
  const tracked = (['left', 'right'] as const).filter((which) => (which === 'left' ? left : right).matches)
  const beside = tracked.flatMap((which) => [besideName(which, ROW), besideName(which, UNTIL)])
  const matching: Join = isSemi(node) || node.joinType === 'cross' ? node : { ...node, joinType: 'inner' }
  return underColumns(joinOf(matching, left, right, rows), output.names, output.columns, beside)
}

/** Which rows of a side are in the pairs, each once. */
function rowsIn(pairs: Relation, which: Which): Relation {
  const columns = [ROW, UNTIL]
  const input = selectColumns(
    pairs,
    columns.map((each) => besideName(which, each)),
  )
  const rows: Relation = { kind: 'SubqueryAlias', input, alias: which, columns }
  return { kind: 'Deduplicate', input: rows, withinWatermark: false }
}

/** No rows, of the side's columns. */
function none(side: JoinSide): Relation {
  return filter(side.fresh.scan, FALSE)
}
