import type { Position } from '../../../errors/index.ts'
import type { UpdateTable } from '../../command.ts'
import type { Cursor } from '../../cursor.ts'
import { parseExpression } from '../expression.ts'
import { parseAssignments } from './assignment.ts'
import { expectEnd, parseTarget, parseTargetAlias } from './target-table.ts'

/** `UPDATE t [AS alias] SET column = value, ... [WHERE condition]` */
export function parseUpdate(cursor: Cursor, position: Position): UpdateTable {
  cursor.expect('UPDATE')
  const table = parseTarget(cursor)
  const alias = parseTargetAlias(cursor, 'SET')
  cursor.expect('SET')
  const assignments = parseAssignments(cursor)
  const condition = cursor.take('WHERE') ? parseExpression(cursor) : undefined
  expectEnd(cursor, ...(condition === undefined ? ['WHERE', "','"] : ['AND', 'OR']))
  return {
    kind: 'UpdateTable',
    table,
    ...alias,
    assignments,
    ...(condition !== undefined && { condition }),
    position,
  }
}
