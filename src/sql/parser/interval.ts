import { PipelineError } from '../../errors/index.ts'
import type { Literal } from '../../plan/expression.ts'
import { DAY_TIME_INTERVAL, YEAR_MONTH_INTERVAL } from '../../types/data-type.ts'
import {
  addIntervals,
  type Interval,
  intervalOf,
  isIntervalUnit,
  parseInterval,
  parseIntervalRange,
} from '../../types/interval.ts'
import type { Cursor } from '../cursor.ts'
import type { Token } from '../token.ts'

const DAYS_PER_MONTH = 31n
const MICROS_PER_DAY = 86_400_000_000n

/** Whether an interval literal begins here, as opposed to a column named `interval`. */
export function isInterval(cursor: Cursor): boolean {
  if (!cursor.is('INTERVAL')) return false
  const next = cursor.peek()
  return next.kind === 'string' || next.kind === 'number' || /^[+-]$/.test(next.keyword)
}

/** `INTERVAL 1 DAY 2 HOURS`, `INTERVAL '10' MINUTE`, `INTERVAL '1 hour 30 minutes'`, `INTERVAL '1-6' YEAR TO MONTH`. */
export function parseIntervalLiteral(cursor: Cursor): Literal {
  const start = cursor.token
  const { months, micros } = parseIntervalValue(cursor)
  if (months !== 0n && micros !== 0n) {
    const input = cursor.textFrom(start)
    throw new PipelineError(
      'INVALID_INTERVAL_FORMAT',
      { input, reason: 'years and months cannot be mixed with days and shorter units' },
      { position: cursor.position(start) },
    )
  }
  const isMonths = months !== 0n || (micros === 0n && /year|month/i.test(cursor.textFrom(start)))
  return {
    kind: 'Literal',
    value: isMonths ? months : micros,
    dataType: isMonths ? YEAR_MONTH_INTERVAL : DAY_TIME_INTERVAL,
    position: cursor.position(start),
  }
}

/** The delay of a watermark in microseconds, a month counted as 31 days as Spark does. */
export function parseDelay(cursor: Cursor): bigint {
  const start = cursor.token
  if (!isInterval(cursor)) cursor.fail('an interval such as INTERVAL 10 MINUTES', ['INTERVAL'])
  const { months, micros } = parseIntervalValue(cursor)
  const delay = micros + months * DAYS_PER_MONTH * MICROS_PER_DAY
  if (delay < 0n) {
    const input = cursor.textFrom(start)
    throw new PipelineError(
      'INVALID_INTERVAL_FORMAT',
      { input, reason: 'a watermark cannot have a negative delay' },
      { position: cursor.position(start) },
    )
  }
  return delay
}

function parseIntervalValue(cursor: Cursor): Interval {
  const start = cursor.token
  cursor.expect('INTERVAL')
  try {
    return intervalAt(cursor)
  } catch (error) {
    throw error instanceof PipelineError ? error.at({ position: cursor.position(start) }) : error
  }
}

function intervalAt(cursor: Cursor): Interval {
  const first = cursor.token
  const isWords = first.kind === 'string' && !isIntervalUnit(cursor.peek().text)
  if (isWords) {
    cursor.advance()
    return parseInterval(first.text)
  }
  if (first.kind === 'string' && cursor.peek(2).keyword === 'TO') return rangeAt(cursor, first)
  let sum = oneUnit(cursor)
  while (isAmount(cursor)) sum = addIntervals(sum, oneUnit(cursor))
  return sum
}

function rangeAt(cursor: Cursor, value: Token): Interval {
  cursor.advance()
  const from = cursor.advance().text
  cursor.expect('TO')
  const to = cursor.name('a unit such as MONTH or SECOND')
  return parseIntervalRange(value.text, singular(from), singular(to))
}

function singular(unit: string): string {
  return unit.toLowerCase().replace(/s$/, '')
}

/** Another `2 HOURS`, and not the `+ 2` of a sum: a sign counts only where a unit follows. */
function isAmount(cursor: Cursor): boolean {
  const { kind } = cursor.token
  if (kind !== 'number' && kind !== 'string') return false
  return cursor.peek().kind === 'word' && isIntervalUnit(cursor.peek().text)
}

function oneUnit(cursor: Cursor): Interval {
  const isNegative = cursor.take('-')
  if (!isNegative) cursor.take('+')
  const amount = cursor.token
  if (amount.kind !== 'number' && amount.kind !== 'string') cursor.fail('a number', [])
  cursor.advance()
  const unit = cursor.token
  if (unit.kind !== 'word' || !isIntervalUnit(unit.text)) {
    cursor.fail('a unit: YEAR, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, MILLISECOND or MICROSECOND', unitWords)
  }
  cursor.advance()
  const { months, micros } = intervalOf(amount.text, unit.text)
  return isNegative ? { months: -months, micros: -micros } : { months, micros }
}

const unitWords = ['YEAR', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND', 'MICROSECOND']
