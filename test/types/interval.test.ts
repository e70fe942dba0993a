import { describe, expect, test } from 'vitest'
import { parseInterval, parseIntervalRange } from '../../src/types/interval.ts'

const SECOND = 1_000_000n
const HOUR = 3600n * SECOND
const DAY = 24n * HOUR

describe('an interval in words', () => {
  test.each([
    ['1 hour', 0n, HOUR],
    ['1 hour 30 minutes', 0n, HOUR + 1800n * SECOND],
    ['interval 2 days', 0n, 2n * DAY],
    ['INTERVAL -1 week', 0n, -7n * DAY],
    ['- 1 day + 1 hour', 0n, HOUR - DAY],
    ['1.5 seconds', 0n, 1_500_000n],
    ['-0.000001 seconds', 0n, -1n],
    ['1 year 2 months', 14n, 0n],
    ['1 month 1 day', 1n, DAY],
    ['250 milliseconds 7 microseconds', 0n, 250_007n],
  ])('%s', (text, months, micros) => expect(parseInterval(text)).toEqual({ months, micros }))

  test.each([
    ['', 'it is empty'],
    ['1', "a unit is missing behind '1'"],
    ['1 hour 2', "a unit is missing behind '2'"],
    ['one hour', "'one' is not a number"],
    ['1 huor', "'huor' is not a unit; did you mean 'hour'?"],
    ['1.5 hours', 'a fraction is only allowed for seconds, not for hours'],
  ])("'%s' is refused", (input, reason) => {
    expect(() => parseInterval(input)).toThrow(
      expect.objectContaining({ condition: 'INVALID_INTERVAL_FORMAT', parameters: { input, reason } }),
    )
  })
})

describe('an interval with a range of units', () => {
  test.each([
    ['1-6', 'year', 'month', 18n, 0n],
    ['-0-1', 'year', 'month', -1n, 0n],
    ['1 02', 'day', 'hour', 0n, DAY + 2n * HOUR],
    ['1 02:03:04.5', 'day', 'second', 0n, DAY + 2n * HOUR + 184_500_000n],
    ['-30:00', 'hour', 'minute', 0n, -30n * HOUR],
    ['100:59', 'minute', 'second', 0n, 6059n * SECOND],
  ])('%s %s to %s', (text, from, to, months, micros) => {
    expect(parseIntervalRange(text, from, to)).toEqual({ months, micros })
  })

  test.each([
    ['1-12', 'year', 'month', 'month 12 is outside 0 to 11'],
    ['1 24:00', 'day', 'minute', 'hour 24 is outside 0 to 23'],
    ['1:2', 'day', 'hour', 'it does not match d h'],
    ['1', 'second', 'day', 'there is no interval second to day'],
  ])('%s %s to %s is refused', (input, from, to, reason) => {
    expect(() => parseIntervalRange(input, from, to)).toThrow(
      expect.objectContaining({ condition: 'INVALID_INTERVAL_FORMAT', parameters: { input, reason } }),
    )
  })
})
