import { PipelineError } from '../../../errors/index.ts'
import type { Cursor } from '../../cursor.ts'
import type { Token } from '../../token.ts'

const WRITES = 'A pipeline writes its tables itself: define a streaming table, a materialized view or a flow.'
const MAINTENANCE = 'Run it in the console: millrace query "OPTIMIZE t".'
const OUTSIDE = 'Tables are made, changed and removed by the pipeline that defines them.'

const COPY =
  'Define a streaming table over STREAM read_files(...); in the console, INSERT INTO t SELECT * FROM json.`path`.'

/** Statements of Spark SQL and Databricks that are known by name, and what to do instead. */
const unsupported: readonly (readonly [words: string, alternative: string])[] = [
  ['MERGE INTO', WRITES],
  ['INSERT OVERWRITE', WRITES],
  ['INSERT INTO', WRITES],
  ['COPY INTO', COPY],
  ['LOAD DATA', COPY],
  ['UPDATE', WRITES],
  ['DELETE FROM', WRITES],
  [
    'TRUNCATE TABLE',
    'A full refresh empties a table and fills it anew: millrace run --full-refresh <table>.',
  ],
  ['REFRESH', 'An update refreshes the datasets of a pipeline: millrace run --refresh <table>.'],
  ['OPTIMIZE', MAINTENANCE],
  ['VACUUM', MAINTENANCE],
  ['RESTORE', MAINTENANCE],
  ['REORG TABLE', MAINTENANCE],
  ['CONVERT TO DELTA', ''],
  ['DROP', OUTSIDE],
  ['UNDROP', OUTSIDE],
  ['ALTER', OUTSIDE],
  ['COMMENT ON', 'Write COMMENT in the definition of the table or column.'],
  [
    'ANALYZE TABLE',
    'Statistics are written with every file. To read them anew: millrace query "ANALYZE TABLE t COMPUTE DELTA STATISTICS".',
  ],
  ['EXPLAIN', 'Use the command: millrace explain <dataset>.'],
  ['GRANT', ''],
  ['REVOKE', ''],
  ['DENY', ''],
  ['CACHE', ''],
  ['UNCACHE', ''],
  ['CLEAR CACHE', ''],
  ['MSCK REPAIR TABLE', ''],
  ['CALL', ''],
  ['EXECUTE IMMEDIATE', ''],
  ['DECLARE', 'Use SET key = value and ${key}.'],
  ['BEGIN', ''],
  ['RESET', ''],
  ['LIST', ''],
  ['ADD', ''],
  ['MAP', 'Use SELECT.'],
  ['REDUCE', 'Use SELECT.'],
  ['PIVOT', ''],
]

/** The first words of these statements, so that a misspelt one is recognised. */
export const unsupportedWords: readonly string[] = unsupported.map(([words]) => words.split(' ')[0]!)

/** Throws UNSUPPORTED_FEATURE.STATEMENT when one of these statements begins here. */
export function refuseStatement(cursor: Cursor): void {
  for (const [words, alternative] of unsupported) {
    if (cursor.isSequence(words.split(' '))) throw unsupportedStatement(cursor, words, alternative)
  }
}

export function unsupportedStatement(
  cursor: Cursor,
  statement: string,
  alternative: string,
  token: Token = cursor.token,
): PipelineError {
  return new PipelineError(
    'UNSUPPORTED_FEATURE.STATEMENT',
    { statement, alternative },
    { position: cursor.position(token) },
  )
}
