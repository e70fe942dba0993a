import type { Position } from '../../../errors/index.ts'
import type { Cursor } from '../../cursor.ts'
import type { DescribeStatement } from '../../statement.ts'
import { parseTableName } from '../table-name.ts'
import { unsupportedStatement } from './unsupported.ts'

/** `DESCRIBE [TABLE] [EXTENDED | FORMATTED] t`, `DESCRIBE DETAIL t`, `DESCRIBE HISTORY t [LIMIT n]` */
export function parseDescribe(cursor: Cursor, position: Position): DescribeStatement {
  const start = cursor.advance()
  for (const word of ['QUERY', 'FUNCTION', 'SCHEMA', 'DATABASE', 'CATALOG']) {
    if (cursor.is(word) && !isLast(cursor)) throw unsupportedStatement(cursor, `DESCRIBE ${word}`, '', start)
  }
  if (cursor.is('DETAIL') && !isLast(cursor)) {
    cursor.advance()
    return describe(cursor, 'detail', position)
  }
  if (cursor.is('HISTORY') && !isLast(cursor)) {
    cursor.advance()
    const history = describe(cursor, 'history', position)
    return cursor.take('LIMIT') ? { ...history, limit: parseLimit(cursor) } : history
  }
  if (cursor.is('TABLE') && !isLast(cursor)) cursor.advance()
  const isExtended = cursor.isOneOf('EXTENDED', 'FORMATTED') && !isLast(cursor)
  if (isExtended) cursor.advance()
  return describe(cursor, isExtended ? 'extended' : 'columns', position)
}

/** `SHOW TBLPROPERTIES t` */
export function parseShow(cursor: Cursor, position: Position): DescribeStatement {
  const start = cursor.advance()
  if (cursor.take('TBLPROPERTIES')) return describe(cursor, 'properties', position)
  const words = [
    'TABLES',
    'VIEWS',
    'COLUMNS',
    'SCHEMAS',
    'DATABASES',
    'CATALOGS',
    'PARTITIONS',
    'FUNCTIONS',
    'CREATE',
  ]
  if (cursor.isOneOf(...words)) throw unsupportedStatement(cursor, `SHOW ${cursor.token.keyword}`, '', start)
  return cursor.fail('TBLPROPERTIES', ['TBLPROPERTIES', ...words])
}

function describe(cursor: Cursor, what: DescribeStatement['what'], position: Position): DescribeStatement {
  const start = cursor.token
  const table = parseTableName(cursor, false)
  if (table.kind === 'DataSource' && table.format !== 'delta') {
    cursor.unsupportedClause(`Describing ${table.format} files`, 'Only Delta tables can be described.', start)
  }
  return { kind: 'DescribeStatement', what, table, position }
}

function parseLimit(cursor: Cursor): number {
  if (cursor.token.kind !== 'number' || !/^\d{1,9}$/.test(cursor.token.text))
    cursor.fail('a whole number', [])
  return Number(cursor.advance().text)
}

/** A table can be named `detail`: then nothing follows it. */
function isLast(cursor: Cursor): boolean {
  const next = cursor.peek()
  return next.kind === 'end' || next.keyword === ';' || next.keyword === '.'
}
