import type { Position } from '../../../errors/index.ts'
import type { Cursor } from '../../cursor.ts'
import type { CreateDataset, Statement } from '../../statement.ts'
import type { Token } from '../../token.ts'
import { parseDataset } from './create-dataset.ts'
import { parseFlow } from './create-flow.ts'
import { unsupportedStatement } from './unsupported.ts'

/** CREATE ...: a dataset of the pipeline or a flow. */
export function parseCreate(cursor: Cursor, position: Position): Statement {
  const start = cursor.token
  cursor.expect('CREATE')
  if (cursor.take('FLOW')) return parseFlow(cursor, position)
  const orReplace = cursor.is('OR', 'REPLACE') ? cursor.token : undefined
  if (!cursor.take('OR', 'REFRESH')) cursor.take('OR', 'REPLACE')
  const words = parseWords(cursor)
  const { type, isPrivate } = datasetType(cursor, words, start)
  if (orReplace !== undefined && (type === 'streaming_table' || type === 'materialized_view')) {
    cursor.unsupportedClause(
      'OR REPLACE',
      'Write CREATE OR REFRESH: an update refreshes the table.',
      orReplace,
    )
  }
  return parseDataset(cursor, { type, isPrivate, position })
}

const adjectives = [
  'TEMPORARY',
  'TEMP',
  'PRIVATE',
  'STREAMING',
  'INCREMENTAL',
  'MATERIALIZED',
  'LIVE',
  'GLOBAL',
  'EXTERNAL',
]
const nouns = ['TABLE', 'VIEW']

/** The adjectives and the noun: `PRIVATE STREAMING TABLE`, `TEMPORARY STREAMING LIVE VIEW`. */
function parseWords(cursor: Cursor): ReadonlySet<string> {
  const words = new Set<string>()
  while (cursor.isOneOf(...adjectives)) words.add(cursor.advance().keyword)
  if (!cursor.isOneOf(...nouns)) refuseNoun(cursor, words.size === 0)
  return words.add(cursor.advance().keyword)
}

const otherNouns = [
  'SCHEMA',
  'DATABASE',
  'CATALOG',
  'FUNCTION',
  'INDEX',
  'VOLUME',
  'CONNECTION',
  'SINK',
  'VARIABLE',
]

function refuseNoun(cursor: Cursor, isFirst: boolean): void {
  if (cursor.isOneOf(...otherNouns)) throw unsupportedStatement(cursor, `CREATE ${cursor.token.keyword}`, '')
  const all = [...adjectives, ...nouns, 'FLOW', 'OR']
  cursor.fail(
    isFirst ? 'STREAMING TABLE, MATERIALIZED VIEW, TEMPORARY VIEW, VIEW or FLOW' : 'TABLE or VIEW',
    all,
  )
}

/** What the words mean; a word more or less than each form allows is refused. */
function datasetType(
  cursor: Cursor,
  words: ReadonlySet<string>,
  start: Token,
): Pick<CreateDataset, 'type' | 'isPrivate'> {
  const isTemporary = words.has('TEMPORARY') || words.has('TEMP')
  const isPrivate = words.has('PRIVATE') || isTemporary
  const isStreaming = words.has('STREAMING') || words.has('INCREMENTAL')
  const core = [...words].filter((word) => !privacy.has(word)).join(' ')
  switch (core) {
    case 'STREAMING TABLE':
    case 'STREAMING LIVE TABLE':
    case 'INCREMENTAL LIVE TABLE':
    case 'LIVE STREAMING TABLE':
      return { type: 'streaming_table', isPrivate }
    case 'MATERIALIZED VIEW':
    case 'LIVE TABLE':
      return { type: 'materialized_view', isPrivate }
    case 'LIVE VIEW':
    case 'STREAMING LIVE VIEW':
    case 'INCREMENTAL LIVE VIEW':
      return { type: 'temporary_view', isPrivate: false }
    case 'VIEW':
      if (!words.has('PRIVATE'))
        return { type: isTemporary ? 'temporary_view' : 'persisted_view', isPrivate: false }
  }
  const alternative = isStreaming
    ? 'Write CREATE STREAMING TABLE, or CREATE TEMPORARY VIEW over STREAM.'
    : 'Write CREATE STREAMING TABLE, CREATE MATERIALIZED VIEW or CREATE TEMPORARY VIEW.'
  throw unsupportedStatement(cursor, `CREATE ${[...words].join(' ')}`, alternative, start)
}

const privacy = new Set(['TEMPORARY', 'TEMP', 'PRIVATE'])
