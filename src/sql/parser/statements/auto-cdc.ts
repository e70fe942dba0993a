import { PipelineError, type Position } from '../../../errors/index.ts'
import type { Relation } from '../../../plan/relation.ts'
import type { Cursor } from '../../cursor.ts'
import type { AutoCdcClauses, ColumnChoice, CreateAutoCdcFlow, NamedColumn } from '../../statement.ts'
import { parseExpression } from '../expression.ts'
import { parseSubquery } from '../query.ts'
import { parseSource } from '../table.ts'
import { parseQualifiedName } from '../table-name.ts'
import { type Clause, readClauses } from './table-clauses.ts'

/** `AUTO CDC [ONCE] INTO target FROM ...`, or APPLY CHANGES, as it was called: a flow with the name of its target. */
export function parseAutoCdc(cursor: Cursor, position: Position): CreateAutoCdcFlow {
  if (cursor.take('AUTO')) cursor.expect('CDC')
  else cursor.expect('APPLY', 'CHANGES')
  const isOnce = cursor.take('ONCE')
  cursor.expect('INTO')
  const once = cursor.take('ONCE') || isOnce
  const target = parseQualifiedName(cursor, 'the name of the target table')
  return { kind: 'CreateAutoCdcFlow', target, once, changes: parseChanges(cursor), position }
}

/**
 * `FROM source KEYS (...) ...` or `FROM SNAPSHOT (query) ...`: the clauses stand in any order, each once.
 * Throws DUPLICATE_CLAUSES and AUTOCDC_MULTIPART_COLUMN_IDENTIFIER.
 */
export function parseChanges(cursor: Cursor): AutoCdcClauses {
  cursor.expect('FROM')
  if (!cursor.is('SNAPSHOT', '(')) {
    refuseBareSnapshot(cursor)
    const found = readClauses(cursor, eventClauses, { source: parseEvents(cursor) }, undefined)
    return complete(cursor, found, ['keys', 'sequenceBy'])
  }
  cursor.advance()
  const source = parseSubquery(cursor)
  const version = cursor.take('WITH', 'VERSION') ? parseSubquery(cursor) : undefined
  const snapshot = version === undefined ? {} : { version }
  const found = readClauses(cursor, commonClauses, { source, snapshot }, undefined)
  refuseEventClauses(cursor)
  return complete(cursor, found, ['keys'])
}

type Found = Omit<AutoCdcClauses, 'keys'> & Pick<Partial<AutoCdcClauses>, 'keys'>

const commonClauses: readonly Clause<Found, undefined>[] = [
  { words: ['KEYS'], read: (cursor) => ({ keys: cursor.parenthesized(() => parseColumn(cursor)) }) },
  { words: ['STORED', 'AS'], read: (cursor) => ({ storedAs: parseScdType(cursor) }) },
  { words: ['TRACK', 'HISTORY', 'ON'], read: (cursor) => ({ trackHistory: parseChoice(cursor) }) },
]

/** Clauses about events, which a snapshot has none of. The first that fits counts. */
const ofEvents: readonly Clause<Found, undefined>[] = [
  { words: ['IGNORE', 'NULL', 'UPDATES'], read: (cursor) => ({ ignoreNull: parseIgnored(cursor) }) },
  { words: ['COLUMNS', 'TO', 'UPDATE'], read: (cursor) => ({ columnsToUpdate: parseColumn(cursor) }) },
  { words: ['COLUMNS'], read: (cursor) => ({ columns: parseChoice(cursor) }) },
  { words: ['APPLY', 'AS', 'DELETE', 'WHEN'], read: (cursor) => ({ deleteWhen: parseExpression(cursor) }) },
  {
    words: ['APPLY', 'AS', 'TRUNCATE', 'WHEN'],
    read: (cursor) => ({ truncateWhen: parseExpression(cursor) }),
  },
  { words: ['SEQUENCE', 'BY'], read: (cursor) => ({ sequenceBy: parseExpression(cursor) }) },
  { words: ['SYSTEM', 'SEQUENCE', 'BY'], read: (cursor) => ({ systemSequenceBy: parseExpression(cursor) }) },
]
const eventClauses = [...commonClauses, ...ofEvents]

const clauseWords = [...new Set(eventClauses.flatMap(({ words }) => words))]

/** `SNAPSHOT` is a table of that name where a clause follows. */
function refuseBareSnapshot(cursor: Cursor): void {
  if (!cursor.is('SNAPSHOT')) return
  const mark = cursor.mark()
  cursor.advance()
  const { kind, text } = cursor.token
  const isName = kind === 'quoted' || (kind === 'word' && !clauseWords.includes(text.toUpperCase()))
  if (isName && !cursor.is('AS')) cursor.fail('a query in parentheses: FROM SNAPSHOT (SELECT * FROM t)', [])
  cursor.reset(mark)
}

function parseEvents(cursor: Cursor): Relation {
  if (cursor.is('(')) {
    const alternative = 'Define it as a temporary view, and name that.'
    cursor.unsupportedClause('A query as the source of AUTO CDC', alternative)
  }
  return parseSource(cursor)
}

function refuseEventClauses(cursor: Cursor): void {
  for (const { words } of ofEvents) {
    if (!cursor.isSequence(words)) continue
    const alternative = 'A snapshot says what the table should be: what differs is found out.'
    cursor.unsupportedClause(`${words.join(' ')} of FROM SNAPSHOT`, alternative)
  }
}

/** What may not be left out, and how it is written. */
const required = { keys: 'KEYS (columns)', sequenceBy: 'SEQUENCE BY expression' } as const

function complete(cursor: Cursor, found: Found, needed: readonly (keyof typeof required)[]): AutoCdcClauses {
  const missing = needed.find((name) => found[name] === undefined)
  if (missing !== undefined) cursor.fail(required[missing], clauseWords)
  if (!cursor.isAtStatementEnd)
    cursor.fail('another clause of AUTO CDC or the end of the statement', clauseWords)
  return { ...found, keys: found.keys ?? [] }
}

/** `SCD TYPE 1`, `SCD TYPE 2` or `BITEMPORAL` */
function parseScdType(cursor: Cursor): 1 | 2 | 'bitemporal' {
  if (cursor.take('BITEMPORAL')) return 'bitemporal'
  if (!cursor.take('SCD', 'TYPE')) cursor.fail('SCD TYPE 1, SCD TYPE 2 or BITEMPORAL', ['SCD', 'BITEMPORAL'])
  const { text } = cursor.token
  if (text !== '1' && text !== '2') cursor.fail('1 or 2', [])
  cursor.advance()
  return text === '1' ? 1 : 2
}

/** Nothing for all columns, or `ON` and some. */
function parseIgnored(cursor: Cursor): ColumnChoice {
  return cursor.take('ON') ? parseChoice(cursor) : { kind: 'all' }
}

/** `(a, b)`, `a, b`, `*` or `* EXCEPT (a, b)` */
function parseChoice(cursor: Cursor): ColumnChoice {
  if (!cursor.take('*')) return { kind: 'only', columns: parseColumns(cursor) }
  return cursor.take('EXCEPT') ? { kind: 'except', columns: parseColumns(cursor) } : { kind: 'all' }
}

function parseColumns(cursor: Cursor): readonly NamedColumn[] {
  return cursor.is('(')
    ? cursor.parenthesized(() => parseColumn(cursor))
    : cursor.list(() => parseColumn(cursor))
}

/** A column's name: events have columns of their own, so that there is nothing to qualify it by. */
function parseColumn(cursor: Cursor): NamedColumn {
  const start = cursor.token
  const position = cursor.position()
  const parts = [cursor.name('a column name')]
  while (cursor.take('.')) parts.push(cursor.name('a name'))
  if (parts.length === 1) return { name: parts[0]!, position }
  const parameters = { columnName: cursor.textFrom(start), nameParts: parts.join(', ') }
  throw new PipelineError('AUTOCDC_MULTIPART_COLUMN_IDENTIFIER', parameters, { position })
}
