import { PipelineError } from '../../../errors/index.ts'
import type { Cursor } from '../../cursor.ts'
import type { ColumnDefinition, ExpectationClause, IdentityClause } from '../../statement.ts'
import { parseExpression } from '../expression.ts'
import { parseQualifiedName } from '../table-name.ts'

/** What stands in the parentheses behind a dataset's name. */
interface Elements {
  readonly columns: readonly ColumnDefinition[]
  readonly expectations: readonly ExpectationClause[]
}

/** `( column, ..., CONSTRAINT name EXPECT (condition) ... )`: columns and constraints in any order. */
export function parseElements(cursor: Cursor): Elements {
  const columns: ColumnDefinition[] = []
  const expectations: ExpectationClause[] = []
  cursor.parenthesized(() => {
    if (isConstraint(cursor)) expectations.push(...parseConstraint(cursor))
    else columns.push(withoutIdentity(parseColumn(cursor)))
  })
  return { columns, expectations }
}

/** Updates of a pipeline may repeat a batch, which would get other numbers the second time. */
function withoutIdentity(column: ColumnDefinition): ColumnDefinition {
  if (column.identity === undefined) return column
  const parameters = { clause: 'An IDENTITY column', alternative: 'Use uuid() or a key of the data.' }
  throw new PipelineError('UNSUPPORTED_FEATURE.CLAUSE', parameters, { position: column.identity.position })
}

/** `id BIGINT NOT NULL COMMENT 'x', d DATE GENERATED ALWAYS AS (...)` without parentheses. */
export function parseColumns(cursor: Cursor): ColumnDefinition[] {
  return cursor.list(() => parseColumn(cursor))
}

/** Whether `CONSTRAINT name` or a key stands here, in place of a column. */
export function isConstraint(cursor: Cursor): boolean {
  const next = cursor.peek()
  const isNamed = cursor.is('CONSTRAINT') && (next.kind === 'word' || next.kind === 'quoted')
  return (
    (isNamed && cursor.peek(2).kind === 'word') || cursor.is('PRIMARY', 'KEY') || cursor.is('FOREIGN', 'KEY')
  )
}

/** An expectation; a key of the catalog is read and has no effect, since nothing enforces it. */
function parseConstraint(cursor: Cursor): ExpectationClause[] {
  const position = cursor.position()
  const name = cursor.take('CONSTRAINT') ? cursor.name('the name of the constraint') : ''
  if (cursor.take('EXPECT'))
    return [{ name, ...parseCondition(cursor), action: parseAction(cursor), position }]
  if (cursor.isOneOf('PRIMARY', 'FOREIGN')) {
    parseKey(cursor)
    return []
  }
  if (cursor.is('CHECK')) {
    cursor.unsupportedClause('A CHECK constraint', 'Write EXPECT (condition) ON VIOLATION FAIL UPDATE.')
  }
  return cursor.fail('EXPECT, PRIMARY KEY or FOREIGN KEY', ['EXPECT', 'PRIMARY', 'FOREIGN'])
}

/** `(condition)`, with its text. */
export function parseCondition(cursor: Cursor): Pick<ExpectationClause, 'condition' | 'text'> {
  cursor.expect('(')
  const start = cursor.token
  const condition = parseExpression(cursor)
  const text = cursor.textFrom(start)
  if (!cursor.take(')')) cursor.fail("')' or an operator")
  return { condition, text }
}

/** `ON VIOLATION DROP ROW | FAIL UPDATE`; WARN, and DROP and FAIL alone, are what users write and mean the same. */
function parseAction(cursor: Cursor): ExpectationClause['action'] {
  if (!cursor.take('ON', 'VIOLATION')) return 'warn'
  if (cursor.take('WARN')) return 'warn'
  if (cursor.take('DROP')) {
    cursor.take('ROW')
    return 'drop'
  }
  if (cursor.take('FAIL')) {
    cursor.take('UPDATE')
    return 'fail'
  }
  return cursor.fail('DROP ROW, FAIL UPDATE or WARN', ['DROP', 'FAIL', 'WARN'])
}

/** `PRIMARY KEY (a) [options]`, `FOREIGN KEY (a) REFERENCES t [(b)] [options]` */
export function parseKey(cursor: Cursor): void {
  const isForeign = cursor.is('FOREIGN')
  cursor.advance()
  cursor.expect('KEY')
  if (cursor.is('(')) {
    cursor.parenthesized(() => {
      cursor.name('a column name')
      cursor.take('TIMESERIES')
    })
  }
  if (isForeign) cursor.expect('REFERENCES')
  if (isForeign) parseReferenced(cursor)
  parseKeyOptions(cursor)
}

function parseReferenced(cursor: Cursor): void {
  parseQualifiedName(cursor, 'a table name')
  if (cursor.is('(')) cursor.parenthesized(() => cursor.name('a column name'))
}

const keyOptions: readonly (readonly string[])[] = [
  ['NOT', 'ENFORCED'],
  ['DEFERRABLE'],
  ['INITIALLY', 'DEFERRED'],
  ['NORELY'],
  ['RELY'],
  ['MATCH', 'FULL'],
  ['ON', 'UPDATE', 'NO', 'ACTION'],
  ['ON', 'DELETE', 'NO', 'ACTION'],
]

function parseKeyOptions(cursor: Cursor): void {
  while (keyOptions.some((words) => cursor.takeSequence(words)));
}

/** The clauses of a column's definition, by their first word. */
const columnClauses = [
  ...['NOT', 'GENERATED', 'DEFAULT', 'COMMENT', 'MASK'],
  ...['CONSTRAINT', 'PRIMARY', 'REFERENCES', 'FOREIGN'],
]

/** `name [type] [clause ...]`; a list that only gives comments leaves the types out. */
export function parseColumn(cursor: Cursor): ColumnDefinition {
  const position = cursor.position()
  const name = cursor.name('a column name or CONSTRAINT')
  cursor.take(':')
  const hasType = !isColumnEnd(cursor) && !cursor.isOneOf(...columnClauses)
  let column: ColumnDefinition = {
    name,
    ...(hasType ? { dataType: cursor.dataType() } : {}),
    isNullable: true,
    position,
  }
  const seen = new Set<string>()
  while (cursor.isOneOf(...columnClauses)) {
    const { keyword } = cursor.token
    if (seen.has(keyword)) {
      throw new PipelineError('DUPLICATE_CLAUSES', { clauseName: keyword }, { position: cursor.position() })
    }
    seen.add(keyword)
    column = { ...column, ...parseColumnClause(cursor) }
  }
  if (!isColumnEnd(cursor)) cursor.fail("',', ')' or a clause such as NOT NULL or COMMENT", columnClauses)
  return column
}

/** FIRST and AFTER end the columns of ALTER TABLE. */
function isColumnEnd(cursor: Cursor): boolean {
  const isPlaced = cursor.is('FIRST') || (cursor.is('AFTER') && cursor.peek().kind !== 'end')
  return cursor.isOneOf(',', ')', ';') || isPlaced || cursor.isAtEnd
}

function parseColumnClause(cursor: Cursor): Partial<ColumnDefinition> {
  const start = cursor.advance()
  switch (start.keyword) {
    case 'NOT':
      cursor.expect('NULL')
      return { isNullable: false }
    case 'COMMENT':
      return { comment: cursor.string('a comment in quotes') }
    case 'DEFAULT':
      return { defaultValue: parseExpression(cursor) }
    case 'GENERATED':
      return parseGenerated(cursor)
    case 'MASK':
      return cursor.unsupportedClause(
        'MASK',
        'Mask the value in the query, or in a view over the table.',
        start,
      )
    default:
      readColumnKey(cursor, start.keyword)
      return {}
  }
}

/** `[CONSTRAINT name] PRIMARY KEY`, `[FOREIGN KEY] REFERENCES t (c)`: read and without effect. */
function readColumnKey(cursor: Cursor, keyword: string): void {
  if (keyword === 'CONSTRAINT') {
    cursor.name('the name of the constraint')
    if (!cursor.isOneOf('PRIMARY', 'FOREIGN', 'REFERENCES')) {
      cursor.fail('PRIMARY KEY or REFERENCES', columnClauses)
    }
    return
  }
  if (keyword === 'REFERENCES') parseReferenced(cursor)
  else cursor.expect('KEY')
  parseKeyOptions(cursor)
}

/** `ALWAYS AS (expression)`, `ALWAYS | BY DEFAULT AS IDENTITY [(START WITH n INCREMENT BY n)]` */
function parseGenerated(cursor: Cursor): Pick<ColumnDefinition, 'generatedAs' | 'identity'> {
  const position = cursor.position(cursor.previous)
  const isByDefault = cursor.take('BY', 'DEFAULT')
  if (!isByDefault) cursor.expect('ALWAYS')
  cursor.expect('AS')
  if (isByDefault || cursor.is('IDENTITY')) {
    cursor.expect('IDENTITY')
    return { identity: { ...parseSteps(cursor), allowExplicitInsert: isByDefault, position } }
  }
  const { condition: expression, text } = parseCondition(cursor)
  return { generatedAs: { expression, text } }
}

function parseSteps(cursor: Cursor): Pick<IdentityClause, 'start' | 'step'> {
  let steps = { start: 1n, step: 1n }
  if (!cursor.take('(')) return steps
  while (!cursor.take(')')) {
    if (cursor.take('START', 'WITH')) steps = { ...steps, start: wholeNumber(cursor) }
    else if (cursor.take('INCREMENT', 'BY')) steps = { ...steps, step: wholeNumber(cursor) }
    else cursor.fail("START WITH, INCREMENT BY or ')'", ['START', 'INCREMENT'])
    cursor.take(',')
  }
  return steps
}

function wholeNumber(cursor: Cursor): bigint {
  const sign = cursor.take('-') ? '-' : ''
  const { kind, text } = cursor.token
  if (kind !== 'number' || !/^\d{1,18}$/.test(text)) cursor.fail('a whole number', [])
  cursor.advance()
  return BigInt(sign + text)
}
