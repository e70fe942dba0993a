import type { Position } from '../../../errors/index.ts'
import type { DropTable, TruncateTable } from '../../command.ts'
import type { Cursor } from '../../cursor.ts'
import { expectEnd, parseTarget } from './target-table.ts'
import { unsupportedStatement } from './unsupported.ts'

/** `DROP TABLE [IF EXISTS] t [PURGE]` */
export function parseDrop(cursor: Cursor, position: Position): DropTable {
  const start = cursor.advance()
  if (cursor.isOneOf('VIEW', 'SCHEMA', 'DATABASE', 'CATALOG', 'FUNCTION', 'MATERIALIZED', 'STREAMING')) {
    const alternative = cursor.isOneOf('MATERIALIZED', 'STREAMING', 'VIEW')
      ? 'Take its definition out of the pipeline; DROP TABLE removes what it has written.'
      : ''
    throw unsupportedStatement(cursor, `DROP ${cursor.token.keyword}`, alternative, start)
  }
  if (!cursor.take('TABLE')) cursor.fail('TABLE', ['TABLE'])
  const ifExists = cursor.take('IF', 'EXISTS')
  const table = parseTarget(cursor)
  cursor.take('PURGE')
  expectEnd(cursor, 'PURGE')
  return { kind: 'DropTable', table, ifExists, position }
}

/** `TRUNCATE TABLE t` */
export function parseTruncate(cursor: Cursor, position: Position): TruncateTable {
  cursor.expect('TRUNCATE', 'TABLE')
  const table = parseTarget(cursor)
  if (cursor.is('PARTITION')) {
    cursor.unsupportedClause('TRUNCATE TABLE ... PARTITION', 'Write DELETE FROM ... WHERE.')
  }
  expectEnd(cursor)
  return { kind: 'TruncateTable', table, position }
}
