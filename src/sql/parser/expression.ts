import type { Position } from '../../errors/index.ts'
import type { Expression, UnresolvedFunction } from '../../plan/expression.ts'
import { type OperatorName, operators, precedence } from '../../plan/operators.ts'
import type { Cursor } from '../cursor.ts'
import { parseNumber } from './number.ts'
import { isPredicate, parsePredicate } from './predicate.ts'
import { parsePrimary } from './primary.ts'

const infixNames: ReadonlyMap<string, OperatorName> = new Map<string, OperatorName>([
  ...Object.entries(operators)
    .filter(([, { form }]) => form === 'infix')
    .map(([name, { symbol }]): [string, OperatorName] => [symbol, name as OperatorName]),
  ['==', '='],
  ['!=', '<>'],
  ['!>', '<='],
  ['!<', '>='],
])

const prefixNames: ReadonlyMap<string, OperatorName> = new Map<string, OperatorName>([
  ['NOT', 'not'],
  ['!', 'not'],
  ['-', 'negative'],
  ['+', 'positive'],
  ['~', '~'],
])

/** A chain of AND or OR longer than this becomes a balanced tree. */
const MAX_FLAT_CHAIN = 32

/**
 * The expression at the cursor, as far as operators bind at least as tightly as `minimum` (`precedence` of
 * plan/operators.ts). Pratt's method: a prefix, then operators from the left as long as they are tight enough.
 */
export function parseExpression(cursor: Cursor, minimum = 0): Expression {
  cursor.enter()
  const position = cursor.position()
  let left = parsePrefix(cursor, minimum)
  for (let links = 1; ; links++) {
    const next = parseOperator(cursor, left, minimum, position)
    if (next === undefined) break
    cursor.checkDepth(links)
    left = next
  }
  cursor.leave()
  return left
}

/** The operation whose left operand is `left`, or undefined when no operator follows that is tight enough. */
function parseOperator(
  cursor: Cursor,
  left: Expression,
  minimum: number,
  position: Position,
): Expression | undefined {
  const name = infixNames.get(cursor.token.keyword)
  if (name === undefined) {
    if (minimum > precedence.predicate || !isPredicate(cursor)) return undefined
    return parsePredicate(cursor, left, position)
  }
  const level = operators[name].precedence
  if (level < minimum) return undefined
  if (name === 'and' || name === 'or') return parseChain(cursor, left, name, position)
  cursor.advance()
  return operation(name, [left, parseExpression(cursor, level + 1)], position)
}

/** `a AND b AND c ...`: a long chain becomes a balanced tree, as in Spark, so that its depth stays small. */
function parseChain(cursor: Cursor, first: Expression, name: 'and' | 'or', position: Position): Expression {
  const { symbol, precedence: level } = operators[name]
  const operands = [first]
  while (cursor.take(symbol)) operands.push(parseExpression(cursor, level + 1))
  if (operands.length > MAX_FLAT_CHAIN) return balanced(operands, name, position)
  return operands.reduce((left, right) => operation(name, [left, right], position))
}

function balanced(operands: readonly Expression[], name: 'and' | 'or', position: Position): Expression {
  if (operands.length === 1) return operands[0]!
  const middle = operands.length >> 1
  const sides = [operands.slice(0, middle), operands.slice(middle)]
  return operation(
    name,
    sides.map((side) => balanced(side, name, position)),
    position,
  )
}

function parsePrefix(cursor: Cursor, minimum: number): Expression {
  const name = prefixNames.get(cursor.token.keyword)
  if (name === undefined) return parsePrimary(cursor)
  const start = cursor.token
  if (name === 'not' && minimum > precedence.not) cursor.fail('parentheses around NOT', [])
  if (name === 'negative' && cursor.peek().kind === 'number') {
    cursor.advance()
    return parsePrimary(cursor, parseNumber(cursor, '-', start))
  }
  cursor.advance()
  return prefixed(name, parseExpression(cursor, operators[name].precedence), cursor.position(start))
}

/** NOT EXISTS and NOT (x IN (query)) are forms of the subquery itself. */
function prefixed(name: OperatorName, operand: Expression, position: Position): Expression {
  const isNegatable =
    name === 'not' &&
    operand.kind === 'SubqueryExpression' &&
    operand.type !== 'scalar' &&
    operand.negated !== true
  return isNegatable ? { ...operand, negated: true, position } : operation(name, [operand], position)
}

export function operation(
  name: string,
  operands: readonly Expression[],
  position: Position,
): UnresolvedFunction {
  return { kind: 'UnresolvedFunction', name, arguments: operands, position }
}
