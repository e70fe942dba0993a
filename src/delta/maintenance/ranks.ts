import {
  aggregate,
  alias,
  attribute,
  call,
  filter,
  intLiteral,
  longLiteral,
  selectColumns,
} from '../../plan/build.ts'
import type { Expression, Literal } from '../../plan/expression.ts'
import type { Relation, Scan } from '../../plan/relation.ts'
import { DOUBLE, fieldNamed } from '../../types/data-type.ts'
import type { Row, Value } from '../../types/row.ts'
import type { RowSession } from '../row-engine.ts'
import { projectAs } from './curve.ts'

/** Rows from which the spread of a column's values is learnt. */
const SAMPLE_ROWS = 100_000

/** Holds some columns for a share of the rows: for all of them where they are few or nobody knows. */
export async function stageSample(
  session: RowSession,
  rows: Relation,
  columns: readonly string[],
  numRows: number | undefined,
): Promise<Scan> {
  const share = SAMPLE_ROWS / (numRows ?? Infinity)
  const sampled: Relation =
    numRows === undefined || share >= 1
      ? rows
      : filter(rows, call('<', call('rand'), { kind: 'Literal', value: share, dataType: DOUBLE }))
  const { scan } = await session.stage(selectColumns(sampled, columns))
  return scan
}

/**
 * The rank of a column's value as an expression: 0 for null, else 1 and the number of bounds up to it. The bounds cut the
 * sample's values into 2^bits - 1 parts of about as many rows, whatever the type.
 */
export async function rankOf(
  session: RowSession,
  sample: Scan,
  column: string,
  bits: number,
): Promise<Expression> {
  const value = attribute(column)
  const { dataType } = fieldNamed(sample.schema, column)!
  const bounds = await quantiles(session, sample, column, 2 ** bits - 1)
  const literals = bounds
    .slice(1)
    .filter(isExact)
    .map((bound): Literal => ({ kind: 'Literal', value: bound as Literal['value'], dataType }))
  return {
    kind: 'CaseWhen',
    branches: [{ condition: call('isnull', value), value: intLiteral(0) }],
    otherwise: countUpTo(value, literals, (index) => intLiteral(index + 1)),
  }
}

/**
 * Into which of `count` files a row goes, from 0: positions on the curve cut where the sample has as many rows on each side.
 * `position` is the curve's expression over the sample's and the table's rows alike.
 */
export async function fileNumber(
  session: RowSession,
  positions: Relation,
  position: string,
  count: number,
): Promise<Expression> {
  if (count === 1) return intLiteral(0)
  const bounds = await quantiles(session, positions, position, count)
  const literals = bounds.slice(1).map((value) => longLiteral(value as bigint))
  return countUpTo(attribute(position), literals, intLiteral)
}

/** The lowest value of each of `parts` parts of a column's values, without those that repeat. */
async function quantiles(
  session: RowSession,
  rows: Relation,
  column: string,
  parts: number,
): Promise<Value[]> {
  const value = attribute(column)
  const tiled = projectAs(filter(rows, call('isnotnull', value)), {
    v: value,
    part: {
      kind: 'WindowExpression',
      function: call('ntile', intLiteral(parts)),
      partitionBy: [],
      orderBy: [{ kind: 'SortOrder', child: value, direction: 'asc', nulls: 'first' }],
    },
  })
  const lowest = aggregate(
    tiled,
    [attribute('part')],
    [attribute('part'), alias(call('min', attribute('v')), 'lowest')],
  )
  const order = { kind: 'SortOrder', child: attribute('part'), direction: 'asc', nulls: 'first' } as const
  const found: readonly Row[] = await session.rows({ kind: 'Sort', input: lowest, order: [order] })
  return found.map((row) => row[1]!).filter((each, index, all) => index === 0 || each !== all[index - 1])
}

/** A value that stands in SQL text as it is. */
function isExact(value: Value): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value !== 'string' || (value.isWellFormed() && !value.includes('\0'))
}

/** How many of the ascending bounds a value reaches, by binary search. */
function countUpTo(
  value: Expression,
  bounds: readonly Literal[],
  result: (count: number) => Expression,
): Expression {
  const search = (low: number, high: number): Expression => {
    if (low === high) return result(low)
    const middle = (low + high) >> 1
    return {
      kind: 'CaseWhen',
      branches: [{ condition: call('<', value, bounds[middle]!), value: search(low, middle) }],
      otherwise: search(middle + 1, high),
    }
  }
  return search(0, bounds.length)
}
