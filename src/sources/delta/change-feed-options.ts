import type { ChangeFeedOptions, VersionPoint } from '../../delta/index.ts'
import { nearest, PipelineError } from '../../errors/index.ts'
import { checkValue, momentMs, type OptionKind } from '../option-value.ts'

const KINDS: Readonly<Record<string, OptionKind>> = {
  readChangeFeed: 'flag',
  startingVersion: 'count',
  startingTimestamp: 'moment',
  endingVersion: 'count',
  endingTimestamp: 'moment',
  timestampOutOfRange: 'flag',
}

/**
 * The range of versions that a batch read of the change feed asks for, as Spark's reader options say it; names ignore case.
 * Throws UNKNOWN_SOURCE_OPTION, INVALID_OPTION_VALUE, DELTA_NO_START_FOR_CDC_READ without a start, and
 * DELTA_MULTIPLE_CDC_BOUNDARY for a version and a time at the same end.
 */
export function changeFeedOptions(written: Readonly<Record<string, string>>): ChangeFeedOptions {
  const options = byName(written)
  const start = pointOf(options, 'starting')
  const end = pointOf(options, 'ending')
  if (start === undefined) throw new PipelineError('DELTA_NO_START_FOR_CDC_READ', {})
  return {
    start,
    ...(end !== undefined && { end }),
    timestampOutOfRange: options.timestampOutOfRange?.toLowerCase() === 'true',
  }
}

function pointOf(
  options: Readonly<Record<string, string>>,
  side: 'starting' | 'ending',
): VersionPoint | undefined {
  const version = options[`${side}Version`]
  const timestamp = options[`${side}Timestamp`]
  if (version !== undefined && timestamp !== undefined) {
    throw new PipelineError('DELTA_MULTIPLE_CDC_BOUNDARY', { startingOrEnding: side })
  }
  if (version !== undefined) return { version: Number(version) }
  return timestamp === undefined ? undefined : { timestampMs: momentMs(timestamp)! }
}

function byName(written: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(KINDS)
  const options: Record<string, string> = {}
  for (const [name, value] of Object.entries(written)) {
    const known = names.find((each) => each.toLowerCase() === name.toLowerCase())
    if (known === undefined) {
      const near = nearest(name, names)
      const suggestion = near === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${near}?`
      throw new PipelineError('UNKNOWN_SOURCE_OPTION', { source: 'delta', option: name, suggestion })
    }
    checkValue(known, KINDS[known]!, value)
    options[known] = value
  }
  return options
}
