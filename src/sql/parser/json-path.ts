import type { Position } from '../../errors/index.ts'
import type { Expression } from '../../plan/expression.ts'
import { STRING } from '../../types/data-type.ts'
import type { Cursor } from '../cursor.ts'
import type { Token } from '../token.ts'
import { operation } from './expression.ts'

/** Whether Databricks' path into a JSON column comes next: `details:flow_progress`, `raw:['a b']`. */
export function isJsonPath(cursor: Cursor): boolean {
  const next = cursor.peek()
  return next.kind === 'word' || next.kind === 'quoted' || next.keyword === '['
}

/** `child:a.b[0]['c d']:e` is `get_json_object(child, "$.a.b[0]['c d'].e")`. */
export function parseJsonPath(cursor: Cursor, child: Expression, position: Position): Expression {
  const start = cursor.token
  cursor.expect(':')
  let path = '$'
  if (!cursor.is('[')) path += member(cursor)
  for (;;) {
    if (cursor.is('.') || (cursor.is(':') && isJsonPath(cursor))) {
      cursor.advance()
      path += cursor.is('[') ? subscript(cursor) : member(cursor)
    } else if (cursor.is('[')) {
      path += subscript(cursor)
    } else {
      const value: Expression = {
        kind: 'Literal',
        value: path,
        dataType: STRING,
        position: cursor.position(start),
      }
      return operation('get_json_object', [child, value], position)
    }
  }
}

function member(cursor: Cursor): string {
  const start = cursor.token
  const name = cursor.name('a JSON field')
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? `.${name}` : bracketed(cursor, name, start)
}

function subscript(cursor: Cursor): string {
  cursor.expect('[')
  const start = cursor.token
  const isIndex = start.keyword === '*' || (start.kind === 'number' && /^\d+$/.test(start.text))
  if (!isIndex && start.kind !== 'string') cursor.fail("an index, '*' or a field name in quotes", [])
  cursor.advance()
  cursor.expect(']')
  return isIndex ? `[${start.text}]` : bracketed(cursor, start.text, start)
}

/** JSON paths have no escape for their quote. */
function bracketed(cursor: Cursor, name: string, start: Token): string {
  if (name.includes("'")) cursor.unsupportedClause('A JSON field with a quote in its name', '', start)
  return `['${name}']`
}
