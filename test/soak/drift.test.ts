import { expect, test } from 'vitest'
import { driftOf, medianOf } from './drift.ts'

const measure = (...values: readonly number[]) => ({
  name: 'files',
  points: values.map((value, i) => [i * 1000, value] as const),
})

test('a line that rises by half of its mean has a drift of a half', () => {
  expect(driftOf(measure(6, 7, 8, 9, 10))).toEqual({ name: 'files', median: 8, most: 10, drift: 0.5 })
})

test('what goes up and down around the same value does not drift', () => {
  expect(driftOf(measure(1, 9, 1, 9, 1)).drift).toBeCloseTo(0)
  expect(driftOf(measure(5, 5, 5)).drift).toBe(0)
})

test('the median is the value in the middle', () => {
  expect(medianOf([9, 1, 5])).toBe(5)
})
