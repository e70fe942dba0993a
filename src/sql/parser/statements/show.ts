import type { Position } from '../../../errors/index.ts'
import type { ShowCreateTable, ShowTables } from '../../command.ts'
import type { Cursor } from '../../cursor.ts'
import type { DescribeStatement } from '../../statement.ts'
import { parseQualifiedName } from '../table-name.ts'
import { parseShow } from './describe.ts'
import { expectEnd, parseTarget } from './target-table.ts'

/** `SHOW TABLES`, `SHOW CREATE TABLE t`, `SHOW TBLPROPERTIES t` */
export function parseShowTables(
  cursor: Cursor,
  position: Position,
): ShowTables | ShowCreateTable | DescribeStatement {
  if (cursor.take('SHOW', 'CREATE', 'TABLE')) {
    const table = parseTarget(cursor)
    expectEnd(cursor)
    return { kind: 'ShowCreateTable', table, position }
  }
  if (!cursor.take('SHOW', 'TABLES')) return parseShow(cursor, position)
  const isIn = cursor.take('IN') || cursor.take('FROM')
  const schema = isIn ? parseQualifiedName(cursor, 'the name of a schema') : undefined
  const isLike = cursor.take('LIKE') || cursor.token.kind === 'string'
  const pattern = isLike ? cursor.string("a pattern such as 'orders*'") : undefined
  expectEnd(cursor, 'IN', 'LIKE')
  return {
    kind: 'ShowTables',
    ...(schema !== undefined && { schema }),
    ...(pattern !== undefined && { pattern }),
    position,
  }
}
