import { PipelineError } from '../../errors/index.ts'
import type { DataSource, Read, TimeTravel } from '../../plan/relation.ts'
import type { Cursor } from '../cursor.ts'
import type { Token } from '../token.ts'
import { optionValue } from './option-value.ts'

/** Formats of files that can be named by path, as in `` delta.`/data/orders` ``. */
const pathFormats = new Set(['delta', 'parquet', 'json', 'csv', 'text'])
const foreignFormats = new Set(['orc', 'avro', 'xml', 'binaryfile', 'iceberg', 'hudi'])

/** One to three parts as written; a leading LIVE, the pseudo-schema of the running pipeline, is dropped. */
export function parseQualifiedName(cursor: Cursor, expected: string): string[] {
  const start = cursor.token
  const parts = parseParts(cursor, expected).map(({ text }) => text)
  const named = parts.length > 1 && parts[0]!.toUpperCase() === 'LIVE' ? parts.slice(1) : parts
  if (named.length > 3) {
    const parameters = { identifier: parts.join('.'), count: String(parts.length) }
    throw new PipelineError('IDENTIFIER_TOO_MANY_NAME_PARTS', parameters, {
      position: cursor.position(start),
    })
  }
  return named
}

function parseParts(cursor: Cursor, expected: string): Token[] {
  const parts: Token[] = []
  do {
    parts.push(cursor.token)
    cursor.name(parts.length === 1 ? expected : 'a name')
    refuseHyphen(cursor, parts.at(-1)!)
  } while (cursor.take('.'))
  return parts
}

/** `my-table` without backticks would be read as a subtraction. */
function refuseHyphen(cursor: Cursor, before: Token): void {
  const after = cursor.peek()
  if (!cursor.is('-') || cursor.token.start !== before.end || after.start !== cursor.token.end) return
  if (after.kind !== 'word' && after.kind !== 'number') return
  const ident = `${before.text}-${after.text}`
  throw new PipelineError('INVALID_IDENTIFIER', { ident }, { position: cursor.position(before) })
}

/**
 * A table by name or path, with time travel and options: `orders`, `cat.sales.orders VERSION AS OF 3`, `orders@v3`,
 * `` delta.`/data/orders` ``, `STREAM orders WITH (skipChangeCommits)`.
 */
export function parseTableName(cursor: Cursor, isStreaming: boolean): Read | DataSource {
  const start = cursor.token
  const position = cursor.position()
  const path = parsePath(cursor)
  if (path !== undefined) {
    const timeTravel = path.timeTravel ?? parseTimeTravel(cursor)
    const options = parseOptions(cursor)
    return {
      kind: 'DataSource',
      format: path.format,
      paths: [path.path],
      options,
      isStreaming,
      ...(timeTravel === undefined ? {} : { timeTravel }),
      position,
    }
  }
  const name = parseQualifiedName(cursor, 'a table name')
  const timeTravel = parseVersionSuffix(cursor, start) ?? parseTimeTravel(cursor)
  const options = parseOptions(cursor)
  return {
    kind: 'Read',
    name,
    isStreaming,
    options,
    ...(timeTravel === undefined ? {} : { timeTravel }),
    position,
  }
}

/** `` format.`path` ``; the path of a Delta table may end in `@v3` or `@20260131100000000`. */
function parsePath(cursor: Cursor): { format: string; path: string; timeTravel?: TimeTravel } | undefined {
  const format = cursor.token.text.toLowerCase()
  const isPath =
    cursor.peek().keyword === '.' && cursor.peek(2).kind === 'quoted' && cursor.peek(3).keyword !== '.'
  if (cursor.token.kind !== 'word' || !isPath) return undefined
  if (foreignFormats.has(format)) {
    cursor.unsupportedClause(`Reading ${format} files`, `Formats by path are ${[...pathFormats].join(', ')}.`)
  }
  if (!pathFormats.has(format)) return undefined
  cursor.advance()
  cursor.advance()
  const { text } = cursor.advance()
  const suffix = format === 'delta' ? /@(v\d+|\d{17})$/.exec(text) : null
  if (suffix === null) return { format, path: text }
  return { format, path: text.slice(0, suffix.index), timeTravel: suffixTravel(suffix[1]!) }
}

/** `orders@v3`, `orders@20260131100000000` */
function parseVersionSuffix(cursor: Cursor, start: Token): TimeTravel | undefined {
  if (!cursor.take('@')) return undefined
  const { text } = cursor.advance()
  if (/^(v\d+|\d{17})$/i.test(text)) return suffixTravel(text.toLowerCase())
  return cursor.unsupportedClause(
    `The suffix '@${text}'`,
    'Write table@v3 for a version, or table@yyyyMMddHHmmssSSS for a time.',
    start,
  )
}

function suffixTravel(text: string): TimeTravel {
  if (text.startsWith('v')) return { kind: 'version', version: Number(text.slice(1)) }
  const [, year, month, day, hour, minute, second, millis] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(text)!
  return { kind: 'timestamp', timestamp: `${year}-${month}-${day} ${hour}:${minute}:${second}.${millis}` }
}

/** `VERSION AS OF 3`, `TIMESTAMP AS OF '2026-01-31'`, also with FOR and as SYSTEM_VERSION, SYSTEM_TIME. */
export function parseTimeTravel(cursor: Cursor): TimeTravel | undefined {
  const mark = cursor.mark()
  cursor.take('FOR')
  const isVersion = cursor.isOneOf('VERSION', 'SYSTEM_VERSION')
  if ((!isVersion && !cursor.isOneOf('TIMESTAMP', 'SYSTEM_TIME')) || cursor.peek().keyword !== 'AS') {
    cursor.reset(mark)
    return undefined
  }
  if (cursor.peek(2).keyword !== 'OF') {
    cursor.reset(mark)
    return undefined
  }
  cursor.advance()
  cursor.expect('AS', 'OF')
  return isVersion ? parseVersion(cursor) : parseTimestamp(cursor)
}

function parseVersion(cursor: Cursor): TimeTravel {
  const { text, kind } = cursor.token
  const isWhole = (kind === 'number' || kind === 'string') && /^\d{1,15}$/.test(text)
  if (!isWhole) cursor.fail('the number of a version', [])
  cursor.advance()
  return { kind: 'version', version: Number(text) }
}

function parseTimestamp(cursor: Cursor): TimeTravel {
  if (cursor.isOneOf('TIMESTAMP', 'DATE') && cursor.peek().kind === 'string') cursor.advance()
  const timestamp = cursor.string("a timestamp in quotes, such as '2026-01-31 10:00:00'")
  return { kind: 'timestamp', timestamp }
}

/** `WITH (key = value, flag)`: reader options; a key alone is true. */
function parseOptions(cursor: Cursor): Readonly<Record<string, string>> {
  if (!cursor.is('WITH', '(')) return {}
  cursor.advance()
  const pairs = cursor.parenthesized((): [string, string] => {
    const key = cursor.token.kind === 'string' ? cursor.advance().text : cursor.name('the name of an option')
    const isFlag = cursor.is(',') || cursor.is(')')
    if (!isFlag) cursor.take('=')
    return [key, isFlag ? 'true' : optionValue(cursor)]
  })
  return Object.fromEntries(pairs)
}
