import type { Expression } from '../plan/expression.ts'
import type { Relation } from '../plan/relation.ts'
import type { Command } from './command.ts'
import { Cursor } from './cursor.ts'
import { parseExpression as expressionAt } from './parser/expression.ts'
import { parseQuery as queryAt } from './parser/query.ts'
import { parseSelectItem as selectItemAt } from './parser/select-item.ts'
import { parseColumns } from './parser/statements/columns.ts'
import { parseCommand } from './parser/statements/command.ts'
import { parseStatement } from './parser/statements/statement.ts'
import type { ParseOptions } from './source-text.ts'
import type { ColumnDefinition, Statement } from './statement.ts'

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

/**
 * The statements of a file, split at semicolons. Throws PARSE_SYNTAX_ERROR and its kin with a position, and
 * UNSUPPORTED_FEATURE.STATEMENT for a statement that is known but not taken.
 */
export function parseStatements(text: string, options: ParseOptions = {}): Statement[] {
  return split(text, options, parseStatement)
}

/**
 * The statements of a text that is run and not defined: those of `parseStatements` and the commands that change tables,
 * which a pipeline's files may not hold. Throws what `parseStatements` throws.
 */
export function parseScript(text: string, options: ParseOptions = {}): (Statement | Command)[] {
  return split(text, options, parseCommand)
}

function split<Result>(text: string, options: ParseOptions, parser: (cursor: Cursor) => Result): Result[] {
  const cursor = new Cursor(text, options)
  const statements: Result[] = []
  for (;;) {
    while (cursor.take(';'));
    if (cursor.isAtEnd) return statements
    statements.push(parser(cursor))
    if (!cursor.isAtStatementEnd) cursor.fail("';' or another clause of the statement")
  }
}

/**
 * The columns of a table as CREATE lists them: `id BIGINT NOT NULL, d DATE GENERATED ALWAYS AS (CAST(ts AS DATE))`.
 * What `parseSchema` reads and the clauses that need expressions.
 */
export function parseColumnDefinitions(text: string, options: ParseOptions = {}): ColumnDefinition[] {
  return whole(text, options, parseColumns, "',' or the end of the columns")
}

function whole<Result>(
  text: string,
  options: ParseOptions,
  parser: (cursor: Cursor) => Result,
  expected: string,
): Result {
  const cursor = new Cursor(text, options)
  const result = parser(cursor)
  if (!cursor.isAtEnd) cursor.fail(expected)
  return result
}
