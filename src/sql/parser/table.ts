import type { Expression } from '../../plan/expression.ts'
import type { Relation, SubqueryAlias, WithWatermark } from '../../plan/relation.ts'
import type { Cursor } from '../cursor.ts'
import { notABareAlias } from '../keywords.ts'
import { parseExpression } from './expression.ts'
import { parseRelation } from './from.ts'
import { parseDelay } from './interval.ts'
import { isQuery, parseSubquery } from './query.ts'
import { isBareAlias } from './select-item.ts'
import { parseTableFunction } from './table-function.ts'
import { parseTableName } from './table-name.ts'
import { parseValues } from './values.ts'

/** One item of FROM with its watermark and alias; the alias may also stand before the watermark. */
export function parseTable(cursor: Cursor): Relation {
  const position = cursor.position()
  const source = parseSource(cursor)
  refuseSampling(cursor)
  const early = cursor.is('WATERMARK') ? undefined : parseTableAlias(cursor)
  const watermarked = cursor.is('WATERMARK') ? parseWatermark(cursor, source) : source
  const alias = early ?? parseTableAlias(cursor)
  refuseSampling(cursor)
  return alias === undefined ? watermarked : { kind: 'SubqueryAlias', input: watermarked, ...alias, position }
}

/** One item of FROM without what may stand behind it: a table, STREAM of one, a function, a query in parentheses. */
export function parseSource(cursor: Cursor): Relation {
  if (cursor.is('(')) return parseParenthesis(cursor)
  if (cursor.is('VALUES') && cursor.peek().keyword !== '.' && !/^[,)]?$/.test(cursor.peek().text)) {
    return parseValues(cursor)
  }
  if (!isStream(cursor)) return parseNamed(cursor, false)
  cursor.advance()
  const isWrapped = cursor.take('(')
  const source = parseNamed(cursor, true)
  if (isWrapped) cursor.expect(')')
  return source
}

/** Whether the keyword STREAM stands here, as opposed to a table of that name. */
function isStream(cursor: Cursor): boolean {
  const { kind, keyword } = cursor.peek()
  if (!cursor.is('STREAM')) return false
  return keyword === '(' || kind === 'quoted' || (kind === 'word' && !notABareAlias.has(keyword))
}

/** A query, or tables joined inside parentheses. */
function parseParenthesis(cursor: Cursor): Relation {
  if (isQuery(cursor, 1)) return parseSubquery(cursor)
  cursor.expect('(')
  const relation = parseRelation(cursor)
  if (!cursor.take(')')) cursor.fail("')' or a join")
  return relation
}

function parseNamed(cursor: Cursor, isStreaming: boolean): Relation {
  const isCall = cursor.token.kind === 'word' && cursor.peek().keyword === '('
  return isCall ? parseTableFunction(cursor, isStreaming) : parseTableName(cursor, isStreaming)
}

/** `[AS] name [(column, ...)]` */
export function parseTableAlias(cursor: Cursor): Pick<SubqueryAlias, 'alias' | 'columns'> | undefined {
  const isNamed = cursor.take('AS')
  if (!isNamed && !isBareAlias(cursor)) return undefined
  const alias = cursor.name('an alias')
  if (!cursor.is('(')) return { alias }
  return { alias, columns: cursor.parenthesized(() => cursor.name('a column name')) }
}

/** `WATERMARK column DELAY OF INTERVAL 10 MINUTES`; an expression with an alias becomes a new column. */
function parseWatermark(cursor: Cursor, input: Relation): WithWatermark {
  const position = cursor.position()
  cursor.expect('WATERMARK')
  const eventTime = parseEventTime(cursor)
  if (!cursor.take('DELAY', 'OF')) cursor.fail('DELAY OF INTERVAL ...', ['DELAY'])
  return { kind: 'WithWatermark', input, eventTime, delayMicros: parseDelay(cursor), position }
}

function parseEventTime(cursor: Cursor): Expression {
  const position = cursor.position()
  const child = parseExpression(cursor)
  const isNamed = cursor.take('AS') || (isBareAlias(cursor) && !cursor.is('DELAY'))
  return isNamed ? { kind: 'Alias', child, name: cursor.name('an alias'), position } : child
}

const refused = ['TABLESAMPLE', 'PIVOT', 'UNPIVOT']

function refuseSampling(cursor: Cursor): void {
  if (!cursor.isOneOf(...refused)) return
  const alternative = cursor.is('PIVOT') ? 'Use CASE inside aggregates, one for each value.' : ''
  cursor.unsupportedClause(cursor.token.keyword, alternative)
}
