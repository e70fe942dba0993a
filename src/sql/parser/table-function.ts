import type { Expression } from '../../plan/expression.ts'
import type { DataSource, Read, Relation } from '../../plan/relation.ts'
import { parseTableName } from '../../plan/table-name.ts'
import { parseSchema } from '../../types/ddl.ts'
import type { Cursor } from '../cursor.ts'
import { parseArgument } from './function-call.ts'
import { optionValue } from './option-value.ts'
import { parseQualifiedName } from './table-name.ts'

/** `range(10)`, `read_files(...)`, `event_log(TABLE(t))`: a function that gives rows. */
export function parseTableFunction(cursor: Cursor, isStreaming: boolean): Relation {
  const { keyword } = cursor.token
  if (keyword === 'READ_FILES') return parseReadFiles(cursor, isStreaming)
  if (keyword === 'CLOUD_FILES') return parseCloudFiles(cursor)
  if (keyword === 'TABLE_CHANGES' || keyword === 'TABLE_CHANGES_BY_PATH') {
    return parseTableChanges(cursor, isStreaming)
  }
  if (keyword === 'IDENTIFIER') {
    cursor.unsupportedClause(
      'The IDENTIFIER clause',
      'Write the name itself, or ${key} with a configuration key.',
    )
  }
  const position = cursor.position()
  const name = cursor.advance().text.toLowerCase()
  cursor.expect('(')
  const args = cursor.is(')') ? [] : cursor.list(() => parseTableArgument(cursor))
  if (!cursor.take(')')) cursor.fail("',' or ')'", [])
  return { kind: 'TableValuedFunction', name, arguments: args, isStreaming, position }
}

/** A table as an argument, `TABLE(t)` or `TABLE t`, is the function `table` of the table's name. */
function parseTableArgument(cursor: Cursor): Expression {
  const next = cursor.peek()
  if (!cursor.is('TABLE') || !(next.keyword === '(' || next.kind === 'word' || next.kind === 'quoted')) {
    return parseArgument(cursor)
  }
  const position = cursor.position()
  cursor.advance()
  const isWrapped = cursor.take('(')
  const start = cursor.position()
  const parts = parseQualifiedName(cursor, 'a table name')
  if (isWrapped) cursor.expect(')')
  const name: Expression = { kind: 'UnresolvedAttribute', parts, position: start }
  return { kind: 'UnresolvedFunction', name: 'table', arguments: [name], position }
}

/**
 * `table_changes('sales.orders', 2, 5)`, `table_changes_by_path('data/orders', '2026-01-31')`, which is
 * ``table_changes('delta.`data/orders`', '2026-01-31')``: a table read with
 * `readChangeFeed`. Numbers are versions, texts are times; the end, which may be left out, belongs to the range.
 */
function parseTableChanges(cursor: Cursor, isStreaming: boolean): Read | DataSource {
  const position = cursor.position()
  const isByPath = cursor.advance().keyword === 'TABLE_CHANGES_BY_PATH'
  cursor.expect('(')
  const table = constantString(cursor, isByPath ? 'a path in quotes' : "a table's name in quotes")
  const name = isByPath ? ['delta', table] : parseTableName(table)
  const options: Record<string, string> = { readChangeFeed: 'true' }
  for (const side of ['starting', 'ending']) {
    if (!cursor.take(',')) break
    const isVersion = cursor.token.kind === 'number'
    options[`${side}${isVersion ? 'Version' : 'Timestamp'}`] = isVersion
      ? cursor.advance().text.replace(/L$/i, '')
      : constantString(cursor, 'a version, or a timestamp in quotes')
  }
  if (!cursor.take(')')) cursor.fail("',' or ')'", [])
  const isPath = name.length === 2 && name[0]!.toLowerCase() === 'delta'
  return isPath
    ? { kind: 'DataSource', format: 'delta', paths: [name[1]!], options, isStreaming, position }
    : { kind: 'Read', name, options, isStreaming, position }
}

/** `read_files('path', format => 'json', schema => 'id INT')`: the options are constants. */
function parseReadFiles(cursor: Cursor, isStreaming: boolean): DataSource {
  const position = cursor.position()
  cursor.advance()
  cursor.expect('(')
  const isNamed = cursor.is('PATH', '=>')
  if (isNamed) cursor.take('PATH', '=>')
  const paths = [constantString(cursor, 'a path in quotes')]
  const options: Record<string, string> = {}
  let schema: DataSource['schema']
  while (cursor.take(',')) {
    const key = cursor.name('the name of an option')
    cursor.expect('=>')
    if (key.toLowerCase() === 'schema') schema = schemaOption(cursor)
    else options[key] = optionValue(cursor)
  }
  if (!cursor.take(')')) cursor.fail("',' or ')'", [])
  return {
    kind: 'DataSource',
    format: 'read_files',
    paths,
    options,
    ...(schema === undefined ? {} : { schema }),
    isStreaming,
    position,
  }
}

/** `cloud_files('path', 'json', map('key', 'value', ...))`: always a stream. */
function parseCloudFiles(cursor: Cursor): DataSource {
  const position = cursor.position()
  cursor.advance()
  cursor.expect('(')
  const paths = [constantString(cursor, 'a path in quotes')]
  cursor.expect(',')
  const options: Record<string, string> = {
    'cloudFiles.format': constantString(cursor, 'a format in quotes'),
  }
  let schema: DataSource['schema']
  if (cursor.take(',')) {
    cursor.expect('MAP', '(')
    do {
      const key = constantString(cursor, 'the name of an option in quotes')
      cursor.expect(',')
      if (key.toLowerCase() === 'schema') schema = schemaOption(cursor)
      else options[key] = optionValue(cursor)
    } while (cursor.take(','))
    cursor.expect(')')
  }
  cursor.expect(')')
  return {
    kind: 'DataSource',
    format: 'cloudFiles',
    paths,
    options,
    ...(schema === undefined ? {} : { schema }),
    isStreaming: true,
    position,
  }
}

function constantString(cursor: Cursor, expected: string): string {
  if (cursor.token.kind !== 'string') cursor.fail(expected, [])
  return optionValue(cursor)
}

function schemaOption(cursor: Cursor): DataSource['schema'] {
  const position = cursor.position()
  return parseSchema(constantString(cursor, 'a schema in quotes'), () => position)
}
