import { PipelineError } from '../../errors/index.ts'
import type { SortOrder } from '../../plan/expression.ts'
import type { Relation, SetOperation, With } from '../../plan/relation.ts'
import type { Cursor } from '../cursor.ts'
import { parseExpression } from './expression.ts'
import { parseSelect } from './select.ts'
import { parseAllOrder, parseSortOrder } from './sort-order.ts'
import { parseTableAlias } from './table.ts'
import { parseTableName } from './table-name.ts'
import { parseValues } from './values.ts'
import { withWindows } from './window.ts'

const queryWords = new Set(['SELECT', 'WITH', 'VALUES', 'FROM', 'TABLE'])
const afterTerm = new Set('UNION EXCEPT MINUS SETMINUS INTERSECT ORDER LIMIT OFFSET ;'.split(' '))

/**
 * Whether a query begins at the token `distance` ahead. One that begins with parentheses is told from an expression
 * or a join, `(SELECT ...) + 1`, by what follows them.
 */
export function isQuery(cursor: Cursor, distance = 0): boolean {
  let at = distance
  while (cursor.peek(at).keyword === '(') at++
  if (!isQueryWord(cursor, at)) return false
  let after = at
  for (let open = at - distance; open > 0; open--) {
    after = closing(cursor, after) + 1
    const { kind, keyword } = cursor.peek(after)
    if (afterTerm.has(keyword) || kind === 'end') return true
    if (keyword !== ')') return false
  }
  return true
}

function isQueryWord(cursor: Cursor, distance: number): boolean {
  const { keyword } = cursor.peek(distance)
  if (!queryWords.has(keyword)) return false
  const next = cursor.peek(distance + 1)
  if (keyword === 'SELECT') return true
  if (keyword === 'VALUES') return !/^[,)]$/.test(next.keyword)
  return next.kind === 'word' || next.kind === 'quoted'
}

/** How far ahead the parenthesis is that closes what the token `distance` ahead stands in. */
function closing(cursor: Cursor, distance: number): number {
  let at = distance
  for (let depth = 1; depth > 0 && cursor.peek(at).kind !== 'end'; at++) {
    const { keyword } = cursor.peek(at)
    if (keyword === '(') depth++
    else if (keyword === ')') depth--
  }
  return at - 1
}

/** `( query )` */
export function parseSubquery(cursor: Cursor): Relation {
  cursor.expect('(')
  const query = parseQuery(cursor)
  if (!cursor.take(')')) cursor.fail("')' or another clause of the query")
  return query
}

/** `[WITH ...] select [UNION ...] [ORDER BY ...] [LIMIT n] [OFFSET n]` */
export function parseQuery(cursor: Cursor): Relation {
  cursor.enter()
  const position = cursor.position()
  const definitions = cursor.is('WITH') ? parseDefinitions(cursor) : undefined
  const query = parseOrganized(cursor)
  cursor.leave()
  return definitions === undefined ? query : { kind: 'With', definitions, input: query, position }
}

function parseDefinitions(cursor: Cursor): With['definitions'] {
  cursor.expect('WITH')
  if (cursor.is('RECURSIVE') && cursor.peek().keyword !== 'AS') cursor.unsupportedClause('WITH RECURSIVE')
  const seen = new Set<string>()
  return cursor.list(() => {
    const start = cursor.token
    const name = cursor.name('the name of a common table expression')
    if (seen.has(name.toLowerCase())) {
      throw new PipelineError(
        'DUPLICATED_CTE_NAMES',
        { duplicateNames: name },
        { position: cursor.position(start) },
      )
    }
    seen.add(name.toLowerCase())
    const columns = cursor.is('(') ? cursor.parenthesized(() => cursor.name('a column name')) : undefined
    cursor.take('AS')
    return { name, ...(columns === undefined ? {} : { columns }), query: parseSubquery(cursor) }
  })
}

/** A query with its order and limits. */
function parseOrganized(cursor: Cursor): Relation {
  return withWindows(cursor, () => {
    let query = parseSetOperations(cursor)
    if (cursor.is('ORDER')) {
      const position = cursor.position()
      cursor.expect('ORDER', 'BY')
      query = { kind: 'Sort', input: query, order: parseOrder(cursor), position }
    }
    refuseHiveOrders(cursor)
    return parseLimits(cursor, query)
  })
}

/** `ORDER BY ALL` is an order by every column of the output, from the left: a star. */
function parseOrder(cursor: Cursor): readonly SortOrder[] {
  const isAll = cursor.is('ALL') && !/^[.(]$/.test(cursor.peek().keyword)
  return isAll ? [parseAllOrder(cursor)] : cursor.list(() => parseSortOrder(cursor))
}

function refuseHiveOrders(cursor: Cursor): void {
  if (!cursor.isOneOf('SORT', 'CLUSTER', 'DISTRIBUTE') || cursor.peek().keyword !== 'BY') return
  cursor.unsupportedClause(
    `${cursor.token.keyword} BY`,
    'Rows are not distributed here; use ORDER BY to sort them.',
  )
}

/** The offset is skipped first, then the limit is counted. */
function parseLimits(cursor: Cursor, input: Relation): Relation {
  const start = cursor.position()
  const limit = cursor.take('LIMIT') && !cursor.take('ALL') ? parseExpression(cursor) : undefined
  const middle = cursor.position()
  const offset = cursor.take('OFFSET') ? parseExpression(cursor) : undefined
  const skipped: Relation = offset === undefined ? input : { kind: 'Offset', input, offset, position: middle }
  return limit === undefined ? skipped : { kind: 'Limit', input: skipped, limit, position: start }
}

const operations: ReadonlyMap<string, { operation: SetOperation['operation']; level: number }> = new Map([
  ['UNION', { operation: 'union', level: 1 }],
  ['EXCEPT', { operation: 'except', level: 1 }],
  ['MINUS', { operation: 'except', level: 1 }],
  ['SETMINUS', { operation: 'except', level: 1 }],
  ['INTERSECT', { operation: 'intersect', level: 2 }],
])

/** `a UNION b EXCEPT c`: from the left, INTERSECT before the others. */
function parseSetOperations(cursor: Cursor, minimum = 1): Relation {
  const position = cursor.position()
  let left = parseTerm(cursor)
  for (let links = 1; ; links++) {
    const found = operations.get(cursor.token.keyword)
    if (found === undefined || found.level < minimum) return left
    cursor.checkDepth(links)
    cursor.advance()
    const isAll = cursor.take('ALL')
    if (!isAll) cursor.take('DISTINCT')
    const byName = cursor.take('BY', 'NAME')
    const right = parseSetOperations(cursor, found.level + 1)
    left = { kind: 'SetOperation', left, right, operation: found.operation, isAll, byName, position }
  }
}

function parseTerm(cursor: Cursor): Relation {
  switch (cursor.token.keyword) {
    case 'SELECT':
      return parseSelect(cursor)
    case 'VALUES':
      return parseInlineTable(cursor)
    case '(':
      return parseSubquery(cursor)
    case 'TABLE':
      return parseTable(cursor)
    case 'FROM':
      return cursor.unsupportedClause('A query that begins with FROM', 'Begin it with SELECT.')
    default:
      return cursor.fail('a query (SELECT, WITH or VALUES)', ['SELECT', 'WITH', 'VALUES', 'TABLE'])
  }
}

/** `VALUES (1, 'a') AS t(id, name)` is `SELECT * FROM VALUES ...`. */
function parseInlineTable(cursor: Cursor): Relation {
  const position = cursor.position()
  const values = parseValues(cursor)
  const alias = parseTableAlias(cursor)
  if (alias === undefined) return values
  const input: Relation = { kind: 'SubqueryAlias', input: values, ...alias, position }
  return { kind: 'Project', input, expressions: [{ kind: 'UnresolvedStar', position }], position }
}

/** `TABLE t` is `SELECT * FROM t`. */
function parseTable(cursor: Cursor): Relation {
  const position = cursor.position()
  cursor.expect('TABLE')
  const input = parseTableName(cursor, false)
  return { kind: 'Project', input, expressions: [{ kind: 'UnresolvedStar', position }], position }
}
