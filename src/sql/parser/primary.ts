import type { Position } from '../../errors/index.ts'
import type { CaseWhen, Expression, Literal } from '../../plan/expression.ts'
import { BOOLEAN, type DataType, STRING, VOID } from '../../types/data-type.ts'
import type { Cursor } from '../cursor.ts'
import { notAColumn } from '../keywords.ts'
import { operation, parseExpression } from './expression.ts'
import { parseFunctionCall } from './function-call.ts'
import { isInterval, parseIntervalLiteral } from './interval.ts'
import { isJsonPath, parseJsonPath } from './json-path.ts'
import { parseNumber } from './number.ts'
import { isQuery, parseSubquery } from './query.ts'
import { isTypedLiteral, parseBinary, parseTypedLiteral } from './typed-literal.ts'

/** Functions that are called without parentheses. */
const bareFunctions = new Set(
  'CURRENT_DATE CURRENT_TIMESTAMP CURRENT_USER LOCALTIMESTAMP SESSION_USER'.split(' '),
)

/** An operand with all that binds to it directly: `.field`, `[index]`, `::type`, `:json.path`. `given` was read before. */
export function parsePrimary(cursor: Cursor, given?: Expression): Expression {
  const position = given?.position ?? cursor.position()
  let operand = given ?? parseOperand(cursor)
  for (let links = 1; ; links++) {
    const next = parsePostfix(cursor, operand, position)
    if (next === undefined) return operand
    cursor.checkDepth(links)
    operand = next
  }
}

function parsePostfix(cursor: Cursor, child: Expression, position: Position): Expression | undefined {
  switch (cursor.token.keyword) {
    case '::':
      cursor.advance()
      return { kind: 'Cast', child, dataType: cursor.dataType({ isCast: true }), mode: 'ansi', position }
    case '[': {
      cursor.advance()
      const extraction = parseExpression(cursor)
      cursor.expect(']')
      return { kind: 'UnresolvedExtractValue', child, extraction, isField: false, position }
    }
    case '.': {
      cursor.advance()
      const start = cursor.token
      const extraction = literal(cursor.name('a field name'), STRING, cursor.position(start))
      return { kind: 'UnresolvedExtractValue', child, extraction, isField: true, position }
    }
    case ':':
      return isJsonPath(cursor) ? parseJsonPath(cursor, child, position) : undefined
    default:
      return undefined
  }
}

function parseOperand(cursor: Cursor): Expression {
  const { kind } = cursor.token
  const position = cursor.position()
  switch (kind) {
    case 'number':
      return parseNumber(cursor, '')
    case 'string':
      return parseString(cursor, position)
    case 'binary':
      return parseBinary(cursor)
    case 'word':
    case 'quoted':
      return parseWord(cursor, position)
    default:
      return parseSymbol(cursor, position)
  }
}

/** Strings that follow each other are one. */
function parseString(cursor: Cursor, position: Position): Literal {
  let value = cursor.advance().text
  while (cursor.token.kind === 'string') value += cursor.advance().text
  return literal(value, STRING, position)
}

function parseSymbol(cursor: Cursor, position: Position): Expression {
  if (cursor.take('*')) return parseStar(cursor, undefined, position)
  if (cursor.is('(')) return parseParenthesis(cursor, position)
  if (cursor.is(':') && cursor.peek().kind === 'word') {
    cursor.unsupportedClause(
      `The parameter marker :${cursor.peek().text}`,
      `Write \${${cursor.peek().text}} and set the key in the pipeline's configuration.`,
    )
  }
  return cursor.fail('an expression')
}

/** A subquery, a row of values, a lambda's parameters, or an expression. */
function parseParenthesis(cursor: Cursor, position: Position): Expression {
  if (isQuery(cursor, 1)) {
    return { kind: 'SubqueryExpression', type: 'scalar', plan: parseSubquery(cursor), position }
  }
  const parameters = lambdaParameters(cursor)
  if (parameters !== undefined) return parseLambdaBody(cursor, parameters, position)
  cursor.expect('(')
  const items = cursor.list(() => parseExpression(cursor))
  if (!cursor.take(')')) cursor.fail("')' or an operator")
  return items.length === 1 ? items[0]! : operation('struct', items, position)
}

/** Moves over `(x, y) ->`; stays where it is when something else stands there. */
function lambdaParameters(cursor: Cursor): string[] | undefined {
  let distance = 1
  const names: string[] = []
  for (; ; distance += 2) {
    const { kind, text } = cursor.peek(distance)
    if (kind !== 'word' && kind !== 'quoted') return undefined
    names.push(text)
    if (cursor.peek(distance + 1).keyword !== ',') break
  }
  if (cursor.peek(distance + 1).keyword !== ')' || cursor.peek(distance + 2).keyword !== '->')
    return undefined
  for (let i = 0; i <= distance + 2; i++) cursor.advance()
  return names
}

function parseLambdaBody(cursor: Cursor, parameters: string[], position: Position): Expression {
  return { kind: 'LambdaFunction', parameters, body: parseExpression(cursor), position }
}

function parseWord(cursor: Cursor, position: Position): Expression {
  const { keyword } = cursor.token
  switch (keyword) {
    case 'NULL':
      cursor.advance()
      return literal(null, VOID, position)
    case 'TRUE':
    case 'FALSE':
      cursor.advance()
      return literal(keyword === 'TRUE', BOOLEAN, position)
    case 'CASE':
      return parseCase(cursor, position)
    case 'EXISTS':
      if (!isQuery(cursor, 2) || cursor.peek().keyword !== '(') break
      cursor.advance()
      return { kind: 'SubqueryExpression', type: 'exists', plan: parseSubquery(cursor), position }
    case 'INTERVAL':
      if (isInterval(cursor)) return parseIntervalLiteral(cursor)
  }
  if (isTypedLiteral(cursor)) return parseTypedLiteral(cursor)
  if (cursor.peek().keyword === '(') return parseFunctionCall(cursor)
  if (bareFunctions.has(keyword) && cursor.peek().keyword !== '.') {
    return operation(cursor.advance().text.toLowerCase(), [], position)
  }
  if (notAColumn.has(keyword)) cursor.fail('an expression')
  return parseName(cursor, position)
}

/** A column, a lambda of one parameter, or a star: `a`, `t.a.b`, `x -> x + 1`, `t.*`. */
function parseName(cursor: Cursor, position: Position): Expression {
  const parts = [cursor.name('an expression')]
  if (cursor.take('->')) return parseLambdaBody(cursor, parts, position)
  while (cursor.is('.')) {
    if (cursor.peek().keyword === '*') {
      cursor.advance()
      cursor.advance()
      return parseStar(cursor, parts, position)
    }
    cursor.advance()
    parts.push(cursor.name('a column or field name'))
  }
  if (cursor.is('(')) {
    cursor.unsupportedClause(`Calling a function by a qualified name (${parts.join('.')})`)
  }
  return { kind: 'UnresolvedAttribute', parts, position }
}

function parseStar(cursor: Cursor, target: readonly string[] | undefined, position: Position): Expression {
  const isExcept = cursor.is('EXCEPT', '(') && !isQuery(cursor, 2)
  if (isExcept) cursor.expect('EXCEPT')
  const except = isExcept ? cursor.parenthesized(() => columnPath(cursor)) : undefined
  return {
    kind: 'UnresolvedStar',
    ...(target === undefined ? {} : { target }),
    ...(except === undefined ? {} : { except }),
    position,
  }
}

function columnPath(cursor: Cursor): string[] {
  const parts = [cursor.name('a column name')]
  while (cursor.take('.')) parts.push(cursor.name('a field name'))
  return parts
}

/** Both forms of CASE; `CASE x WHEN v` is `WHEN x = v`. */
function parseCase(cursor: Cursor, position: Position): CaseWhen {
  cursor.expect('CASE')
  const subject = cursor.is('WHEN') ? undefined : parseExpression(cursor)
  const branches: { condition: Expression; value: Expression }[] = []
  do {
    if (!cursor.take('WHEN')) cursor.fail('WHEN', ['WHEN'])
    const start = cursor.position()
    const test = parseExpression(cursor)
    if (!cursor.take('THEN')) cursor.fail('THEN', ['THEN'])
    const condition = subject === undefined ? test : operation('=', [subject, test], start)
    branches.push({ condition, value: parseExpression(cursor) })
  } while (cursor.is('WHEN'))
  const otherwise = cursor.take('ELSE') ? parseExpression(cursor) : undefined
  if (!cursor.take('END')) cursor.fail('WHEN, ELSE or END', ['WHEN', 'ELSE', 'END'])
  return { kind: 'CaseWhen', branches, ...(otherwise === undefined ? {} : { otherwise }), position }
}

function literal(value: Literal['value'], dataType: DataType, position: Position): Literal {
  return { kind: 'Literal', value, dataType, position }
}
