import type { Position } from '../../../errors/index.ts'
import type { CommentOn, TableReference } from '../../command.ts'
import type { Cursor } from '../../cursor.ts'
import { expectEnd, parseTarget } from './target-table.ts'

/** `COMMENT ON TABLE t | COLUMN t.c IS 'text' | NULL` */
export function parseCommentOn(cursor: Cursor, position: Position): CommentOn {
  cursor.expect('COMMENT', 'ON')
  const isColumn = cursor.take('COLUMN')
  if (!isColumn && !cursor.take('TABLE')) cursor.fail('TABLE or COLUMN', ['TABLE', 'COLUMN'])
  const target = isColumn ? parseColumnOfTable(cursor) : { table: parseTarget(cursor) }
  cursor.expect('IS')
  const comment = cursor.take('NULL') ? null : cursor.string('a comment in quotes, or NULL')
  expectEnd(cursor)
  return { kind: 'CommentOn', ...target, comment, position }
}

/** `t.c`, `` delta.`path`.c ``: the last part is the column. */
function parseColumnOfTable(cursor: Cursor): Pick<CommentOn, 'table' | 'column'> {
  const position = cursor.position()
  const parts = cursor.is('DELTA') && cursor.peek(2).kind === 'quoted' ? undefined : qualified(cursor)
  if (parts !== undefined) {
    if (parts.length < 2) cursor.fail("'.' and a column name", [])
    const table: TableReference = {
      kind: 'Read',
      name: parts.slice(0, -1),
      isStreaming: false,
      options: {},
      position,
    }
    return { table, column: parts.slice(-1) }
  }
  cursor.expect('DELTA', '.')
  const path = cursor.advance().text
  const table: TableReference = {
    kind: 'DataSource',
    format: 'delta',
    paths: [path],
    options: {},
    isStreaming: false,
    position,
  }
  cursor.expect('.')
  return { table, column: [cursor.name('a column name')] }
}

function qualified(cursor: Cursor): string[] {
  const parts = [cursor.name('a table name')]
  while (cursor.take('.')) parts.push(cursor.name('a column name'))
  return parts
}
