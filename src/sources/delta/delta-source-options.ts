import { nearest, PipelineError } from '../../errors/index.ts'

/** How a Delta table is read as a stream (Delta's reader options; dlt-semantics 6.6). */
export interface DeltaSourceOptions {
  /** First version whose changes are read, inclusive; `latest` starts behind the newest one. */
  readonly startingVersion?: number | 'latest'
  /** Milliseconds since the epoch: changes committed at or after it are read. */
  readonly startingTimestampMs?: number
  /** Commits that update or delete rows are left out whole. */
  readonly skipChangeCommits: boolean
  /** Commits that only delete are left out. */
  readonly ignoreDeletes: boolean
  /** Files rewritten by an update or a merge are read again, whole. */
  readonly ignoreChanges: boolean
  readonly maxFilesPerTrigger: number
  /** Soft: a batch holds at least one file. */
  readonly maxBytesPerTrigger?: number
  /** Versions that the log no longer holds are an error; otherwise reading goes on with the oldest that it does. */
  readonly failOnDataLoss: boolean
  /** Files whose path matches are left out. */
  readonly excludeRegex?: RegExp
}

const NAMES = [
  'startingVersion',
  'startingTimestamp',
  'skipChangeCommits',
  'ignoreDeletes',
  'ignoreChanges',
  'maxFilesPerTrigger',
  'maxBytesPerTrigger',
  'failOnDataLoss',
  'excludeRegex',
] as const

type OptionName = (typeof NAMES)[number]

/** Parses options by name without case. Throws UNKNOWN_SOURCE_OPTION and INVALID_OPTION_VALUE. */
export function deltaSourceOptions(written: Readonly<Record<string, string>>): DeltaSourceOptions {
  const given = new Map<OptionName, string>()
  for (const [key, value] of Object.entries(written)) given.set(optionNamed(key), value)
  if (given.has('startingVersion') && given.has('startingTimestamp')) {
    throw invalid('startingTimestamp', given.get('startingTimestamp')!, 'no startingVersion beside it')
  }
  return {
    startingVersion: startingVersion(given.get('startingVersion')),
    startingTimestampMs: timestampMs(given.get('startingTimestamp')),
    skipChangeCommits: flag(given, 'skipChangeCommits', false),
    ignoreDeletes: flag(given, 'ignoreDeletes', false),
    ignoreChanges: flag(given, 'ignoreChanges', false),
    maxFilesPerTrigger: positive('maxFilesPerTrigger', given.get('maxFilesPerTrigger')) ?? 1000,
    maxBytesPerTrigger: byteSize(given.get('maxBytesPerTrigger')),
    failOnDataLoss: flag(given, 'failOnDataLoss', true),
    excludeRegex: pattern(given.get('excludeRegex')),
  }
}

function optionNamed(key: string): OptionName {
  const found = NAMES.find((name) => name.toLowerCase() === key.toLowerCase())
  if (found !== undefined) return found
  const near = nearest(key, NAMES)
  const suggestion = near === undefined ? `Options are: ${NAMES.join(', ')}.` : `Did you mean '${near}'?`
  throw new PipelineError('UNKNOWN_SOURCE_OPTION', { option: key, source: 'delta', suggestion })
}

function flag(given: ReadonlyMap<OptionName, string>, name: OptionName, byDefault: boolean): boolean {
  const value = given.get(name)?.toLowerCase()
  if (value === undefined) return byDefault
  if (value !== 'true' && value !== 'false') throw invalid(name, value, 'true or false')
  return value === 'true'
}

function startingVersion(value: string | undefined): number | 'latest' | undefined {
  if (value === undefined) return undefined
  if (value.toLowerCase() === 'latest') return 'latest'
  if (!/^\d{1,15}$/.test(value)) throw invalid('startingVersion', value, "a version number or 'latest'")
  return Number(value)
}

function timestampMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(value) || /^\d{4}-\d\d-\d\d$/.test(value) ? value : `${value}Z`
  const ms = Date.parse(zoned.replace(' ', 'T'))
  if (Number.isNaN(ms))
    throw invalid('startingTimestamp', value, "a date or timestamp such as '2026-01-31 10:00:00'")
  return ms
}

function positive(name: OptionName, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const number = Number(value)
  if (!Number.isInteger(number) || number < 1) throw invalid(name, value, 'a whole number of at least 1')
  return number
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
}

/** Bytes, with Spark's units: `10g`, `512mb`, `1000`. */
function byteSize(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const match = /^(\d+)\s*([kmgt]?)b?$/i.exec(value.trim())
  const bytes = match === null ? 0 : Number(match[1]) * UNITS[match[2]!.toLowerCase()]!
  if (bytes < 1) throw invalid('maxBytesPerTrigger', value, "a size such as '10g' or '500mb'")
  return bytes
}

function pattern(value: string | undefined): RegExp | undefined {
  if (value === undefined) return undefined
  try {
    return new RegExp(value)
  } catch (cause) {
    throw new PipelineError(
      'INVALID_OPTION_VALUE',
      { option: 'excludeRegex', value, expected: 'a regular expression' },
      { cause },
    )
  }
}

function invalid(option: string, value: string, expected: string): PipelineError {
  return new PipelineError('INVALID_OPTION_VALUE', { option, value, expected })
}
