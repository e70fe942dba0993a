/**
 * Dates and timestamps in text, by the rules of Spark's casts (`stringToDate`, `stringToTimestamp`), except that what a
 * cast would cut off (a time behind a date, a seventh fraction digit) does not fit.
 */

const DATE = /^([+-]?\d{4,7})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/
const TIMESTAMP =
  /^([+-]?\d{4,7})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:[ T](\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d{0,6})0*)?)?)?)? ?([A-Za-z+-].*)?$/

/** `text` as `YYYY-MM-DD`; undefined when it is no date. */
export function exactDate(text: string): string | undefined {
  const match = DATE.exec(text.trim())
  if (match === null) return undefined
  return dateText({ year: Number(match[1]), month: Number(match[2] ?? 1), day: Number(match[3] ?? 1) })
}

/** `text` as `YYYY-MM-DD HH:MM:SS.ffffff` in UTC; a text without a zone is in `zone`. Undefined when it is no timestamp. */
export function exactTimestamp(text: string, zone: string): string | undefined {
  const fields = timestampFields(text.trim())
  return fields === undefined ? undefined : inUtc(fields, zone)
}

/** `text` as `YYYY-MM-DD HH:MM:SS.ffffff` of the clock; undefined when it is no timestamp or names a zone. */
export function exactTimestampNtz(text: string): string | undefined {
  const fields = timestampFields(text.trim())
  return fields === undefined || fields.zone !== undefined ? undefined : clockText(fields)
}

/** A date and time of day as read, before its zone is applied. */
export interface ClockFields {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly micros: number
  readonly zone?: string
}

function timestampFields(text: string): ClockFields | undefined {
  const match = TIMESTAMP.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  if (zone !== undefined && hour === undefined) return undefined
  return {
    year: Number(year),
    month: Number(month ?? 1),
    day: Number(day ?? 1),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    micros: Number((fraction ?? '').padEnd(6, '0')),
    ...(zone === undefined ? {} : { zone }),
  }
}

/** The fields as a UTC timestamp text; undefined when they name no moment. */
export function inUtc(fields: ClockFields, defaultZone: string): string | undefined {
  if (clockText(fields) === undefined) return undefined
  const local = epochSeconds(fields)
  const offset = zoneOffsetSeconds(fields.zone ?? defaultZone, local)
  return offset === undefined ? undefined : timestampText(local - offset, fields.micros)
}

/** The fields as text, or undefined when the calendar has no such day or the clock no such time. */
export function clockText(fields: ClockFields): string | undefined {
  if (dateText(fields) === undefined) return undefined
  if (fields.hour > 23 || fields.minute > 59 || fields.second > 59) return undefined
  return timestampText(epochSeconds(fields), fields.micros)
}

/** A timestamp text from seconds since the epoch and microseconds of the second. */
export function timestampText(seconds: number, micros: number): string | undefined {
  const date = new Date(seconds * 1000)
  const year = date.getUTCFullYear()
  if (!(year >= 1 && year <= 9999)) return undefined
  const iso = date.toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}.${String(micros).padStart(6, '0')}`
}

export function dateText(day: {
  readonly year: number
  readonly month: number
  readonly day: number
}): string | undefined {
  if (!(day.year >= 1 && day.year <= 9999)) return undefined
  const date = new Date(0)
  date.setUTCFullYear(day.year, day.month - 1, day.day)
  if (date.getUTCMonth() !== day.month - 1 || date.getUTCDate() !== day.day) return undefined
  return date.toISOString().slice(0, 10)
}

function epochSeconds(fields: ClockFields): number {
  const date = new Date(0)
  date.setUTCFullYear(fields.year, fields.month - 1, fields.day)
  return date.getTime() / 1000 + fields.hour * 3600 + fields.minute * 60 + fields.second
}

const OFFSET = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?$/

/** Seconds east of UTC of `zone` at a local time (seconds as if it were UTC); undefined for an unknown zone. */
function zoneOffsetSeconds(zone: string, local: number): number | undefined {
  if (/^(Z|UTC|GMT|UT|Etc\/UTC)$/.test(zone)) return 0
  const match = OFFSET.exec(zone)
  if (match !== null) {
    const seconds = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0)
    return seconds > 18 * 3600 ? undefined : match[1] === '-' ? -seconds : seconds
  }
  const clock = clockOf(zone)
  if (clock === undefined) return undefined
  // A region's offset depends on the moment itself: guess, then correct once; in a gap this moves forward as Java does.
  const guess = regionOffset(clock, local)
  const corrected = regionOffset(clock, local - guess)
  return corrected === guess
    ? guess
    : regionOffset(clock, local - corrected) === corrected
      ? corrected
      : guess
}

const clocks = new Map<string, Intl.DateTimeFormat | undefined>()

function clockOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!clocks.has(zone)) clocks.set(zone, makeClock(zone))
  return clocks.get(zone)
}

function makeClock(zone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function regionOffset(clock: Intl.DateTimeFormat, utcSeconds: number): number {
  const parts = Object.fromEntries(
    clock.formatToParts(utcSeconds * 1000).map((part) => [part.type, Number(part.value)]),
  )
  const local = Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!)
  return local / 1000 - utcSeconds
}
