import { illegal, type PatternToken, parseDatetimePattern } from './datetime-pattern.ts'

/** How a field is read: what its text looks like. */
const READERS: Readonly<Record<string, string>> = {
  y: '\\d{1,9}',
  yyyy: '\\d{4}',
  yy: '\\d{2}',
  M: '\\d{1,2}',
  MM: '\\d{2}',
  L: '\\d{1,2}',
  LL: '\\d{2}',
  MMM: '(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)',
  MMMM: '(?i:january|february|march|april|may|june|july|august|september|october|november|december)',
  d: '\\d{1,2}',
  dd: '\\d{2}',
  D: '\\d{1,3}',
  DDD: '\\d{3}',
  a: '(?i:am|pm)',
  H: '\\d{1,2}',
  HH: '\\d{2}',
  h: '\\d{1,2}',
  hh: '\\d{2}',
  k: '\\d{1,2}',
  kk: '\\d{2}',
  K: '\\d{1,2}',
  KK: '\\d{2}',
  m: '\\d{1,2}',
  mm: '\\d{2}',
  s: '\\d{1,2}',
  ss: '\\d{2}',
  X: 'Z|[+-]\\d{2}(?:\\d{2})?',
  XX: 'Z|[+-]\\d{4}',
  XXX: 'Z|[+-]\\d{2}:\\d{2}',
  x: '[+-]\\d{2}(?:\\d{2})?',
  xx: '[+-]\\d{4}',
  xxx: '[+-]\\d{2}:\\d{2}',
  Z: '[+-]\\d{4}',
  ZZ: '[+-]\\d{4}',
  ZZZ: '[+-]\\d{4}',
  ZZZZZ: 'Z|[+-]\\d{2}:\\d{2}',
  z: 'UTC|GMT|Z',
  VV: 'UTC|GMT|Z',
}

/** Names that fields have in the struct of what was read, which does not tell `m` from `M`. */
const PARTS: Readonly<Record<string, string>> = {
  y: 'y',
  M: 'month',
  L: 'month',
  d: 'd',
  D: 'day_of_year',
  a: 'half',
  H: 'hour',
  h: 'clock_hour',
  k: 'hour_from_1',
  K: 'clock_hour_from_0',
  m: 'minute',
  s: 's',
  S: 'fraction',
  X: 'zone',
  x: 'zone',
  Z: 'zone',
  z: 'zone',
  V: 'zone',
}

/** Patterns whose text is a timestamp literal once its digits are counted. */
const ISO = /^yyyy-MM-dd(?:(?: |'T')HH:mm(?::ss(?:\.S{1,6})?)?)?$/

/**
 * Text, given as SQL, read by a Spark pattern as a timestamp without zone (in UTC); NULL where it does not fit.
 * Fields that the pattern lacks are those of 1970-01-01 00:00:00.
 */
export function printDatetimeParse(text: string, pattern: string, quote: (text: string) => string): string {
  const { tokens, names, regexp } = readPattern(pattern)
  if (ISO.test(pattern)) {
    const hours = regexp.replace('T(\\d{2})', 'T([01]\\d|2[0-3])').replace(' (\\d{2})', ' ([01]\\d|2[0-3])')
    return `millrace.parse_iso(${text}, ${quote(hours)})`
  }
  const read = `regexp_extract(${text}, ${quote(regexp)}, [${names.map(quote).join(', ')}])`
  return `list_transform([${read}], lambda parse_: ${composed(tokens)})[1]`
}

/** Throws INVALID_DATETIME_PATTERN for a pattern that text cannot be read by. */
export function checkDatetimeParse(pattern: string): void {
  readPattern(pattern)
}

function readPattern(pattern: string) {
  const tokens = parseDatetimePattern(pattern)
  const regexp = `^${tokens.map((token) => reader(token, pattern)).join('')}$`
  const names = tokens.flatMap((token) => (token.kind === 'field' ? [part(token.letter)] : []))
  if (names.length === 0 || new Set(names).size < names.length) throw illegal(pattern, pattern)
  return { tokens, names, regexp }
}

function part(letter: string): string {
  return PARTS[letter] ?? letter.toLowerCase()
}

function reader(token: PatternToken, pattern: string): string {
  if (token.kind === 'text') return token.text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
  if (token.letter === 'S') return `(\\d{1,${token.width}})`
  const known = READERS[token.letter.repeat(token.width)]
  if (known === undefined) throw illegal(token.letter, pattern)
  return `(${known})`
}

/** The timestamp that the parts make up; parts of a text that did not match are empty, which no cast takes. */
function composed(tokens: readonly PatternToken[]): string {
  const fields = new Map(
    tokens.flatMap((token) => (token.kind === 'field' ? [[part(token.letter), token]] : [])),
  )
  const has = (name: string) => fields.has(name)
  const or = (name: string, absent: string) => (has(name) ? `parse_.${name}` : `'${absent}'`)
  const year = has('y') && fields.get('y')!.width === 2 ? "'20' || parse_.y" : or('y', '1970')
  const month = has('month') ? monthOf(fields.get('month')!.width) : "'01'"
  const date = has('day_of_year')
    ? `(try_cast(${year} || '-01-01' AS DATE) + try_cast(parse_.day_of_year AS INTEGER) - 1)::VARCHAR`
    : `${year} || '-' || ${month} || '-' || ${or('d', '01')}`
  const fraction = has('fraction') ? " || '.' || parse_.fraction" : ''
  const time = `${hourOf(has)} || ':' || ${or('minute', '00')} || ':' || ${or('s', '00')}${fraction}`
  const local = `try_cast(${date} || ' ' || ${time} AS TIMESTAMP)`
  return has('zone') ? `${local} - millrace.zone_offset(parse_.zone)` : local
}

function monthOf(width: number): string {
  if (width < 3) return 'parse_.month'
  return `(list_position(['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'], lower(parse_.month[1:3])))::VARCHAR`
}

/** Hours of the clock face become those of the day; an hour that the face lacks makes the cast fail. */
function hourOf(has: (name: string) => boolean): string {
  if (has('hour')) return "CASE parse_.hour WHEN '24' THEN '' ELSE parse_.hour END"
  if (has('hour_from_1')) return "CASE parse_.hour_from_1 WHEN '24' THEN '00' ELSE parse_.hour_from_1 END"
  const noon = has('half') ? "CASE lower(parse_.half) WHEN 'pm' THEN 12 ELSE 0 END" : '0'
  if (has('clock_hour')) return `millrace.clock_hour(parse_.clock_hour, ${noon})`
  return has('clock_hour_from_0')
    ? `(try_cast(parse_.clock_hour_from_0 AS INTEGER) + ${noon})::VARCHAR`
    : "'00'"
}
