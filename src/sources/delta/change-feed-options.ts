import type { ChangeFeedOptions } from '../../delta/index.ts'
import { PipelineError } from '../../errors/index.ts'
import type { PointInTime } from '../../plan/point-in-time.ts'
import { momentMs, type OptionKind } from '../option-value.ts'
import { knownOptions } from './known-options.ts'

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
  const options = knownOptions(written, KINDS)
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
): PointInTime | undefined {
  const version = options[`${side}Version`]
  const timestamp = options[`${side}Timestamp`]
  if (version !== undefined && timestamp !== undefined) {
    throw new PipelineError('DELTA_MULTIPLE_CDC_BOUNDARY', { startingOrEnding: side })
  }
  if (version !== undefined) return { version: Number(version) }
  return timestamp === undefined ? undefined : { timestampMs: momentMs(timestamp)! }
}
