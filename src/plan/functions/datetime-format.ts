import { illegal, type PatternToken, parseDatetimePattern } from './datetime-pattern.ts'

/** A piece of the written text: for strftime, or a SQL expression over the timestamp `t`. */
type Piece = { readonly strftime: string } | { readonly sql: (t: string) => string }

/** Fields that strftime writes, by letter and width. */
const STRFTIME: Readonly<Record<string, string>> = {
  yyyy: '%Y',
  yy: '%y',
  MM: '%m',
  M: '%-m',
  MMM: '%b',
  MMMM: '%B',
  LL: '%m',
  L: '%-m',
  LLL: '%b',
  LLLL: '%B',
  dd: '%d',
  d: '%-d',
  DDD: '%j',
  D: '%-j',
  E: '%a',
  EE: '%a',
  EEE: '%a',
  EEEE: '%A',
  a: '%p',
  hh: '%I',
  h: '%-I',
  HH: '%H',
  H: '%-H',
  mm: '%M',
  m: '%-M',
  ss: '%S',
  s: '%-S',
  SSS: '%g',
  SSSSSS: '%f',
  // The session's time zone is always UTC.
  X: 'Z',
  XX: 'Z',
  XXX: 'Z',
  x: '+00',
  xx: '+0000',
  xxx: '+00:00',
  Z: '+0000',
  ZZ: '+0000',
  ZZZ: '+0000',
  ZZZZ: 'GMT',
  ZZZZZ: 'Z',
  z: 'UTC',
  zz: 'UTC',
  zzz: 'UTC',
  zzzz: 'Coordinated Universal Time',
  VV: 'UTC',
  O: 'GMT',
  OOOO: 'GMT',
}

/**
 * A timestamp without zone, given as SQL, written by a Spark pattern: one strftime where it can, else the pieces joined.
 * Several pieces share the timestamp, which is evaluated once.
 */
export function printDatetimeFormat(
  timestamp: string,
  pattern: string,
  quote: (text: string) => string,
): string {
  const pieces = joined(parseDatetimePattern(pattern).map((token) => piece(token, pattern)))
  const print = (t: string) =>
    pieces
      .map((each) => ('sql' in each ? each.sql(t) : `strftime(${t}, ${quote(each.strftime)})`))
      .join(' || ')
  if (pieces.length === 0) return `CASE WHEN ${timestamp} IS NOT NULL THEN '' END`
  if (pieces.length === 1) return print(timestamp)
  return `list_transform([${timestamp}], lambda date_format_: ${print('date_format_')})[1]`
}

function piece(token: PatternToken, pattern: string): Piece {
  if (token.kind === 'text') return { strftime: token.text.replaceAll('%', '%%') }
  const known = STRFTIME[token.letter.repeat(token.width)]
  if (known !== undefined) return { strftime: known }
  const { width } = token
  switch (token.letter) {
    case 'y':
      return padded('year', width)
    case 'S':
      return { sql: (t) => `rpad(strftime(${t}, '%f'), 9, '0')[1:${width}]` }
    case 'Q':
    case 'q':
      return quarter(width)
    case 'K':
      return { sql: (t) => `printf('%0${width}d', hour(${t}) % 12)` }
    case 'k':
      return {
        sql: (t) => `printf('%0${width}d', CASE hour(${t}) WHEN 0 THEN 24 ELSE hour(${t}) END)`,
      }
    case 'F':
      return { sql: (t) => `((day(${t}) - 1) % 7 + 1)::VARCHAR` }
    case 'G':
      return era(width === 4 ? ['Anno Domini', 'Before Christ'] : ['AD', 'BC'])
    case 'D':
      return padded('dayofyear', width)
    default:
      throw illegal(token.letter, pattern)
  }
}

/** A part of the date in at least `width` digits. */
function padded(part: string, width: number): Piece {
  return {
    sql: (t) => `printf('%0${width}d', ${part}(${t}))`,
  }
}

function era([after, before]: readonly [string, string]): Piece {
  return { sql: (t) => `CASE WHEN year(${t}) > 0 THEN '${after}' ELSE '${before}' END` }
}

function quarter(width: number): Piece {
  if (width <= 2) return { sql: (t) => `printf('%0${width}d', quarter(${t}))` }
  if (width === 3) return { sql: (t) => `'Q' || quarter(${t})` }
  return { sql: (t) => `['1st', '2nd', '3rd', '4th'][quarter(${t})] || ' quarter'` }
}

/** Neighbours that strftime writes become one call. */
function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = []
  for (const each of pieces) {
    const last = result.at(-1)
    if (last !== undefined && 'strftime' in last && 'strftime' in each) {
      result[result.length - 1] = { strftime: last.strftime + each.strftime }
    } else result.push(each)
  }
  return result
}
