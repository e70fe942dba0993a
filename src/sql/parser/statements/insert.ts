import type { Position } from '../../../errors/index.ts'
import type { InsertInto } from '../../command.ts'
import type { Cursor } from '../../cursor.ts'
import { parseExpression } from '../expression.ts'
import { isQuery, parseQuery } from '../query.ts'
import { parseTarget } from './target-table.ts'

/** `INSERT [WITH SCHEMA EVOLUTION] INTO | OVERWRITE [TABLE] t ... query` */
export function parseInsert(cursor: Cursor, position: Position): InsertInto {
  cursor.expect('INSERT')
  const schemaEvolution = cursor.take('WITH', 'SCHEMA', 'EVOLUTION')
  const overwrite = cursor.take('OVERWRITE')
  if (overwrite) cursor.take('INTO')
  else if (!cursor.take('INTO')) cursor.fail('INTO or OVERWRITE', ['INTO', 'OVERWRITE'])
  if (cursor.is('TABLE') && cursor.peek().keyword !== '.') cursor.advance()
  const table = parseTarget(cursor)
  const partition = cursor.take('PARTITION') ? parsePartition(cursor) : []
  const replaceWhere = parseReplace(cursor)
  const columns =
    cursor.is('(') && !isQuery(cursor) ? cursor.parenthesized(() => cursor.name('a column name')) : undefined
  const byName = cursor.take('BY', 'NAME')
  return {
    kind: 'InsertInto',
    table,
    overwrite,
    ...(replaceWhere !== undefined && { replaceWhere }),
    partition,
    ...(columns !== undefined && { columns }),
    byName,
    schemaEvolution,
    query: parseQuery(cursor),
    position,
  }
}

/** `(day = '2026-01-31', region)` */
function parsePartition(cursor: Cursor): InsertInto['partition'] {
  return cursor.parenthesized(() => {
    const column = cursor.name('a partition column')
    return cursor.take('=') ? { column, value: parseExpression(cursor) } : { column }
  })
}

function parseReplace(cursor: Cursor): InsertInto['replaceWhere'] {
  if (cursor.is('REPLACE', 'USING') || cursor.is('REPLACE', 'ON')) {
    cursor.unsupportedClause(`REPLACE ${cursor.peek().keyword}`, 'Write REPLACE WHERE, or MERGE INTO.')
  }
  if (!cursor.take('REPLACE')) return undefined
  if (!cursor.take('WHERE')) cursor.fail('WHERE', ['WHERE'])
  return parseExpression(cursor)
}
