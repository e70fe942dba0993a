import type { Expression } from '../../plan/expression.ts'
import type { Cursor } from '../cursor.ts'
import { notABareAlias } from '../keywords.ts'
import { parseExpression } from './expression.ts'

/** `expression [[AS] alias]` */
export function parseSelectItem(cursor: Cursor): Expression {
  const position = cursor.position()
  const child = parseExpression(cursor)
  const name = parseAlias(cursor)
  return name === undefined ? child : { kind: 'Alias', child, name, position }
}

function parseAlias(cursor: Cursor): string | undefined {
  if (cursor.take('AS')) {
    if (cursor.is('(')) {
      cursor.unsupportedClause('A list of aliases', 'Use LATERAL VIEW explode(...) v AS a, b in FROM.')
    }
    return cursor.name('an alias')
  }
  return isBareAlias(cursor) ? cursor.advance().text : undefined
}

/** Whether the token can name what stands before it without AS. */
export function isBareAlias(cursor: Cursor): boolean {
  const { kind, keyword } = cursor.token
  return kind === 'quoted' || (kind === 'word' && !notABareAlias.has(keyword))
}
