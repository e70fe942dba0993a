import { describe, expect, test } from 'vitest'
import { BYTE, DOUBLE, decimal, FLOAT, INTEGER, LONG, SHORT, STRING } from '../../src/types/data-type.ts'
import { printDataType } from '../../src/types/ddl.ts'
import {
  decimalFor,
  decimalOfWholeNumber,
  decimalResult,
  grownDecimal,
  holdsDecimal,
  widerDecimal,
} from '../../src/types/decimal-rules.ts'

/** `(10,2) + (5,0)`: left, operator, right and Spark's result. */
describe('the result of decimal arithmetic', () => {
  test.each([
    [10, 2, '+', 10, 2, 'decimal(11,2)'],
    [10, 2, '-', 5, 4, 'decimal(13,4)'],
    [4, 2, '*', 4, 2, 'decimal(9,4)'],
    [4, 2, '/', 1, 0, 'decimal(8,6)'],
    [10, 2, '/', 10, 2, 'decimal(23,13)'],
    [4, 2, '%', 1, 0, 'decimal(3,2)'],
    [38, 18, '+', 38, 18, 'decimal(38,17)'],
    [38, 18, '*', 38, 18, 'decimal(38,6)'],
    [38, 0, '*', 38, 0, 'decimal(38,0)'],
    [38, 2, '/', 38, 10, 'decimal(38,6)'],
    [20, 0, '/', 4, 2, 'decimal(28,6)'],
    [38, 38, '+', 38, 0, 'decimal(38,6)'],
  ] as const)('(%i,%i) %s (%i,%i) is %s', (p1, s1, operator, p2, s2, result) => {
    expect(printDataType(decimalResult(operator, decimal(p1, s1), decimal(p2, s2)))).toBe(result)
  })
})

test('sum grows by ten digits, avg by four on each side, at most to 38', () => {
  expect(grownDecimal(decimal(10, 2), 10, 0)).toEqual(decimal(20, 2))
  expect(grownDecimal(decimal(10, 2), 4, 4)).toEqual(decimal(14, 6))
  expect(grownDecimal(decimal(38, 36), 4, 4)).toEqual(decimal(38, 38))
})

test('the wider decimal holds the digits of both before and behind the point', () => {
  expect(widerDecimal(decimal(10, 2), decimal(5, 4))).toEqual(decimal(12, 4))
  expect(widerDecimal(decimal(38, 0), decimal(38, 20))).toEqual(decimal(38, 20))
  expect(holdsDecimal(decimal(12, 4), decimal(10, 2))).toBe(true)
  expect(holdsDecimal(decimal(10, 2), decimal(10, 0))).toBe(false)
})

test('each number has a decimal that stands for it', () => {
  const numbers = [BYTE, SHORT, INTEGER, LONG, FLOAT, DOUBLE].map((each) => printDataType(decimalFor(each)!))
  expect(numbers).toEqual([
    'decimal(3,0)',
    'decimal(5,0)',
    'decimal(10,0)',
    'decimal(20,0)',
    'decimal(14,7)',
    'decimal(30,15)',
  ])
  expect(decimalFor(STRING)).toBeUndefined()
  expect([0, -7, 100, 12345678901n].map(decimalOfWholeNumber)).toEqual([
    decimal(1, 0),
    decimal(1, 0),
    decimal(3, 0),
    decimal(11, 0),
  ])
})
