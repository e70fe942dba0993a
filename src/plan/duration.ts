import { parseInterval } from '../types/interval.ts'

const DAYS_PER_MONTH = 31n
const MICROS_PER_DAY = 86_400_000_000n

/**
 * Microseconds of a duration such as `10 minutes` or `1 hour 30 minutes`, a month counted as 31 days as Spark does
 * for watermarks. Throws INVALID_INTERVAL_FORMAT.
 */
export function parseDuration(text: string): bigint {
  const { months, micros } = parseInterval(text)
  return months * DAYS_PER_MONTH * MICROS_PER_DAY + micros
}
