import { aggregate, alias, call, intLiteral, project } from '../plan/build.ts'
import { type Column, columnOf } from '../plan/column.ts'
import type { Expression, SortOrder } from '../plan/expression.ts'
import type { Relation } from '../plan/relation.ts'
import { parseQuery, parseSelectItem } from '../sql/index.ts'
import { checkOptions } from './check-options.ts'
import { type Condition, conditionOf } from './condition.ts'

/** Which rows are read, and what of them. */
export interface ReadOptions {
  /** SQL texts such as `'id'` and `'amount * 2 AS twice'`, or Columns; by default all columns. */
  readonly columns?: readonly (string | Column)[]
  readonly where?: Condition
  /** SQL text, `'ts DESC, id'`. Without it rows come in any order. */
  readonly orderBy?: string
  readonly limit?: number
  /** An older version, by its number. */
  readonly version?: number
  /** An older version, as of a time: `'2026-01-31 10:00:00'` (UTC without a zone) or a Date. */
  readonly timestamp?: string | Date
}

/** Which rows are counted. */
export type CountOptions = Pick<ReadOptions, 'where' | 'version' | 'timestamp'>

const COUNT_OPTIONS = { where: true, version: true, timestamp: true } as const
const READ_OPTIONS = { ...COUNT_OPTIONS, columns: true, orderBy: true, limit: true } as const

/** The query that reads `scan` so. Throws PARSE_SYNTAX_ERROR, UNKNOWN_METHOD_OPTION. */
export function readQuery(scan: Relation, options: ReadOptions): Relation {
  checkOptions('A read', options, READ_OPTIONS)
  const { columns, where, orderBy, limit } = options
  let query = scan
  if (where !== undefined) query = { kind: 'Filter', input: query, condition: conditionOf(where) }
  if (columns !== undefined) query = project(query, columns.map(selectItem))
  // A sort may name columns below the select list too.
  if (orderBy !== undefined) query = { kind: 'Sort', input: query, order: orderOf(orderBy) }
  if (limit !== undefined) query = { kind: 'Limit', input: query, limit: intLiteral(limit) }
  return query
}

/** How many rows `scan` has for which a condition holds, in the column `n`. */
export function countQuery(scan: Relation, options: CountOptions): Relation {
  checkOptions('count', options, COUNT_OPTIONS)
  const { where } = options
  const input = readQuery(scan, where === undefined ? {} : { where })
  const count = alias(call('count', { kind: 'UnresolvedStar' }), 'n')
  return aggregate(input, [], [count])
}

function selectItem(item: string | Column): Expression {
  return typeof item === 'string' ? parseSelectItem(item) : columnOf(item).expression
}

function orderOf(text: string): readonly SortOrder[] {
  const query = parseQuery(`SELECT 1 ORDER BY ${text}`)
  return query.kind === 'Sort' ? query.order : []
}
