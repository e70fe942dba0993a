import { PipelineError } from '../../errors/index.ts'
import type { Literal } from '../../plan/expression.ts'
import { BINARY, DATE, TIMESTAMP, TIMESTAMP_NTZ } from '../../types/data-type.ts'
import type { Cursor } from '../cursor.ts'

type Reader = (text: string) => Pick<Literal, 'value' | 'dataType'> | undefined

const typed: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['DATE', dateOf],
  ['TIMESTAMP', timestampOf],
  ['TIMESTAMP_LTZ', timestampOf],
  ['TIMESTAMP_NTZ', timestampNtzOf],
])

/** Whether `DATE '...'` or one of its kin begins here, as opposed to a column named `date`. */
export function isTypedLiteral(cursor: Cursor): boolean {
  return cursor.peek().kind === 'string' && typed.has(cursor.token.keyword)
}

/**
 * `DATE '2026-01-31'`, `TIMESTAMP '2026-01-31 10:00:00+02:00'` (in UTC where no zone is written, the session's zone),
 * `TIMESTAMP_NTZ '...'`. Parts from the right may be left out, as in Spark. Throws INVALID_TYPED_LITERAL.
 */
export function parseTypedLiteral(cursor: Cursor): Literal {
  const start = cursor.advance()
  const text = cursor.advance().text
  const literal = typed.get(start.keyword)!(text)
  if (literal === undefined) {
    const expected = `Write it as ${start.keyword} '2026-01-31${start.keyword === 'DATE' ? '' : ' 10:00:00'}'.`
    throw new PipelineError(
      'INVALID_TYPED_LITERAL',
      { valueType: `"${start.keyword}"`, value: `'${text}'`, expected },
      { position: cursor.position(start) },
    )
  }
  return { kind: 'Literal', ...literal, position: cursor.position(start) }
}

/** `X'1F2A'` */
export function parseBinary(cursor: Cursor): Literal {
  const start = cursor.advance()
  if (!/^[0-9a-f]*$/i.test(start.text)) {
    throw new PipelineError(
      'INVALID_TYPED_LITERAL',
      { valueType: '"X"', value: `'${start.text}'`, expected: 'Write hexadecimal digits only.' },
      { position: cursor.position(start) },
    )
  }
  const digits = start.text.length % 2 === 0 ? start.text : `0${start.text}`
  const value = Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  return { kind: 'Literal', value, dataType: BINARY, position: cursor.position(start) }
}

function dateOf(text: string) {
  const parts = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(text.trim())
  const date = parts && calendarDate(parts[1]!, parts[2], parts[3])
  return date ? { value: date, dataType: DATE } : undefined
}

function timestampOf(text: string) {
  const parts = timestampParts(text)
  const offset = parts && offsetMinutes(parts.zone)
  if (parts === undefined || offset === undefined) return undefined
  return { value: shifted(parts, offset), dataType: TIMESTAMP }
}

function timestampNtzOf(text: string) {
  const parts = timestampParts(text)
  if (parts === undefined || parts.zone !== '') return undefined
  return { value: shifted(parts, 0), dataType: TIMESTAMP_NTZ }
}

interface TimestampParts {
  readonly date: string
  readonly time: string
  /** Digits behind the point of the seconds. */
  readonly fraction: string
  readonly zone: string
}

const timestamp =
  /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ](\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?)?)?)?\s*(Z|UTC|GMT|[+-]\d{1,2}(?::?\d{2})?)?$/i

function timestampParts(text: string): TimestampParts | undefined {
  const parts = timestamp.exec(text.trim())
  const date = parts && calendarDate(parts[1]!, parts[2], parts[3])
  if (!parts || !date) return undefined
  const [hour, minute, second] = [parts[4], parts[5], parts[6]].map((part) => (part ?? '').padStart(2, '0'))
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const fraction = (parts[7] ?? '').slice(0, 6).replace(/0+$/, '')
  return { date, time: `${hour}:${minute}:${second}`, fraction, zone: parts[8] ?? '' }
}

function calendarDate(year: string, month = '1', day = '1'): string | undefined {
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? text : undefined
}

/** Minutes east of UTC. */
function offsetMinutes(zone: string): number | undefined {
  const parts = /^([+-])(\d{1,2}):?(\d{2})?$/.exec(zone)
  if (parts === null) return 0
  const minutes = Number(parts[2]) * 60 + Number(parts[3] ?? 0)
  if (minutes > 18 * 60) return undefined
  return parts[1] === '-' ? -minutes : minutes
}

function shifted({ date, time, fraction }: TimestampParts, offset: number): string {
  const moved = new Date(Date.parse(`${date}T${time}Z`) - offset * 60_000).toISOString()
  const text = `${moved.slice(0, 10)} ${moved.slice(11, 19)}`
  return fraction === '' ? text : `${text}.${fraction.padEnd(6, '0')}`
}
