import { PipelineError } from '../../errors/index.ts'
import type {
  CaseWhen,
  Expression,
  FrameBoundary,
  SortOrder,
  SubqueryExpression,
  UnresolvedExtractValue,
  UnresolvedFunction,
  WindowExpression,
} from '../../plan/expression.ts'
import { operatorNamed, precedence } from '../../plan/operators.ts'
import { printSqlType } from '../../types/ddl.ts'
import { fieldName, identifier, qualified } from './identifier.ts'
import { isNegative, printLiteral } from './literal.ts'
import { printOperation } from './operation.ts'
import { printInline } from './relation.ts'

/** An expression as Spark SQL on one line; `parseExpression` reads it back as the same tree. */
export function printSparkExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'Literal':
      return printLiteral(expression)
    case 'UnresolvedAttribute':
      return qualified(expression.parts)
    case 'UnresolvedStar':
      return `${expression.target ? `${qualified(expression.target)}.` : ''}*${printExcept(expression.except)}`
    case 'UnresolvedFunction':
      return printFunction(expression)
    case 'Alias':
      return `${printSparkExpression(expression.child)} AS ${identifier(expression.name)}`
    case 'Cast': {
      const name = expression.mode === 'try' ? 'TRY_CAST' : 'CAST'
      return `${name}(${printSparkExpression(expression.child)} AS ${printSqlType(expression.dataType)})`
    }
    case 'UnresolvedExtractValue':
      return printExtract(expression)
    case 'CaseWhen':
      return printCase(expression)
    case 'LambdaFunction':
      return `${printParameters(expression.parameters)} -> ${printSparkExpression(expression.body)}`
    case 'WindowExpression':
      return printWindow(expression)
    case 'SortOrder':
      return printSortOrder(expression)
    case 'SubqueryExpression':
      return printSubquery(expression)
    case 'NamedArgument':
      return `${identifier(expression.name)} => ${printSparkExpression(expression.value)}`
  }
}

/** The expression in parentheses when it binds less tightly than `minimum`. */
export function printOperand(expression: Expression, minimum: number): string {
  const text = printSparkExpression(expression)
  return bindingOf(expression) < minimum ? `(${text})` : text
}

export function printList(expressions: readonly Expression[]): string {
  return expressions.map(printSparkExpression).join(', ')
}

export function printSortOrder({ child, direction, nulls }: SortOrder): string {
  const byDefault = direction === 'asc' ? 'first' : 'last'
  const words = [
    direction === 'desc' ? ' DESC' : '',
    nulls === byDefault ? '' : ` NULLS ${nulls.toUpperCase()}`,
  ]
  const key = child.kind === 'UnresolvedStar' ? 'ALL' : printSparkExpression(child)
  return key + words.join('')
}

function bindingOf(expression: Expression): number {
  switch (expression.kind) {
    case 'UnresolvedFunction':
      return operatorNamed(expression.name)?.precedence ?? precedence.primary
    case 'LambdaFunction':
    case 'Alias':
    case 'NamedArgument':
    case 'SortOrder':
      return 0
    case 'SubqueryExpression':
      if (expression.type === 'scalar') return precedence.primary
      if (expression.type === 'in') return precedence.predicate
      return expression.negated ? precedence.not : precedence.primary
    case 'Literal':
      // A sign in front of a number is part of it only at the beginning of an operand.
      return isNegative(expression) ? precedence.unary : precedence.primary
    default:
      return precedence.primary
  }
}

function printExcept(except: readonly (readonly string[])[] | undefined): string {
  return except === undefined ? '' : ` EXCEPT (${except.map(qualified).join(', ')})`
}

function printFunction(call: UnresolvedFunction): string {
  const operator = operatorNamed(call.name)
  if (operator !== undefined) return printOperation(call, operator)
  const unit = unitForms[call.name]?.(call.arguments)
  if (unit !== undefined) return unit
  const args = `${call.distinct ? 'DISTINCT ' : ''}${printList(call.arguments)}`
  const name = /^[a-z_]\w*$/.test(call.name) ? call.name : identifier(call.name)
  return `${name}(${args})${printSuffixes(call)}`
}

/** Calls whose first argument is a keyword in SQL. */
const unitForms: Readonly<Record<string, (args: readonly Expression[]) => string | undefined>> = {
  extract: ([unit, source]) =>
    source && isWord(unit) ? `EXTRACT(${unit.value} FROM ${printSparkExpression(source)})` : undefined,
  timestampadd: ([unit, ...rest]) =>
    isWord(unit) ? `TIMESTAMPADD(${unit.value}, ${printList(rest)})` : undefined,
  timestampdiff: ([unit, ...rest]) =>
    isWord(unit) ? `TIMESTAMPDIFF(${unit.value}, ${printList(rest)})` : undefined,
}

function isWord(unit: Expression | undefined): unit is Extract<Expression, { kind: 'Literal' }> {
  return unit?.kind === 'Literal' && typeof unit.value === 'string' && /^[A-Z]+$/.test(unit.value)
}

function printSuffixes({ withinGroup, filter, nulls }: UnresolvedFunction): string {
  return [
    withinGroup ? ` WITHIN GROUP (ORDER BY ${withinGroup.map(printSortOrder).join(', ')})` : '',
    filter ? ` FILTER (WHERE ${printSparkExpression(filter)})` : '',
    nulls ? ` ${nulls.toUpperCase()} NULLS` : '',
  ].join('')
}

function printExtract({ child, extraction, isField }: UnresolvedExtractValue): string {
  if (!isField) return `${printOperand(child, precedence.primary)}[${printSparkExpression(extraction)}]`
  if (extraction.kind !== 'Literal') {
    throw new PipelineError('INTERNAL_ERROR', { detail: 'the name of a field is not a literal' })
  }
  // Without parentheses the field would be read as another part of the column's name, or of the number.
  const isOpen = child.kind === 'UnresolvedAttribute' || child.kind === 'Literal'
  const owner = isOpen ? `(${printSparkExpression(child)})` : printOperand(child, precedence.primary)
  return `${owner}.${fieldName(String(extraction.value))}`
}

function printCase({ branches, otherwise }: CaseWhen): string {
  const parts = branches.map(
    ({ condition, value }) => `WHEN ${printSparkExpression(condition)} THEN ${printSparkExpression(value)}`,
  )
  if (otherwise !== undefined) parts.push(`ELSE ${printSparkExpression(otherwise)}`)
  return `CASE ${parts.join(' ')} END`
}

function printParameters(parameters: readonly string[]): string {
  const names = parameters.map(identifier).join(', ')
  return parameters.length === 1 ? names : `(${names})`
}

function printWindow({ function: call, partitionBy, orderBy, frame }: WindowExpression): string {
  const parts: string[] = []
  if (partitionBy.length > 0) parts.push(`PARTITION BY ${printList(partitionBy)}`)
  if (orderBy.length > 0) parts.push(`ORDER BY ${orderBy.map(printSortOrder).join(', ')}`)
  if (frame !== undefined) {
    const bounds = `${printBoundary(frame.lower)} AND ${printBoundary(frame.upper)}`
    parts.push(`${frame.type.toUpperCase()} BETWEEN ${bounds}`)
  }
  return `${printSparkExpression(call)} OVER (${parts.join(' ')})`
}

function printBoundary(boundary: FrameBoundary): string {
  switch (boundary.kind) {
    case 'unboundedPreceding':
      return 'UNBOUNDED PRECEDING'
    case 'unboundedFollowing':
      return 'UNBOUNDED FOLLOWING'
    case 'currentRow':
      return 'CURRENT ROW'
    default:
      // Looser than AND, the boundary would end BETWEEN too early.
      return `${printOperand(boundary.value, precedence.predicate)} ${boundary.kind.toUpperCase()}`
  }
}

function printSubquery({ type, plan, values = [], negated }: SubqueryExpression): string {
  const query = `(${printInline(plan)})`
  if (type === 'scalar') return query
  if (type === 'exists') return `${negated ? 'NOT ' : ''}EXISTS ${query}`
  const [only] = values
  const left = values.length === 1 ? printOperand(only!, precedence.comparison) : `(${printList(values)})`
  return `${left}${negated ? ' NOT' : ''} IN ${query}`
}
