import { describe, expect, test } from 'vitest'
import { canCast, canImplicitlyCast, castMayGiveNull } from '../../src/types/cast-rules.ts'
import { tightestCommonType, widerType, widerTypeOf } from '../../src/types/coercion.ts'
import { UNKNOWN } from '../../src/types/data-type.ts'
import { parseDataType, printDataType } from '../../src/types/ddl.ts'

const type = parseDataType
const shown = (found: ReturnType<typeof widerType>) => (found === undefined ? '-' : printDataType(found))

describe('two types meet', () => {
  /** Left, right, the common type without loss, the common type of branches and comparisons. */
  test.each([
    ['int', 'int', 'int', 'int'],
    ['tinyint', 'smallint', 'smallint', 'smallint'],
    ['int', 'bigint', 'bigint', 'bigint'],
    ['int', 'float', 'double', 'double'],
    ['float', 'float', 'float', 'float'],
    ['bigint', 'double', 'double', 'double'],
    ['int', 'decimal(12,2)', 'decimal(12,2)', 'decimal(12,2)'],
    ['int', 'decimal(10,2)', '-', 'decimal(12,2)'],
    ['decimal(10,2)', 'decimal(12,4)', '-', 'decimal(12,4)'],
    ['decimal(10,2)', 'double', '-', 'double'],
    ['string', 'int', '-', 'bigint'],
    ['string', 'decimal(10,2)', '-', 'double'],
    ['string', 'date', '-', 'date'],
    ['string', 'boolean', '-', 'boolean'],
    ['string', 'binary', '-', 'binary'],
    ['date', 'timestamp', 'timestamp', 'timestamp'],
    ['date', 'timestamp_ntz', 'timestamp_ntz', 'timestamp_ntz'],
    ['timestamp', 'timestamp_ntz', 'timestamp', 'timestamp'],
    ['void', 'date', 'date', 'date'],
    ['boolean', 'int', '-', '-'],
    ['date', 'int', '-', '-'],
    ['array<int>', 'array<bigint>', 'array<bigint>', 'array<bigint>'],
    ['array<int>', 'array<string>', '-', 'array<bigint>'],
    ['array<int>', 'int', '-', '-'],
    ['map<string,int>', 'map<string,double>', 'map<string,double>', 'map<string,double>'],
    ['struct<a:int>', 'struct<A:bigint>', 'struct<a:bigint>', 'struct<a:bigint>'],
    ['struct<a:int>', 'struct<b:int>', '-', '-'],
  ])('%s and %s: %s, %s', (left, right, tightest, wider) => {
    const both = (meet: typeof widerType) => [meet(type(left), type(right)), meet(type(right), type(left))]
    const names = both(tightestCommonType).map((each) => shown(each).toLowerCase())
    expect(new Set(names)).toEqual(new Set([tightest]))
    expect(new Set(both(widerType).map((each) => shown(each).toLowerCase()))).toEqual(new Set([wider]))
  })

  test('several at once, strings before the others', () => {
    expect(shown(widerTypeOf(['int', 'string', 'double'].map((each) => type(each))))).toBe('double')
    expect(shown(widerTypeOf(['string', 'string'].map((each) => type(each))))).toBe('string')
    expect(shown(widerTypeOf(['boolean', 'int'].map((each) => type(each))))).toBe('-')
    expect(widerTypeOf([type('int'), UNKNOWN])).toBe(UNKNOWN)
  })
})

describe('casts', () => {
  test.each([
    ['string', 'int', true, true, true],
    ['string', 'array<int>', false, false, true],
    ['int', 'string', true, true, false],
    ['int', 'bigint', true, true, false],
    ['double', 'int', true, true, true],
    ['int', 'decimal(9,0)', true, true, true],
    ['int', 'decimal(10,0)', true, true, false],
    ['decimal(10,2)', 'decimal(10,3)', true, true, true],
    ['int', 'boolean', true, false, false],
    ['int', 'date', false, false, true],
    ['int', 'timestamp', true, false, false],
    ['timestamp', 'bigint', true, false, false],
    ['timestamp', 'int', true, false, true],
    ['date', 'timestamp', true, true, false],
    ['boolean', 'timestamp', false, false, false],
    ['boolean', 'int', true, false, false],
    ['binary', 'string', true, true, false],
    ['int', 'binary', false, false, false],
    ['array<int>', 'array<string>', true, true, false],
    ['array<int>', 'string', true, false, false],
    ['struct<a:int>', 'struct<b:string>', true, true, false],
    ['struct<a:int>', 'struct<a:int,b:int>', false, false, false],
  ])('%s to %s: allowed %s, implicit %s, may give NULL %s', (from, to, allowed, implicit, mayGiveNull) => {
    const [a, b] = [type(from), type(to)]
    expect([canCast(a, b), canImplicitlyCast(a, b), castMayGiveNull(a, b)]).toEqual([
      allowed,
      implicit,
      mayGiveNull,
    ])
  })
})
