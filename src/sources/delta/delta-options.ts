import { PipelineError } from '../../errors/index.ts'
import { parseByteSize } from '../../types/byte-size.ts'
import { invalid, momentMs, type OptionKind } from '../option-value.ts'
import { knownOptions } from './known-options.ts'

/** Options of a Delta table as a stream, with their defaults. */
export interface DeltaSourceOptions {
  /** The first version to read, or `latest`: only what comes from now on. Undefined: the table as it is, then its changes. */
  readonly startingVersion?: number | 'latest'
  /** Milliseconds since the epoch: the first version committed then or later. */
  readonly startingTimestamp?: number
  /** The table's changes are read, not only what is appended to it: the options for commits that change rows mean nothing. */
  readonly readChangeFeed: boolean
  /** Commits that change or delete rows are passed over, whole. */
  readonly skipChangeCommits: boolean
  /** Deletes are passed over. */
  readonly ignoreDeletes: boolean
  /** Files that were rewritten are read again, their unchanged rows too. */
  readonly ignoreChanges: boolean
  readonly failOnDataLoss: boolean
  /** Files whose path it matches are left out. */
  readonly excludeRegex?: RegExp
  readonly maxFilesPerTrigger: number
  readonly maxBytesPerTrigger?: number
}

const KINDS: Readonly<Record<string, OptionKind>> = {
  startingVersion: 'text',
  startingTimestamp: 'moment',
  skipChangeCommits: 'flag',
  ignoreDeletes: 'flag',
  ignoreChanges: 'flag',
  ignoreFileDeletion: 'flag',
  failOnDataLoss: 'flag',
  excludeRegex: 'text',
  maxFilesPerTrigger: 'count',
  maxBytesPerTrigger: 'bytes',
  withEventTimeOrder: 'flag',
  readChangeFeed: 'flag',
}

/**
 * Checks options as written; names ignore case. Throws UNKNOWN_SOURCE_OPTION, INVALID_OPTION_VALUE, and
 * CF_OPTION_NOT_SUPPORTED for `withEventTimeOrder`, which would give other rows.
 */
export function deltaSourceOptions(written: Readonly<Record<string, string>>): DeltaSourceOptions {
  const options = knownOptions(written, KINDS)
  const isSet = (name: string, otherwise = false) =>
    (options[name] ?? String(otherwise)).toLowerCase() === 'true'
  if (isSet('withEventTimeOrder')) {
    throw new PipelineError('CF_OPTION_NOT_SUPPORTED', { option: 'withEventTimeOrder' })
  }
  const { startingVersion, startingTimestamp, excludeRegex, maxBytesPerTrigger } = options
  if (startingVersion !== undefined && startingTimestamp !== undefined) {
    throw invalid('startingTimestamp', startingTimestamp, 'no startingVersion beside it')
  }
  return {
    ...(startingVersion === undefined ? {} : { startingVersion: versionOf(startingVersion) }),
    ...(startingTimestamp === undefined ? {} : { startingTimestamp: momentMs(startingTimestamp)! }),
    readChangeFeed: isSet('readChangeFeed'),
    skipChangeCommits: isSet('skipChangeCommits'),
    ignoreDeletes: isSet('ignoreDeletes') || isSet('ignoreFileDeletion'),
    ignoreChanges: isSet('ignoreChanges'),
    failOnDataLoss: isSet('failOnDataLoss', true),
    ...(excludeRegex === undefined ? {} : { excludeRegex: expressionOf(excludeRegex) }),
    maxFilesPerTrigger: Number(options.maxFilesPerTrigger ?? 1000),
    ...(maxBytesPerTrigger === undefined ? {} : { maxBytesPerTrigger: parseByteSize(maxBytesPerTrigger)! }),
  }
}

function versionOf(text: string): number | 'latest' {
  if (text.toLowerCase() === 'latest') return 'latest'
  if (!/^\d+$/.test(text)) throw invalid('startingVersion', text, 'a version of the table, or latest')
  return Number(text)
}

function expressionOf(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch (cause) {
    if (cause instanceof SyntaxError) throw invalid('excludeRegex', text, 'a regular expression')
    throw cause
  }
}
