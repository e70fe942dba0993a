import { type ClockFields, clockText, dateText, inUtc } from './temporal.ts'

/**
 * Spark's datetime patterns (`dateFormat`, `timestampFormat`) for parsing: the letters y M d H h m s S a E z Z X x V O,
 * quoted text and `[optional]` parts. A text that carries more than the pattern names does not match.
 */
export interface DatetimePattern {
  readonly date: (text: string) => string | undefined
  readonly timestamp: (text: string, zone: string) => string | undefined
  readonly timestampNtz: (text: string) => string | undefined
}

type Part = 'year' | 'shortYear' | 'month' | 'monthName' | 'day' | 'hour' | 'hour12' | 'minute' | 'second'
type Found = Partial<Record<Part | 'fraction' | 'half' | 'zone', string>>

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** Compiles a pattern; undefined when it uses a letter that is not supported (the name of the letter is in `unknown`). */
export function datetimePattern(pattern: string): DatetimePattern | { unknown: string } {
  const names: (keyof Found)[] = []
  const source = translate(pattern, names)
  if (typeof source !== 'string') return source
  const expression = new RegExp(`^${source}$`, 'i')
  const read = (text: string): ClockFields | undefined => {
    const match = expression.exec(text)
    if (match === null) return undefined
    const found: Found = {}
    names.forEach((name, i) => {
      if (match[i + 1] !== undefined) found[name] = match[i + 1]
    })
    return fieldsOf(found)
  }
  return {
    date: (text) => {
      const fields = read(text)
      return fields === undefined ? undefined : dateText(fields)
    },
    timestamp: (text, zone) => {
      const fields = read(text)
      return fields === undefined ? undefined : inUtc(fields, zone)
    },
    timestampNtz: (text) => {
      const fields = read(text)
      return fields === undefined || fields.zone !== undefined ? undefined : clockText(fields)
    },
  }
}

function translate(pattern: string, names: (keyof Found)[]): string | { unknown: string } {
  let source = ''
  for (const [token] of pattern.matchAll(/'(?:[^']|'')*'|([A-Za-z])\1*|./gs)) {
    if (token === "''") source += "'"
    else if (token.startsWith("'") && token.length > 1)
      source += literal(token.slice(1, -1).replaceAll("''", "'"))
    else if (token === '[') source += '(?:'
    else if (token === ']') source += ')?'
    else if (!/[A-Za-z]/.test(token)) source += literal(token)
    else {
      const piece = letters(token, names)
      if (piece === undefined) return { unknown: token }
      source += piece
    }
  }
  return source
}

function letters(token: string, names: (keyof Found)[]): string | undefined {
  const named = (name: keyof Found, source: string) => {
    names.push(name)
    return `(${source})`
  }
  const number = (name: keyof Found) => named(name, token.length === 1 ? '\\d{1,2}' : `\\d{${token.length}}`)
  switch (token[0]) {
    case 'y':
    case 'u':
      return token.length === 2
        ? named('shortYear', '\\d{2}')
        : named('year', token.length === 4 ? '\\d{4}' : '\\d{1,4}')
    case 'M':
    case 'L':
      return token.length < 3
        ? number('month')
        : named('monthName', `(?:${MONTHS.join('|')})${token.length > 3 ? '[a-z]*' : ''}`)
    case 'd':
      return number('day')
    case 'H':
      return number('hour')
    case 'h':
      return number('hour12')
    case 'm':
      return number('minute')
    case 's':
      return number('second')
    case 'S':
      return named('fraction', token.length > 6 ? `\\d{6}0{${token.length - 6}}` : `\\d{${token.length}}`)
    case 'a':
      return named('half', 'am|pm')
    case 'E':
      return '[a-z]+'
    case 'X':
    case 'x':
    case 'Z':
    case 'O':
      return named('zone', 'Z|(?:GMT|UTC)?[+-]\\d{1,2}(?::?\\d{2})?(?::?\\d{2})?')
    case 'z':
    case 'V':
      return named('zone', '[A-Za-z][A-Za-z0-9_+/:-]*')
    default:
      return undefined
  }
}

function fieldsOf(found: Found): ClockFields {
  const number = (part: Part, otherwise: number) => Number(found[part] ?? otherwise)
  const half = found.half?.toLowerCase()
  return {
    year: found.shortYear === undefined ? number('year', 1970) : 2000 + Number(found.shortYear),
    month:
      found.monthName === undefined
        ? number('month', 1)
        : MONTHS.indexOf(found.monthName.slice(0, 3).toLowerCase()) + 1,
    day: number('day', 1),
    hour:
      found.hour12 === undefined ? number('hour', 0) : (Number(found.hour12) % 12) + (half === 'pm' ? 12 : 0),
    minute: number('minute', 0),
    second: number('second', 0),
    micros: Number((found.fraction ?? '').slice(0, 6).padEnd(6, '0')),
    ...(found.zone === undefined ? {} : { zone: found.zone }),
  }
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
