import type { AlterAction, ColumnChange } from '../../command.ts'
import type { Cursor } from '../../cursor.ts'
import { parseExpression } from '../expression.ts'
import { placeOf } from './alter-table.ts'
import { parseColumnPath } from './target-table.ts'

/** `a TYPE BIGINT, b COMMENT 'x', ...` */
export function parseColumnChanges(cursor: Cursor): AlterAction {
  return { kind: 'AlterColumns', changes: cursor.list(() => parseChange(cursor)) }
}

/** Hive's form: `old new type [COMMENT 'x'] [FIRST | AFTER c]`, or what ALTER COLUMN takes. */
export function parseChangedColumn(cursor: Cursor): AlterAction {
  const mark = cursor.mark()
  const position = cursor.position()
  const column = parseColumnPath(cursor)
  if (isChange(cursor)) {
    cursor.reset(mark)
    return parseColumnChanges(cursor)
  }
  const name = cursor.name('the new name of the column')
  const dataType = cursor.dataType()
  const comment = cursor.take('COMMENT') ? { comment: cursor.string('a comment in quotes') } : {}
  const change: ColumnChange = { column, name, dataType, ...comment, ...placeOf(cursor), position }
  return { kind: 'AlterColumns', changes: [change] }
}

const changeWords = ['TYPE', 'COMMENT', 'SET', 'DROP', 'FIRST', 'AFTER', 'SYNC']

function isChange(cursor: Cursor): boolean {
  return cursor.isOneOf(...changeWords) && cursor.peek(2).keyword !== 'COMMENT'
}

function parseChange(cursor: Cursor): ColumnChange {
  const position = cursor.position()
  const column = parseColumnPath(cursor)
  return { column, ...parseWhat(cursor), position }
}

function parseWhat(cursor: Cursor): Partial<ColumnChange> {
  if (cursor.take('TYPE')) return { dataType: cursor.dataType() }
  if (cursor.take('COMMENT')) return { comment: cursor.string('a comment in quotes') }
  if (cursor.take('SET', 'NOT', 'NULL')) return { isNullable: false }
  if (cursor.take('DROP', 'NOT', 'NULL')) return { isNullable: true }
  if (cursor.take('SET', 'DEFAULT')) return { defaultValue: parseExpression(cursor) }
  if (cursor.take('DROP', 'DEFAULT')) return { defaultValue: null }
  if (cursor.take('SYNC', 'IDENTITY')) return { syncIdentity: true }
  if (cursor.isOneOf('FIRST', 'AFTER')) return placeOf(cursor)
  const expected =
    'TYPE, COMMENT, FIRST, AFTER, SET NOT NULL, DROP NOT NULL, SET DEFAULT, DROP DEFAULT or SYNC IDENTITY'
  return cursor.fail(expected, changeWords)
}
