import { PipelineError } from '../errors/index.ts'

const MICROS: Readonly<Record<string, bigint>> = {
  microsecond: 1n,
  millisecond: 1_000n,
  second: 1_000_000n,
  minute: 60_000_000n,
  hour: 3_600_000_000n,
  day: 86_400_000_000n,
  week: 604_800_000_000n,
}

/**
 * Microseconds of a duration such as `10 minutes`, `1 hour 30 minutes` or `interval 2 days`, as `withWatermark` takes
 * it in Spark. Throws CANNOT_PARSE_INTERVAL for anything else, months and years included: their length varies.
 */
export function parseDuration(text: string): bigint {
  const words = text
    .trim()
    .replace(/^interval\s+/i, '')
    .split(/\s+/)
  let micros = 0n
  for (let i = 0; i < words.length; i += 2) {
    const count = /^\d+$/.test(words[i]!) ? BigInt(words[i]!) : undefined
    const unit = MICROS[(words[i + 1] ?? '').toLowerCase().replace(/s$/, '')]
    if (count === undefined || unit === undefined) {
      throw new PipelineError('CANNOT_PARSE_INTERVAL', { intervalString: text })
    }
    micros += count * unit
  }
  return micros
}
