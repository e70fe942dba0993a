import { PipelineError } from '../errors/index.ts'
import { exactTimestamp } from '../formats/temporal.ts'
import { parseByteSize } from '../types/byte-size.ts'
import { parseInterval } from '../types/interval.ts'

/** How an option's text is read. */
export type OptionKind = 'flag' | 'count' | 'bytes' | 'duration' | 'moment' | 'text'

/** Throws INVALID_OPTION_VALUE for a text that is no value of that kind. */
export function checkValue(name: string, kind: OptionKind, value: string): void {
  switch (kind) {
    case 'flag':
      if (!/^(true|false)$/i.test(value)) throw invalid(name, value, 'true or false')
      return
    case 'count':
      if (!/^\d+$/.test(value) || (name.startsWith('max') && Number(value) === 0)) {
        throw invalid(name, value, 'a positive whole number')
      }
      return
    case 'bytes':
      if (!parseByteSize(value)) throw invalid(name, value, 'a size such as 10g, 500mb or 1048576')
      return
    case 'duration':
      if (durationMs(value) === undefined) throw invalid(name, value, 'an interval such as 14 days')
      return
    case 'moment':
      if (momentMs(value) === undefined)
        throw invalid(name, value, 'a timestamp such as 2026-01-31T00:00:00Z')
  }
}

/** INVALID_OPTION_VALUE. */
export function invalid(option: string, value: string, expected: string): PipelineError {
  return new PipelineError('INVALID_OPTION_VALUE', { option, value, expected })
}

/** `14 days` in milliseconds; undefined for a text that is no interval of days or less. */
export function durationMs(text: string): number | undefined {
  try {
    const { months, micros } = parseInterval(text)
    return months === 0n ? Number(micros / 1000n) : undefined
  } catch (error) {
    if (error instanceof PipelineError) return undefined
    throw error
  }
}

/** A timestamp in milliseconds since the epoch; without a zone it is in UTC. */
export function momentMs(text: string): number | undefined {
  const utc = exactTimestamp(text, 'UTC')
  return utc === undefined ? undefined : Date.parse(`${utc.slice(0, 23).replace(' ', 'T')}Z`)
}
