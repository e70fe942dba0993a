import type { Cursor } from '../cursor.ts'

/** The value of an option or property as text: a string, a number, TRUE or FALSE. */
export function optionValue(cursor: Cursor): string {
  const { kind, text, keyword } = cursor.token
  if (kind === 'string') {
    let value = ''
    while (cursor.token.kind === 'string') value += cursor.advance().text
    return value
  }
  const sign = cursor.is('-') && cursor.peek().kind === 'number' ? cursor.advance().text : ''
  if (cursor.token.kind === 'number') return sign + cursor.advance().text
  if (keyword !== 'TRUE' && keyword !== 'FALSE')
    cursor.fail('a constant: a string, a number, TRUE or FALSE', [])
  cursor.advance()
  return text.toLowerCase()
}
