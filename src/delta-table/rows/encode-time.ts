import type { CellValue } from './table-row.ts'

/** `YYYY-MM-DD` of a text or of a Date's UTC day; undefined for what is no date. */
export function encodeDate(value: CellValue): string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : isoOf(value).slice(0, -13)
  const match = typeof value === 'string' ? /^([+-]?\d{4,6})-(\d\d)-(\d\d)$/.exec(value.trim()) : null
  return match !== null && isDay(match[1]!, match[2]!, match[3]!) ? value!.toString().trim() : undefined
}

const DATE_TIME =
  /^([+-]?\d{4,6})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i

/** `YYYY-MM-DD HH:MM:SS.ffffff`, in UTC where the type has a zone; a zone is refused where it has none. */
export function encodeTimestamp(value: CellValue, hasZone: boolean): string | undefined {
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? undefined : `${isoOf(value).replace('T', ' ')}000`
  }
  const match = typeof value === 'string' ? DATE_TIME.exec(value.trim()) : null
  if (match === null) return undefined
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', fraction = ''] = match
  const zone = match[8]
  if (zone !== undefined && !hasZone) return undefined
  if (!isDay(year, month, day) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    return undefined
  }
  const offset = offsetMs(zone)
  const fractionText = fraction.padEnd(6, '0')
  if (offset === 0) return `${year}-${month}-${day} ${hour}:${minute}:${second}.${fractionText}`
  const local = new Date(0)
  local.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  local.setUTCHours(Number(hour), Number(minute), Number(second))
  const utc = new Date(local.getTime() - offset)
  return `${isoOf(utc).slice(0, -3).replace('T', ' ')}${fractionText}`
}

/** Without its `Z`. */
function isoOf(date: Date): string {
  return date.toISOString().slice(0, -1)
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function isDay(year: string, month: string, day: string): boolean {
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  const isLeap = y % 4 === 0 && (y % 100 !== 0 || y % 400 === 0)
  return d >= 1 && d <= (MONTH_DAYS[m - 1] ?? 0) + (m === 2 && isLeap ? 1 : 0)
}

function offsetMs(zone: string | undefined): number {
  if (zone === undefined) return 0
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone)
  if (match === null) return 0
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  return (match[1] === '-' ? -1 : 1) * minutes * 60_000
}
