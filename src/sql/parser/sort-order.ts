import type { Position } from '../../errors/index.ts'
import type { Expression, SortOrder } from '../../plan/expression.ts'
import type { Cursor } from '../cursor.ts'
import { parseExpression } from './expression.ts'

/** `expression [ASC|DESC] [NULLS FIRST|LAST]`; nulls come first ascending and last descending, as in Spark. */
export function parseSortOrder(cursor: Cursor): SortOrder {
  const position = cursor.position()
  return parseDirection(cursor, parseExpression(cursor), position)
}

/** `ALL [ASC|DESC] [NULLS FIRST|LAST]` */
export function parseAllOrder(cursor: Cursor): SortOrder {
  const position = cursor.position()
  cursor.expect('ALL')
  return parseDirection(cursor, { kind: 'UnresolvedStar', position }, position)
}

function parseDirection(cursor: Cursor, child: Expression, position: Position): SortOrder {
  const direction = cursor.take('DESC') ? 'desc' : 'asc'
  if (direction === 'asc') cursor.take('ASC')
  return { kind: 'SortOrder', child, direction, nulls: parseNulls(cursor, direction), position }
}

function parseNulls(cursor: Cursor, direction: SortOrder['direction']): SortOrder['nulls'] {
  if (!cursor.take('NULLS')) return direction === 'asc' ? 'first' : 'last'
  if (cursor.take('FIRST')) return 'first'
  if (cursor.take('LAST')) return 'last'
  return cursor.fail('FIRST or LAST', ['FIRST', 'LAST'])
}
