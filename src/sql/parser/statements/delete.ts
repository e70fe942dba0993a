import type { Position } from '../../../errors/index.ts'
import type { DeleteFrom } from '../../command.ts'
import type { Cursor } from '../../cursor.ts'
import { parseExpression } from '../expression.ts'
import { expectEnd, parseTarget, parseTargetAlias } from './target-table.ts'

/** `DELETE FROM t [AS alias] [WHERE condition]` */
export function parseDelete(cursor: Cursor, position: Position): DeleteFrom {
  cursor.expect('DELETE', 'FROM')
  const table = parseTarget(cursor)
  const alias = parseTargetAlias(cursor)
  const condition = cursor.take('WHERE') ? parseExpression(cursor) : undefined
  expectEnd(cursor, ...(condition === undefined ? ['WHERE'] : ['AND', 'OR']))
  return { kind: 'DeleteFrom', table, ...alias, ...(condition !== undefined && { condition }), position }
}
