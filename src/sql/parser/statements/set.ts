import type { Position } from '../../../errors/index.ts'
import type { Cursor } from '../../cursor.ts'
import type { SetConfiguration, UseCatalog } from '../../statement.ts'
import { unsupportedStatement } from './unsupported.ts'

/**
 * `SET key = value`: the value is the text up to the end of the statement as it is written, quotes included, as in Spark,
 * so that `${key}` gives a literal where one was set. `SET CATALOG c` is `USE CATALOG c`.
 */
export function parseSet(cursor: Cursor, position: Position): SetConfiguration | UseCatalog {
  const start = cursor.advance()
  if (cursor.is('CATALOG') && cursor.peek().keyword !== '=' && cursor.peek().keyword !== '.') {
    cursor.advance()
    return { kind: 'UseCatalog', catalog: cursor.name('the name of a catalog'), position }
  }
  for (const words of ['TIME ZONE', 'VARIABLE', 'VAR']) {
    if (cursor.isSequence(words.split(' ')) && cursor.peek(words.split(' ').length).keyword !== '=') {
      throw unsupportedStatement(cursor, `SET ${words}`, '', start)
    }
  }
  const key = restUntil(cursor, '=')
  if (key === '' || /\s/.test(key)) cursor.fail('a key, as in SET key = value', [])
  cursor.expect('=')
  return { kind: 'SetConfiguration', key, value: restUntil(cursor, ';'), position }
}

/** The text up to a symbol or the end, without the white space around it. */
function restUntil(cursor: Cursor, symbol: string): string {
  const first = cursor.token
  while (!cursor.is(symbol) && !cursor.is(';') && cursor.token.kind !== 'end') cursor.advance()
  return first === cursor.token ? '' : cursor.textFrom(first)
}
