import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDigits, parseExact, rawNumber, stringifyExact } from '../../src/types/exact-json.ts'

describe('exact JSON', () => {
  it('keeps integers beyond 2^53 as bigint', () => {
    expect(parseExact('{"version":9007199254740993,"size":12}')).toEqual({
      version: 9007199254740993n,
      size: 12,
    })
    expect(parseExact('[-9223372036854775808, 9223372036854775807]')).toEqual([
      -9223372036854775808n,
      9223372036854775807n,
    ])
    expect(parseExact('9007199254740993')).toBe(9007199254740993n)
  })

  it('leaves other numbers and digits in strings alone', () => {
    expect(parseExact('{"a":1234567890123456,"b":0.1234567890123456789,"c":"9007199254740993"}')).toEqual({
      a: 1234567890123456,
      b: 0.12345678901234568,
      c: '9007199254740993',
    })
  })

  it('prints bigints and raw numbers digit by digit', () => {
    expect(stringifyExact({ a: 9007199254740993n, b: rawNumber('12345678901234567890.10') })).toBe(
      '{"a":9007199254740993,"b":12345678901234567890.10}',
    )
  })

  it('takes back any 64-bit integer', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const read = parseExact(stringifyExact({ value })) as { value: number | bigint }
        expect(BigInt(read.value)).toBe(value)
      }),
    )
  })

  it('finds a long number wherever it stands in a text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(7, 'ab1.2', '1.5.', 123456789012345), { maxLength: 20 }),
        (around) => {
          const texts = [...around, 1234567890123456789n, ...around]
          expect(parseExact(stringifyExact(texts))).toEqual(texts)
          expect(parseDigits(stringifyExact([...around, rawNumber('12.34567890123456789')]))).toEqual([
            ...around,
            '12.34567890123456789',
          ])
        },
      ),
    )
  })
})
