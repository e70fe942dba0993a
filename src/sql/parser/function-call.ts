import type { Position } from '../../errors/index.ts'
import type { Expression, NamedArgument, SortOrder, UnresolvedFunction } from '../../plan/expression.ts'
import { precedence } from '../../plan/operators.ts'
import {
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  INTEGER,
  LONG,
  SHORT,
  STRING,
  TIMESTAMP,
} from '../../types/data-type.ts'
import type { Cursor } from '../cursor.ts'
import { operation, parseExpression } from './expression.ts'
import { parseSelectItem } from './select-item.ts'
import { parseSortOrder } from './sort-order.ts'
import { parseOver } from './window.ts'

type Special = (cursor: Cursor, position: Position) => Expression

/** Functions that cast, under the name of the type: `double(x)` is `CAST(x AS DOUBLE)`, its column's name included. */
const conversions: readonly (readonly [string, DataType])[] = [
  ['BOOLEAN', BOOLEAN],
  ['TINYINT', BYTE],
  ['SMALLINT', SHORT],
  ['INT', INTEGER],
  ['BIGINT', LONG],
  ['FLOAT', FLOAT],
  ['DOUBLE', DOUBLE],
  ['DECIMAL', decimal(10, 0)],
  ['DATE', DATE],
  ['TIMESTAMP', TIMESTAMP],
  ['BINARY', BINARY],
  ['STRING', STRING],
]

/** Functions with a syntax of their own between their parentheses, read from the first token behind `(`. */
const specials: ReadonlyMap<string, Special> = new Map<string, Special>([
  ['CAST', (cursor, position) => parseCast(cursor, position, 'ansi')],
  ['TRY_CAST', (cursor, position) => parseCast(cursor, position, 'try')],
  ['EXTRACT', parseExtract],
  ['SUBSTRING', (cursor, position) => parseSubstring(cursor, position, 'substring')],
  ['SUBSTR', (cursor, position) => parseSubstring(cursor, position, 'substr')],
  ['TRIM', parseTrim],
  ['POSITION', parsePosition],
  ['OVERLAY', parseOverlay],
  ['STRUCT', parseStruct],
  ...conversions.map(([name, dataType]): [string, Special] => [
    name,
    (cursor, position) => parseConversion(cursor, position, dataType),
  ]),
])

/** Functions whose first argument can be a bare unit of time, under the name of the form with a unit. */
const unitFunctions: ReadonlyMap<string, string> = new Map([
  ['TIMESTAMPADD', 'timestampadd'],
  ['DATEADD', 'timestampadd'],
  ['DATE_ADD', 'timestampadd'],
  ['TIMESTAMPDIFF', 'timestampdiff'],
  ['DATEDIFF', 'timestampdiff'],
  ['DATE_DIFF', 'timestampdiff'],
  ['TIMEDIFF', 'timestampdiff'],
])

const timeUnits = new Set(
  'YEAR QUARTER MONTH WEEK DAY DAYOFYEAR HOUR MINUTE SECOND MILLISECOND MICROSECOND'.split(' '),
)

/** `name(...)` at the cursor, with FILTER, WITHIN GROUP, IGNORE NULLS and OVER behind it. */
export function parseFunctionCall(cursor: Cursor): Expression {
  const position = cursor.position()
  const { keyword, text } = cursor.advance()
  cursor.expect('(')
  const special = specials.get(keyword) ?? unitForm(cursor, keyword)
  const call = special === undefined ? parseCall(cursor, text, position) : special(cursor, position)
  const whole = call.kind === 'UnresolvedFunction' ? parseSuffixes(cursor, call) : call
  return cursor.is('OVER') ? parseOver(cursor, whole) : whole
}

function parseCall(cursor: Cursor, name: string, position: Position): UnresolvedFunction {
  const quantifier = cursor.isOneOf('DISTINCT', 'ALL') && !/^[,)]$/.test(cursor.peek().keyword)
  const distinct = quantifier && cursor.advance().keyword === 'DISTINCT'
  const args = cursor.is(')') ? [] : cursor.list(() => parseArgument(cursor))
  const nulls = parseNulls(cursor)
  close(cursor)
  return {
    kind: 'UnresolvedFunction',
    name: name.toLowerCase(),
    arguments: args,
    ...(distinct ? { distinct } : {}),
    ...(nulls === undefined ? {} : { nulls }),
    position,
  }
}

/** An expression, `name => value`, or a star. */
export function parseArgument(cursor: Cursor): Expression | NamedArgument {
  if (cursor.peek().keyword !== '=>') return parseExpression(cursor)
  const position = cursor.position()
  const name = cursor.name('the name of an argument')
  cursor.expect('=>')
  return { kind: 'NamedArgument', name, value: parseExpression(cursor), position }
}

function parseSuffixes(cursor: Cursor, call: UnresolvedFunction): UnresolvedFunction {
  const withinGroup = cursor.take('WITHIN', 'GROUP') ? parseWithinGroup(cursor) : undefined
  const filter = cursor.is('FILTER', '(') ? parseFilter(cursor) : undefined
  const nulls = parseNulls(cursor)
  if (withinGroup === undefined && filter === undefined && nulls === undefined) return call
  const { position, ...rest } = call
  return {
    ...rest,
    ...(filter === undefined ? {} : { filter }),
    ...(withinGroup === undefined ? {} : { withinGroup }),
    ...(nulls === undefined ? {} : { nulls }),
    ...(position === undefined ? {} : { position }),
  }
}

function parseWithinGroup(cursor: Cursor): SortOrder[] {
  cursor.expect('(', 'ORDER', 'BY')
  const order = cursor.list(() => parseSortOrder(cursor))
  close(cursor)
  return order
}

function parseFilter(cursor: Cursor): Expression {
  cursor.expect('FILTER', '(', 'WHERE')
  const condition = parseExpression(cursor)
  close(cursor)
  return condition
}

function parseNulls(cursor: Cursor): UnresolvedFunction['nulls'] {
  if (cursor.take('IGNORE', 'NULLS')) return 'ignore'
  return cursor.take('RESPECT', 'NULLS') ? 'respect' : undefined
}

function parseCast(cursor: Cursor, position: Position, mode: 'ansi' | 'try'): Expression {
  const child = parseExpression(cursor)
  cursor.expect('AS')
  const dataType = cursor.dataType({ isCast: true })
  close(cursor)
  return { kind: 'Cast', child, dataType, mode, position }
}

function parseConversion(cursor: Cursor, position: Position, dataType: DataType): Expression {
  const child = parseExpression(cursor)
  close(cursor)
  return { kind: 'Cast', child, dataType, mode: 'ansi', position }
}

/** `EXTRACT(YEAR FROM x)` is extract('YEAR', x). */
function parseExtract(cursor: Cursor, position: Position): Expression {
  const start = cursor.token
  const isPlain = start.kind !== 'word' || cursor.peek().keyword !== 'FROM'
  if (isPlain) return parseCall(cursor, 'extract', position)
  cursor.advance()
  cursor.expect('FROM')
  const source = parseExpression(cursor)
  close(cursor)
  return operation('extract', [text(start.keyword, cursor.position(start)), source], position)
}

/** `SUBSTRING(x FROM a FOR b)` is substring(x, a, b). */
function parseSubstring(cursor: Cursor, position: Position, name: string): Expression {
  const args = [parseExpression(cursor)]
  if (cursor.take('FROM')) {
    args.push(parseExpression(cursor))
    if (cursor.take('FOR')) args.push(parseExpression(cursor))
  } else {
    while (cursor.take(',')) args.push(parseExpression(cursor))
  }
  close(cursor)
  return operation(name, args, position)
}

/** `TRIM(LEADING a FROM x)` is ltrim(a, x): Spark's functions take what is trimmed off first. */
function parseTrim(cursor: Cursor, position: Position): Expression {
  const side = cursor.isOneOf('BOTH', 'LEADING', 'TRAILING') ? cursor.advance().keyword : undefined
  const name = side === 'LEADING' ? 'ltrim' : side === 'TRAILING' ? 'rtrim' : 'trim'
  if (side !== undefined && cursor.take('FROM')) {
    const source = parseExpression(cursor)
    close(cursor)
    return operation(name, [source], position)
  }
  const first = parseExpression(cursor)
  const args = cursor.take('FROM') ? [first, parseExpression(cursor)] : [first]
  while (side === undefined && cursor.take(',')) args.push(parseExpression(cursor))
  close(cursor)
  return operation(name, args, position)
}

/** `POSITION(a IN b)` is position(a, b). */
function parsePosition(cursor: Cursor, position: Position): Expression {
  const mark = cursor.mark()
  // IN separates the arguments of the first form, so what is before it ends before predicates.
  const part = parseExpression(cursor, precedence.comparison)
  if (!cursor.take('IN')) {
    cursor.reset(mark)
    return parseCall(cursor, 'position', position)
  }
  const args = [part, parseExpression(cursor)]
  close(cursor)
  return operation('position', args, position)
}

/** `OVERLAY(x PLACING y FROM a [FOR b])` is overlay(x, y, a[, b]). */
function parseOverlay(cursor: Cursor, position: Position): Expression {
  const args = [parseExpression(cursor)]
  if (cursor.take('PLACING')) {
    args.push(parseExpression(cursor))
    cursor.expect('FROM')
    args.push(parseExpression(cursor))
    if (cursor.take('FOR')) args.push(parseExpression(cursor))
  } else {
    while (cursor.take(',')) args.push(parseExpression(cursor))
  }
  close(cursor)
  return operation('overlay', args, position)
}

/** The fields of `struct(a AS x, b)` can have names. */
function parseStruct(cursor: Cursor, position: Position): Expression {
  const args = cursor.is(')') ? [] : cursor.list(() => parseSelectItem(cursor))
  close(cursor)
  return operation('struct', args, position)
}

/** `timestampadd(DAY, 1, t)` has its unit as text. Without a bare unit the call is an ordinary one. */
function unitForm(cursor: Cursor, keyword: string): Special | undefined {
  const name = unitFunctions.get(keyword)
  if (name === undefined || !timeUnits.has(cursor.token.keyword) || cursor.peek().keyword !== ',')
    return undefined
  return (_, position) => {
    const unit = cursor.advance()
    cursor.expect(',')
    const rest = cursor.list(() => parseExpression(cursor))
    close(cursor)
    return operation(name, [text(unit.keyword, cursor.position(unit)), ...rest], position)
  }
}

function close(cursor: Cursor): void {
  if (!cursor.take(')')) cursor.fail("',', ')' or an operator")
}

function text(value: string, position: Position): Expression {
  return { kind: 'Literal', value, dataType: STRING, position }
}
