import type { Expression, UnresolvedFunction } from '../../plan/expression.ts'
import { type Operator, operatorNamed, precedence } from '../../plan/operators.ts'
import { quoteString } from '../string-escapes.ts'
import { printList, printOperand } from './expression.ts'

/** A call of an operator in its own notation. */
export function printOperation(call: UnresolvedFunction, operator: Operator): string {
  const { symbol, form, precedence: level } = operator
  const [first, second] = call.arguments as [Expression, Expression]
  switch (form) {
    case 'infix':
      return `${printOperand(first, level)} ${symbol} ${printOperand(second, level + 1)}`
    case 'postfix':
      return `${printOperand(first, precedence.comparison)} ${symbol}`
    case 'prefix':
      return printPrefix(call.name, first, operator)
    case 'predicate':
      return `${printOperand(first, precedence.comparison)} ${printPredicate(call, '')}`
  }
}

/** Negated predicates have a notation of their own. */
function printPrefix(name: string, operand: Expression, { symbol, precedence: level }: Operator): string {
  if (name !== 'not') return symbol + printSigned(operand, level)
  const inner = operand.kind === 'UnresolvedFunction' ? operatorNamed(operand.name) : undefined
  if (operand.kind === 'UnresolvedFunction' && inner?.form === 'predicate') {
    return `${printOperand(operand.arguments[0]!, precedence.comparison)} ${printPredicate(operand, 'NOT ')}`
  }
  const truth = operand.kind === 'UnresolvedFunction' ? truths[operand.name] : undefined
  if (operand.kind === 'UnresolvedFunction' && truth !== undefined) {
    return `${printOperand(operand.arguments[0]!, precedence.comparison)} IS NOT ${truth}`
  }
  return `NOT ${printOperand(operand, level)}`
}

const truths: Readonly<Record<string, string>> = { is_true: 'TRUE', is_false: 'FALSE' }

/** A number behind a sign would be read as one literal, and two signs as a comment. */
function printSigned(operand: Expression, level: number): string {
  const text = printOperand(operand, level)
  return /^[-+~.\d]/.test(text) ? `(${text})` : text
}

/** What follows the first argument. A negated LIKE ANY is the opposite of LIKE ALL, and the other way round. */
function printPredicate({ name, arguments: args }: UnresolvedFunction, not: '' | 'NOT '): string {
  const [, second, third] = args as [Expression, Expression, Expression?]
  const operand = (expression: Expression) => printOperand(expression, precedence.comparison)
  switch (name) {
    case 'in':
      return `${not}IN (${printList(args.slice(1))})`
    case 'between':
      return `${not}BETWEEN ${operand(second)} AND ${operand(third!)}`
    case 'rlike':
      return `${not}RLIKE ${operand(second)}`
    case 'like':
    case 'ilike': {
      const suffix = third?.kind === 'Literal' ? ` ESCAPE ${quoteString(String(third.value))}` : ''
      return `${not}${name.toUpperCase()} ${operand(second)}${suffix}`
    }
    default: {
      const [verb, quantifier] = name.split('_') as [string, string]
      const swapped = quantifier === 'any' ? 'ALL' : 'ANY'
      const word = not === '' ? quantifier.toUpperCase() : swapped
      return `${not}${verb.toUpperCase()} ${word} (${printList(args.slice(1))})`
    }
  }
}
