import type { Assignment } from '../../command.ts'
import type { Cursor } from '../../cursor.ts'
import { parseExpression } from '../expression.ts'
import { parseColumnPath } from './target-table.ts'

/** `a = 1, s.field = 'x', ...` */
export function parseAssignments(cursor: Cursor): Assignment[] {
  return cursor.list(() => {
    const position = cursor.position()
    const column = parseColumnPath(cursor)
    if (!cursor.take('=') && !cursor.take('==')) cursor.fail("'=' and a value", [])
    return { column, value: parseExpression(cursor), position }
  })
}
