import type { SortOrder } from '../../plan/expression.ts'
import type { Cursor } from '../cursor.ts'
import { parseExpression } from './expression.ts'

/** `expression [ASC|DESC] [NULLS FIRST|LAST]`; nulls come first ascending and last descending, as in Spark. */
export function parseSortOrder(cursor: Cursor): SortOrder {
  const position = cursor.position()
  const child = parseExpression(cursor)
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
