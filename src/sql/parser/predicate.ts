import type { Position } from '../../errors/index.ts'
import type { Expression } from '../../plan/expression.ts'
import { precedence } from '../../plan/operators.ts'
import { STRING } from '../../types/data-type.ts'
import type { Cursor } from '../cursor.ts'
import { operation, parseExpression } from './expression.ts'
import { isQuery, parseSubquery } from './query.ts'

type Parser = (cursor: Cursor, left: Expression, position: Position) => Expression

const parsers: ReadonlyMap<string, Parser> = new Map<string, Parser>([
  ['IN', parseIn],
  ['BETWEEN', parseBetween],
  ['LIKE', (cursor, left, position) => parseLike(cursor, left, position, 'like')],
  ['ILIKE', (cursor, left, position) => parseLike(cursor, left, position, 'ilike')],
  ['RLIKE', parseRlike],
  ['REGEXP', parseRlike],
])

const negatable = [...parsers.keys()]

/** Whether `IS`, `[NOT] IN`, `[NOT] LIKE` or one of their kin comes next. */
export function isPredicate(cursor: Cursor): boolean {
  const { keyword } = cursor.token
  return keyword === 'IS' || parsers.has(keyword) || (keyword === 'NOT' && parsers.has(cursor.peek().keyword))
}

/** What follows `left`: `IS [NOT] ...`, `[NOT] IN (...)`, `[NOT] BETWEEN a AND b`, `[NOT] LIKE p`. */
export function parsePredicate(cursor: Cursor, left: Expression, position: Position): Expression {
  if (cursor.take('IS')) return parseIs(cursor, left, position)
  const isNegated = cursor.take('NOT')
  const parser = parsers.get(cursor.token.keyword) ?? cursor.fail(negatable.join(', '), negatable)
  cursor.advance()
  const found = parser(cursor, left, position)
  if (!isNegated) return found
  if (found.kind === 'SubqueryExpression') return { ...found, negated: true }
  return negated(found, position)
}

function parseIs(cursor: Cursor, left: Expression, position: Position): Expression {
  const isNegated = cursor.take('NOT')
  if (cursor.take('NULL') || cursor.take('UNKNOWN')) {
    return operation(isNegated ? 'isnotnull' : 'isnull', [left], position)
  }
  const truth = cursor.take('TRUE') ? 'is_true' : cursor.take('FALSE') ? 'is_false' : undefined
  if (truth !== undefined) {
    const test = operation(truth, [left], position)
    return isNegated ? operation('not', [test], position) : test
  }
  if (!cursor.take('DISTINCT')) {
    cursor.fail('NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM', ['NULL', 'TRUE', 'FALSE', 'DISTINCT'])
  }
  cursor.expect('FROM')
  const right = parseExpression(cursor, precedence.comparison)
  const same = operation('<=>', [left, right], position)
  return isNegated ? same : operation('not', [same], position)
}

function parseIn(cursor: Cursor, left: Expression, position: Position): Expression {
  if (!cursor.is('(')) cursor.fail("'(' and a list or a query", [])
  if (isQuery(cursor, 1)) {
    const values = left.kind === 'UnresolvedFunction' && left.name === 'struct' ? left.arguments : [left]
    return { kind: 'SubqueryExpression', type: 'in', plan: parseSubquery(cursor), values, position }
  }
  const list = cursor.parenthesized(() => parseExpression(cursor))
  return operation('in', [left, ...list], position)
}

function parseBetween(cursor: Cursor, left: Expression, position: Position): Expression {
  const lower = parseExpression(cursor, precedence.comparison)
  cursor.expect('AND')
  return operation('between', [left, lower, parseExpression(cursor, precedence.comparison)], position)
}

function parseRlike(cursor: Cursor, left: Expression, position: Position): Expression {
  return operation('rlike', [left, parseExpression(cursor, precedence.comparison)], position)
}

/** `LIKE pattern [ESCAPE 'c']`, `LIKE ANY (pattern, ...)`, `LIKE ALL (pattern, ...)`. */
function parseLike(cursor: Cursor, left: Expression, position: Position, name: 'like' | 'ilike'): Expression {
  const isList = cursor.isOneOf('ANY', 'SOME', 'ALL') && cursor.peek().keyword === '('
  if (isList) {
    const all = cursor.advance().keyword === 'ALL'
    const patterns = cursor.parenthesized(() => parseExpression(cursor))
    return operation(`${name}_${all ? 'all' : 'any'}`, [left, ...patterns], position)
  }
  const pattern = parseExpression(cursor, precedence.comparison)
  if (!cursor.take('ESCAPE')) return operation(name, [left, pattern], position)
  const start = cursor.token
  const value = cursor.string('an escape character in quotes')
  if ([...value].length !== 1)
    cursor.unsupportedClause(`ESCAPE with ${[...value].length} characters`, '', start)
  const escapeMark: Expression = {
    kind: 'Literal',
    value,
    dataType: STRING,
    position: cursor.position(start),
  }
  return operation(name, [left, pattern, escapeMark], position)
}

/** NOT LIKE ANY asks for one pattern that does not match: it is the negation of LIKE ALL, and the other way round. */
function negated(found: Expression, position: Position): Expression {
  const swapped = found.kind === 'UnresolvedFunction' ? opposites[found.name] : undefined
  const inner = swapped === undefined ? found : { ...found, name: swapped }
  return operation('not', [inner as Expression], position)
}

const opposites: Readonly<Record<string, string>> = {
  like_any: 'like_all',
  like_all: 'like_any',
  ilike_any: 'ilike_all',
  ilike_all: 'ilike_any',
}
