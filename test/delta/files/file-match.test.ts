import { describe, expect, it } from 'vitest'
import { type FileFacts, fileMayMatch, partitionFilter } from '../../../src/delta/index.ts'
import type { AddFile } from '../../../src/delta/log/actions.ts'
import { parseExpression } from '../../../src/sql/index.ts'
import {
  array,
  BOOLEAN,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  INTEGER,
  LONG,
  STRING,
  type StructField,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
} from '../../../src/types/data-type.ts'
import { fileInLog } from '../../support/delta.ts'

const facts = (columns: readonly StructField[], more: Partial<FileFacts> = {}): FileFacts => ({
  schema: struct(columns),
  partitionColumns: [],
  configuration: {},
  ...more,
})

/** A file of three rows with bounds of the column `c`, as JSON texts. */
const bounded = (min: string, max: string, nullCount = 0): AddFile =>
  fileInLog('f', {
    stats: `{"numRecords":3,"minValues":{"c":${min}},"maxValues":{"c":${max}},"nullCount":{"c":${nullCount}}}`,
  })

/** Which of the conditions may hold for some row of a file whose column `c` has these bounds. */
function matching(type: DataType, file: AddFile, conditions: readonly string[]): string[] {
  const table = facts([field('c', type)])
  return conditions.filter((each) => fileMayMatch(table, parseExpression(each))(file))
}

describe('bounds decide', () => {
  it.each([
    ['c = 5', false],
    ['c = 10', true],
    ['c = 20', true],
    ['c = 21', false],
    ['c <> 15', true],
    ['c < 10', false],
    ['c <= 10', true],
    ['c > 20', false],
    ['c >= 20', true],
    ['5 < c', true],
    ['21 <= c', false],
    ['c <=> 5', false],
    ['c <=> NULL', false],
    ['c IN (1, 2, 21)', false],
    ['c IN (1, 12)', true],
    ['c NOT IN (1, NULL)', false],
    ['c BETWEEN 1 AND 9', false],
    ['c BETWEEN 1 AND 10', true],
    ['c NOT BETWEEN 5 AND 25', false],
    ['c IS NULL', false],
    ['c IS NOT NULL', true],
    ['c = NULL', false],
    ['NOT (c >= 10)', false],
    ['c < 5 OR c > 25', false],
    ['c < 5 OR c = 15', true],
    ['c > 12 AND c < 5', false],
    ['NOT (c < 5 OR c > 25) AND c = 30', false],
    ['c + 1 > 21', false],
    ['c - 5 >= 15', true],
    ["c = '30'", false],
    ['CAST(c AS DOUBLE) > 20.5', false],
    ['c > 20.5', false],
    ['CAST(c AS STRING) = "5"', true],
    ['abs(c) = 5', true],
    ['rand() < c', true],
    ['coalesce(c, 0) = 0', false],
    ['true', true],
    ['false', false],
    ['other = 5', true],
  ])('whole numbers from 10 to 20: %s -> %s', (condition, expected) => {
    const table = facts([field('c', LONG)])
    expect(fileMayMatch(table, parseExpression(condition))(bounded('10', '20'))).toBe(expected)
  })

  it('equal bounds leave one value', () => {
    expect(matching(LONG, bounded('7', '7'), ['c <> 7', 'c <> 8', 'NOT (c = 7)'])).toEqual(['c <> 8'])
  })

  it('64-bit numbers and decimals of 38 digits digit by digit', () => {
    const long = bounded('9007199254740993', '9007199254740993')
    expect(matching(LONG, long, ['c = 9007199254740992', 'c = 9007199254740993'])).toEqual([
      'c = 9007199254740993',
    ])
    const digits = '123456789012345678901234567890.12'
    expect(
      matching(decimal(38, 2), bounded(digits, digits), [
        'c = 123456789012345678901234567890.12BD',
        'c > 123456789012345678901234567890.11BD',
        'c > 123456789012345678901234567890.12BD',
        'c < 123456789012345678901234567890.12BD',
      ]),
    ).toEqual(['c = 123456789012345678901234567890.12BD', 'c > 123456789012345678901234567890.11BD'])
  })

  it('decimals whose digits another writer rounded take in both sides', () => {
    expect(matching(decimal(10, 2), bounded('1.005', '1.005'), ['c = 1.00', 'c = 1.01', 'c = 1.02'])).toEqual(
      ['c = 1.00', 'c = 1.01'],
    )
  })

  it('nulls, where the count tells', () => {
    expect(matching(LONG, bounded('1', '2', 1), ['c IS NULL', 'c <=> NULL', 'c IS NOT NULL'])).toHaveLength(3)
    const allNull = fileInLog('f', { stats: '{"numRecords":3,"nullCount":{"c":3}}' })
    expect(matching(LONG, allNull, ['c IS NOT NULL', 'c = 1', 'c <=> NULL', 'c IS NULL'])).toEqual([
      'c <=> NULL',
      'c IS NULL',
    ])
  })

  it('a null count is not believed for arrays, of which others count the elements', () => {
    expect(matching(array(LONG), bounded('[1]', '[1]', 3), ['c IS NULL', 'c IS NOT NULL'])).toHaveLength(2)
  })

  it('strings in the order of their UTF-8 bytes', () => {
    const file = bounded('"b"', '"\uffff"')
    expect(matching(STRING, file, ["c = 'a'", "c = '\u{1f600}'", "c > '\uffff'", "c >= '\ufffe'"])).toEqual([
      "c >= '\ufffe'",
    ])
  })

  it('an upper bound that old writers cut with U+FFFD reaches beyond it', () => {
    expect(matching(STRING, bounded('"a"', '"b\ufffd"'), ["c = 'b\u{1f600}'", "c = 'c'"])).toEqual([
      "c = 'b\u{1f600}'",
    ])
  })

  it.each([
    ["c LIKE 'ab%'", true],
    ["c LIKE 'ax%'", false],
    ["c LIKE 'a_%z'", true],
    ["c LIKE '%z'", true],
    ["c LIKE 'abx'", true],
    ["c LIKE 'adx'", false],
    ["c LIKE 'a\\_%'", false],
    ["startswith(c, 'ac')", true],
    ["startswith(c, 'b')", false],
    ["c NOT LIKE 'a%'", false],
    ["c NOT LIKE 'ab%'", true],
  ])("texts from 'abc' to 'acz': %s -> %s", (condition, expected) => {
    const table = facts([field('c', STRING)])
    expect(fileMayMatch(table, parseExpression(condition))(bounded('"abc"', '"acz"'))).toBe(expected)
  })

  it('dates and timestamps, with casts between them', () => {
    const days = bounded('"2024-02-28"', '"2024-02-29"')
    expect(
      matching(DATE, days, [
        "c = '2024-03-01'",
        "c >= DATE '2024-02-29'",
        'year(c) = 2023',
        "trunc(c, 'MONTH') = DATE '2024-02-01'",
        "c > TIMESTAMP '2024-02-29 00:00:01'",
        "c + INTERVAL 1 DAY > DATE '2024-03-01'",
        'date_sub(c, 1) < DATE "2024-02-28"',
      ]),
    ).toEqual([
      "c >= DATE '2024-02-29'",
      "trunc(c, 'MONTH') = DATE '2024-02-01'",
      'date_sub(c, 1) < DATE "2024-02-28"',
    ])
    const moments = bounded('"2024-02-29T10:00:00.000Z"', '"2024-02-29T12:00:00.000+02:00"')
    expect(
      matching(TIMESTAMP, moments, [
        "to_date(c) = DATE '2024-02-29'",
        "CAST(c AS DATE) = DATE '2024-03-01'",
        "date_trunc('HOUR', c) = TIMESTAMP '2024-02-29 10:00:00'",
        "c > TIMESTAMP '2024-02-29 10:00:00.000999'",
        "c > TIMESTAMP '2024-02-29 10:00:00.000998'",
      ]),
    ).toEqual([
      "to_date(c) = DATE '2024-02-29'",
      "date_trunc('HOUR', c) = TIMESTAMP '2024-02-29 10:00:00'",
      "c > TIMESTAMP '2024-02-29 10:00:00.000998'",
    ])
  })

  it('no timestamp without a zone, which is in an unknown one', () => {
    const file = bounded('"2024-01-01T00:00:00.000"', '"2024-01-01T00:00:00.000"')
    const condition = "c > TIMESTAMP_NTZ '2024-01-01 10:00:00'"
    expect(matching(TIMESTAMP, file, [condition])).toEqual([condition])
    expect(matching(TIMESTAMP_NTZ, file, [condition])).toEqual([])
  })

  it('the current time where it is known', () => {
    const table = facts([field('c', DATE)])
    const condition = parseExpression('c >= current_date() - INTERVAL 7 DAYS')
    const file = bounded('"2024-01-01"', '"2024-02-01"')
    const timestampMicros = BigInt(Date.UTC(2024, 1, 9)) * 1000n
    expect(fileMayMatch(table, condition)(file)).toBe(true)
    expect(fileMayMatch(table, condition, { timestampMicros })(file)).toBe(false)
  })
})

describe('floating-point numbers', () => {
  it('may be NaN, which statistics do not cover and which sorts above all', () => {
    expect(
      matching(DOUBLE, bounded('1.5', '2.5'), [
        'c > 3',
        'c = 3D',
        'c >= 3 AND c < 10',
        'c BETWEEN 3 AND 10',
        "c = DOUBLE('NaN')",
        'c < 1',
      ]),
    ).toEqual(['c > 3', "c = DOUBLE('NaN')"])
  })

  it('of a float are told in its shortest form or as a double', () => {
    for (const text of ['0.1', '0.10000000149011612']) {
      expect(matching(FLOAT, bounded(text, text), ["c = FLOAT('0.1')", "c < FLOAT('0.1')"])).toEqual([
        "c = FLOAT('0.1')",
      ])
    }
  })

  it('that were floats before the column was widened', () => {
    const widened = field('c', DOUBLE, true, {
      'delta.typeChanges': [{ fromType: 'float', toType: 'double' }],
    })
    const condition = parseExpression("c = CAST(FLOAT('0.1') AS DOUBLE)")
    expect(fileMayMatch(facts([widened]), condition)(bounded('0.1', '0.1'))).toBe(true)
  })

  it.each(['"NaN"', '"Infinity"', 'null', '"x"'])('an upper bound of %s', (max) => {
    expect(matching(DOUBLE, bounded('1', max), ['c = 1e300'])).toHaveLength(1)
  })
})

describe('what cannot be known may match', () => {
  it.each([
    ['no statistics', { stats: null }],
    ['an empty text', { stats: '' }],
    ['a torn text', { stats: '{"numRecords":3,"minVal' }],
    ['a text of another kind', { stats: '[1]' }],
    ['bounds of another kind', { stats: '{"minValues":{"c":"x"},"maxValues":{"c":true}}' }],
    ['null bounds', { stats: '{"minValues":{"c":null},"maxValues":null}' }],
    ['a fraction for a whole number', { stats: '{"minValues":{"c":6.5},"maxValues":{"c":7.5}}' }],
  ])('%s', (_case, more) => {
    expect(matching(LONG, fileInLog('f', more), ['c = 1', 'c IS NULL', 'c IS NOT NULL'])).toHaveLength(3)
  })

  it('wide bounds still bound, and their null counts tell only of none and all', () => {
    const wide = fileInLog('f', {
      stats:
        '{"numRecords":3,"minValues":{"c":1},"maxValues":{"c":9},"nullCount":{"c":2},"tightBounds":false}',
    })
    expect(matching(LONG, wide, ['c = 10', 'c = 5', 'c IS NULL', 'c IS NOT NULL'])).toEqual([
      'c = 5',
      'c IS NULL',
      'c IS NOT NULL',
    ])
  })
})

describe('nested fields and mapped names', () => {
  const s = field(
    's',
    struct([field('x', LONG, true, { 'delta.columnMapping.physicalName': 'p-x' })]),
    true,
    {
      'delta.columnMapping.physicalName': 'p-s',
    },
  )
  const file = (stats: string) => fileInLog('f', { stats })

  it('are found by their path', () => {
    const test = fileMayMatch(facts([s]), parseExpression('s.x > 5'))
    expect(test(file('{"maxValues":{"s":{"x":5}}}'))).toBe(false)
    expect(test(file('{"maxValues":{"s.x":5}}'))).toBe(true)
  })

  it('are found by their physical names where the table maps columns', () => {
    const table = facts([s], { configuration: { 'delta.columnMapping.mode': 'name' } })
    const test = fileMayMatch(table, parseExpression('s.x > 5'))
    expect(test(file('{"maxValues":{"p-s":{"p-x":5}}}'))).toBe(false)
    expect(test(file('{"maxValues":{"s":{"x":5}}}'))).toBe(true)
  })

  it('may be qualified by the name that is given', () => {
    const condition = parseExpression('t.c = 1 AND other.c = 2')
    expect(fileMayMatch(facts([field('c', LONG)]), condition, { alias: 't' })(bounded('5', '5'))).toBe(false)
    expect(fileMayMatch(facts([field('c', LONG)]), condition, { alias: 't' })(bounded('1', '1'))).toBe(true)
  })
})

describe('partition values', () => {
  const columns = [field('day', DATE), field('n', INTEGER), field('flag', BOOLEAN), field('c', LONG)]
  const table = facts(columns, { partitionColumns: ['day', 'N', 'flag'] })
  const file = fileInLog('f', { partitionValues: { day: '2024-02-29', n: '7', flag: '' }, stats: null })

  it.each([
    ["day = '2024-02-29'", true, true],
    ["day = '2024-03-01'", false, false],
    ['n IN (6, 7) AND year(day) = 2024', true, true],
    ['n % 2 = 1', true, false],
    ['flag IS NULL', true, true],
    ['flag', false, false],
    ['NOT flag', false, false],
    ['n = 7 OR flag', true, true],
    ['n = 7 AND c = 1', true, false],
    ['n = 8 AND c = 1', false, false],
    ["date_format(day, 'E') = 'Thu'", true, false],
  ])('%s: may match %s, holds for all rows %s', (text, mayMatch, holds) => {
    const condition = parseExpression(text)
    expect(fileMayMatch(table, condition)(file)).toBe(mayMatch)
    expect(partitionFilter(table, condition)(file)).toBe(holds)
  })

  it('stand under physical names where the table maps columns', () => {
    const mapped = field('p', STRING, true, { 'delta.columnMapping.physicalName': 'col-1' })
    const configuration = { 'delta.columnMapping.mode': 'name' }
    const test = partitionFilter(
      facts([mapped], { partitionColumns: ['p'], configuration }),
      parseExpression("p = 'a'"),
    )
    expect(test(fileInLog('f', { partitionValues: { 'col-1': 'a' } }))).toBe(true)
    expect(test(fileInLog('f', { partitionValues: { 'col-1': 'b' } }))).toBe(false)
  })

  it.each([
    ['CAST(at AS DATE)', DATE, '2024-02-29'],
    ['to_date(`at`)', DATE, '2024-02-29'],
    ['year(at)', INTEGER, '2024'],
    ["date_format(at, 'yyyy-MM')", STRING, '2024-02'],
    ["DATE_TRUNC('MONTH', at)", TIMESTAMP, '2024-02-01T00:00:00.000000Z'],
    ["trunc(at, 'YEAR')", DATE, '2024-01-01'],
  ])('that are generated as %s tell of their source', (expression, type, value) => {
    const generated = field('p', type, true, { 'delta.generationExpression': expression })
    const events = facts([field('at', TIMESTAMP), generated], { partitionColumns: ['p'] })
    const may = (condition: string) =>
      fileMayMatch(events, parseExpression(condition))(fileInLog('f', { partitionValues: { p: value } }))
    expect(may("at >= TIMESTAMP '2024-02-29 10:00:00'")).toBe(true)
    expect(may("at >= TIMESTAMP '2025-01-01 00:00:00'")).toBe(false)
    expect(may("at < TIMESTAMP '2024-01-01 00:00:00'")).toBe(false)
    expect(may('at IS NULL')).toBe(false)
  })
})
