import type { Position } from '../../../errors/index.ts'
import type { Cursor } from '../../cursor.ts'
import type { Statement } from '../../statement.ts'
import { isQuery, parseQuery } from '../query.ts'
import { parseAutoCdc } from './auto-cdc.ts'
import { parseCreate } from './create.ts'
import { parseDescribe, parseShow } from './describe.ts'
import { parseSet } from './set.ts'
import { refuseStatement, unsupportedWords } from './unsupported.ts'
import { parseUse } from './use.ts'

/** Reads one statement from its first keyword on. */
export type StatementParser = (cursor: Cursor, position: Position) => Statement

/** One entry a family of statements, by the keyword that begins it. */
const families: ReadonlyMap<string, StatementParser> = new Map<string, StatementParser>([
  ['CREATE', parseCreate],
  ['AUTO', parseAutoCdc],
  ['APPLY', parseAutoCdc],
  ['SET', parseSet],
  ['USE', parseUse],
  ['DESCRIBE', parseDescribe],
  ['DESC', parseDescribe],
  ['SHOW', parseShow],
])

const firstWords = [...families.keys(), 'SELECT', 'WITH', 'VALUES', ...unsupportedWords]

/** The statement at the cursor. Throws PARSE_SYNTAX_ERROR, or UNSUPPORTED_FEATURE.STATEMENT for one that is known. */
export function parseStatement(cursor: Cursor): Statement {
  const position = cursor.position()
  const family = families.get(cursor.token.keyword)
  if (family !== undefined) return family(cursor, position)
  if (isQuery(cursor) || cursor.is('FROM')) {
    return { kind: 'QueryStatement', query: parseQuery(cursor), position }
  }
  refuseStatement(cursor)
  return cursor.fail(
    'a statement: CREATE, AUTO CDC INTO, SET, USE, DESCRIBE, SHOW TBLPROPERTIES or a query',
    firstWords,
  )
}
