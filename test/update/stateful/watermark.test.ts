import { describe, expect, test } from 'vitest'
import {
  advanceWatermark,
  type EventTimeProgress,
  mergeProgress,
  timestampLiteral,
} from '../../../src/update/stateful/watermark.ts'

const seen = (maxMicros: bigint | undefined, delayMicros = 10n): EventTimeProgress => ({
  maxMicros,
  delayMicros,
})

describe('the watermark of the next batch', () => {
  test('is the newest event time minus the delay, and does not exist before any event', () => {
    expect(advanceWatermark(undefined, [seen(100n)])).toBe(90n)
    expect(advanceWatermark(undefined, [seen(undefined)])).toBeUndefined()
    expect(advanceWatermark(undefined, [])).toBeUndefined()
  })

  test('never goes back', () => {
    expect(advanceWatermark(95n, [seen(100n)])).toBe(95n)
  })

  test('is that of the fastest input where the policy says so, whatever the others have given', () => {
    expect(advanceWatermark(undefined, [seen(100n), seen(50n, 0n)], 'max')).toBe(90n)
    expect(advanceWatermark(40n, [seen(100n), seen(undefined)], 'max')).toBe(90n)
    expect(advanceWatermark(40n, [seen(undefined)], 'max')).toBe(40n)
  })

  test('is that of the slowest input, and stays where one has given nothing yet', () => {
    expect(advanceWatermark(undefined, [seen(100n), seen(50n, 0n)])).toBe(50n)
    expect(advanceWatermark(40n, [seen(100n), seen(undefined)])).toBe(40n)
  })
})

test('what was seen before a batch and in it is merged input by input', () => {
  const before = [seen(100n), seen(undefined), seen(7n)]
  const now = [seen(90n), seen(5n), seen(undefined, 20n)]
  expect(mergeProgress(before, now)).toEqual([seen(100n), seen(5n), seen(7n, 20n)])
  expect(mergeProgress([], now)).toEqual(now)
})

test.each([
  [0n, '1970-01-01 00:00:00.000000'],
  [-1n, '1969-12-31 23:59:59.999999'],
  [1_767_225_600_123_456n, '2026-01-01 00:00:00.123456'],
])('%s microseconds are the timestamp %s', (micros, text) => {
  expect(timestampLiteral(micros)).toMatchObject({ value: text, dataType: { kind: 'timestamp' } })
})
