import type { Position } from '../../../errors/index.ts'
import type { Command } from '../../command.ts'
import type { Cursor } from '../../cursor.ts'
import type { Statement } from '../../statement.ts'
import { parseAlter } from './alter-table.ts'
import { parseCommentOn } from './comment-on.ts'
import { parseConvert } from './convert.ts'
import { isCreateTable, parseCreateTable } from './create-table.ts'
import { parseDelete } from './delete.ts'
import { parseInsert } from './insert.ts'
import { parseAnalyze, parseOptimize, parseReorg, parseRestore, parseVacuum } from './maintenance.ts'
import { parseMerge } from './merge.ts'
import { parseShowTables } from './show.ts'
import { parseStatement } from './statement.ts'
import { parseDrop, parseTruncate } from './truncate-drop.ts'
import { parseUpdate } from './update.ts'

type CommandParser = (cursor: Cursor, position: Position) => Command | Statement

/** One entry a family of commands, by the keyword that begins it. */
const families: ReadonlyMap<string, CommandParser> = new Map<string, CommandParser>([
  ['INSERT', parseInsert],
  ['DELETE', parseDelete],
  ['UPDATE', parseUpdate],
  ['MERGE', parseMerge],
  ['REPLACE', parseCreateTable],
  ['DROP', parseDrop],
  ['TRUNCATE', parseTruncate],
  ['OPTIMIZE', parseOptimize],
  ['VACUUM', parseVacuum],
  ['ANALYZE', parseAnalyze],
  ['RESTORE', parseRestore],
  ['REORG', parseReorg],
  ['CONVERT', parseConvert],
  ['ALTER', parseAlter],
  ['COMMENT', parseCommentOn],
  ['SHOW', parseShowTables],
])

/** A command at the cursor, or any statement that a definition file may hold. Throws what `parseStatement` throws. */
export function parseCommand(cursor: Cursor): Command | Statement {
  const position = cursor.position()
  if (isCreateTable(cursor)) return parseCreateTable(cursor, position)
  const family = families.get(cursor.token.keyword)
  return family === undefined ? parseStatement(cursor) : family(cursor, position)
}
