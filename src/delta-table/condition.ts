import { PipelineError } from '../errors/index.ts'
import { Column } from '../plan/column.ts'
import type { Expression } from '../plan/expression.ts'
import { type LiteralValue, literalOf } from '../plan/literal.ts'
import { parseExpression } from '../sql/index.ts'

/** What must hold for a row: SQL text such as `amount > 100`, or a Column. */
export type Condition = string | Column

/** A new value: SQL text such as `amount + 1` or `'text'`, a Column, or a constant that is no text. */
export type Assigned = string | Column | Exclude<LiteralValue, string>

/** Columns (`'amount'`, `'address.city'`) and their new values. */
export type Assignments = Readonly<Record<string, Assigned>>

/** Throws PARSE_SYNTAX_ERROR for a text that is no SQL, INVALID_CONDITION for what is neither text nor Column. */
export function conditionOf(condition: Condition): Expression {
  if (typeof condition === 'string') return parseExpression(condition)
  if (condition instanceof Column) return condition.expression
  throw new PipelineError('INVALID_CONDITION', { value: JSON.stringify(condition) })
}

/** Throws PARSE_SYNTAX_ERROR for a text that is no SQL. */
export function assignmentsOf(set: Assignments): { column: readonly string[]; value: Expression }[] {
  return Object.entries(set).map(([name, value]) => ({
    column: columnPath(name),
    value: assignedExpression(value),
  }))
}

function assignedExpression(value: Assigned): Expression {
  if (typeof value === 'string') return parseExpression(value)
  return value instanceof Column ? value.expression : literalOf(value)
}

/** `` address.`home city` `` as its parts. */
export function columnPath(name: string): readonly string[] {
  const parsed = parseExpression(name)
  return parsed.kind === 'UnresolvedAttribute' ? parsed.parts : [name]
}
