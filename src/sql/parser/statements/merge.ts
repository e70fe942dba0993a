import { PipelineError, type Position } from '../../../errors/index.ts'
import type { Assignment, MergeAction, MergeClause, MergeInto } from '../../command.ts'
import type { Cursor } from '../../cursor.ts'
import { parseExpression } from '../expression.ts'
import { parseTable } from '../table.ts'
import { parseAssignments } from './assignment.ts'
import { expectEnd, parseColumnPath, parseTarget, parseTargetAlias } from './target-table.ts'

/** `MERGE [WITH SCHEMA EVOLUTION] INTO t [AS alias] USING source ON condition WHEN ... THEN ...` */
export function parseMerge(cursor: Cursor, position: Position): MergeInto {
  cursor.expect('MERGE')
  const schemaEvolution = cursor.take('WITH', 'SCHEMA', 'EVOLUTION')
  cursor.expect('INTO')
  const table = parseTarget(cursor)
  const alias = parseTargetAlias(cursor)
  cursor.expect('USING')
  const source = parseTable(cursor)
  cursor.expect('ON')
  const condition = parseExpression(cursor)
  const clauses: MergeClause[] = []
  while (cursor.is('WHEN')) clauses.push(parseClause(cursor))
  if (clauses.length === 0) cursor.fail('WHEN [NOT] MATCHED or an operator', ['WHEN', 'AND', 'OR'])
  expectEnd(cursor, 'WHEN')
  return { kind: 'MergeInto', table, ...alias, source, condition, clauses, schemaEvolution, position }
}

function parseClause(cursor: Cursor): MergeClause {
  const position = cursor.position()
  cursor.expect('WHEN')
  const when = parseWhen(cursor)
  const condition = cursor.take('AND') ? parseExpression(cursor) : undefined
  if (!cursor.take('THEN')) cursor.fail(condition === undefined ? 'AND or THEN' : 'THEN', ['AND', 'THEN'])
  const action = when === 'notMatched' ? parseInsert(cursor) : parseChange(cursor)
  return { when, ...(condition !== undefined && { condition }), action, position }
}

/** `MATCHED`, `NOT MATCHED [BY TARGET]`, `NOT MATCHED BY SOURCE` */
function parseWhen(cursor: Cursor): MergeClause['when'] {
  const isNot = cursor.take('NOT')
  if (!cursor.take('MATCHED')) cursor.fail(isNot ? 'MATCHED' : 'MATCHED or NOT MATCHED', ['MATCHED', 'NOT'])
  if (!isNot) return 'matched'
  if (!cursor.take('BY')) return 'notMatched'
  if (cursor.take('SOURCE')) return 'notMatchedBySource'
  if (cursor.take('TARGET')) return 'notMatched'
  return cursor.fail('SOURCE or TARGET', ['SOURCE', 'TARGET'])
}

function parseChange(cursor: Cursor): MergeAction {
  if (cursor.take('DELETE')) return { kind: 'delete' }
  if (!cursor.take('UPDATE')) cursor.fail('UPDATE SET or DELETE', ['UPDATE', 'DELETE'])
  cursor.expect('SET')
  if (cursor.take('*')) return { kind: 'updateAll' }
  return { kind: 'update', assignments: parseAssignments(cursor) }
}

/** `INSERT *` or `INSERT (a, b) VALUES (x, y)` */
function parseInsert(cursor: Cursor): MergeAction {
  const start = cursor.token
  if (!cursor.take('INSERT')) cursor.fail('INSERT', ['INSERT'])
  if (cursor.take('*')) return { kind: 'insertAll' }
  const columns = cursor.parenthesized(() => ({
    position: cursor.position(),
    column: parseColumnPath(cursor),
  }))
  cursor.expect('VALUES')
  const values = cursor.parenthesized(() => parseExpression(cursor))
  if (values.length !== columns.length) {
    const counts = { columns: String(columns.length), values: String(values.length) }
    throw new PipelineError('MERGE_INSERT_VALUE_COUNT_MISMATCH', counts, { position: cursor.position(start) })
  }
  const assignments = columns.map((each, i): Assignment => ({ ...each, value: values[i]! }))
  return { kind: 'insert', assignments }
}
