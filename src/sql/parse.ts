import type { Expression } from '../plan/expression.ts'
import type { Relation } from '../plan/relation.ts'
import { Cursor } from './cursor.ts'
import { parseExpression as expressionAt } from './parser/expression.ts'
import { parseQuery as queryAt } from './parser/query.ts'
import { parseSelectItem as selectItemAt } from './parser/select-item.ts'
import type { ParseOptions } from './source-text.ts'

/** The relation that a query's text says. Throws PARSE_SYNTAX_ERROR and its kin with a position. */
export function parseQuery(text: string, options: ParseOptions = {}): Relation {
  return whole(text, options, queryAt, 'the end of the query or another clause')
}

/** The expression that a text says: `amount > 0 AND status IN ('a', 'b')`. */
export function parseExpression(text: string, options: ParseOptions = {}): Expression {
  return whole(text, options, expressionAt, 'an operator or the end of the expression')
}

/** One item of a SELECT list, with an alias: `sum(amount) AS total`, `o.*`. */
export function parseSelectItem(text: string, options: ParseOptions = {}): Expression {
  return whole(text, options, selectItemAt, 'an alias, an operator or the end of the expression')
}

function whole<Result>(
  text: string,
  options: ParseOptions,
  parser: (cursor: Cursor) => Result,
  expected: string,
): Result {
  const cursor = new Cursor(text, options)
  const result = parser(cursor)
  if (cursor.token.kind !== 'end') cursor.fail(expected)
  return result
}
