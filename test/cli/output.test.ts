import { describe, expect, test } from 'vitest'
import { formatBytes, formatCount, formatDuration } from '../../src/cli/output/format-number.ts'
import { textTable } from '../../src/cli/output/text-table.ts'
import { type RowFormat, writeRows } from '../../src/cli/output/write-rows.ts'
import { rowEncoder } from '../../src/engine/encode-row.ts'
import type { Row, Value } from '../../src/engine/engine.ts'
import {
  array,
  BINARY,
  BOOLEAN,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  field,
  INTEGER,
  LONG,
  map,
  STRING,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
} from '../../src/types/data-type.ts'

const json = (type: DataType, value: Value) => rowEncoder(struct([field('v', type)]))([value])

describe('a value as JSON', () => {
  test.each<[string, DataType, Value, string]>([
    ['a 64-bit integer keeps all digits', LONG, 9223372036854775807n, '9223372036854775807'],
    [
      'a decimal keeps all digits',
      decimal(38, 18),
      '12345678901234567890.123456789012345678',
      '12345678901234567890.123456789012345678',
    ],
    ['a decimal keeps its scale', decimal(10, 2), '12.50', '12.50'],
    ['a double is its shortest text', DOUBLE, 0.1, '0.1'],
    ['a double keeps the sign of zero', DOUBLE, -0, '-0.0'],
    ['NaN is a string', DOUBLE, Number.NaN, '"NaN"'],
    ['so is infinity', DOUBLE, Number.NEGATIVE_INFINITY, '"-Infinity"'],
    [
      'a timestamp is ISO 8601 in UTC',
      TIMESTAMP,
      '2025-01-31 10:00:00.500000',
      '"2025-01-31T10:00:00.500000Z"',
    ],
    ['with all its microseconds', TIMESTAMP, '2025-01-31 10:00:00', '"2025-01-31T10:00:00.000000Z"'],
    [
      'a timestamp without zone has no Z',
      TIMESTAMP_NTZ,
      '2025-01-31 10:00:00.000001',
      '"2025-01-31T10:00:00.000001"',
    ],
    ['a date', DATE, '2025-01-31', '"2025-01-31"'],
    ['binary is base64', BINARY, new Uint8Array([1, 2, 255]), '"AQL/"'],
    ['a string is escaped', STRING, 'a"b\n', '"a\\"b\\n"'],
    ['a boolean', BOOLEAN, true, 'true'],
    ['NULL', STRING, null, 'null'],
    ['an array', array(LONG), [1n, null], '[1,null]'],
    ['a map is an object', map(STRING, INTEGER), new Map([['a', 1]]), '{"a":1}'],
    [
      'a key that is no string is its text',
      map(INTEGER, DATE),
      new Map([[7, '2025-01-31']]),
      '{"7":"2025-01-31"}',
    ],
    [
      'a struct is an object, its fields in order',
      struct([field('b', INTEGER), field('a', decimal(3, 1))]),
      { a: '1.0', b: 2 },
      '{"b":2,"a":1.0}',
    ],
  ])('%s', (_, type, value, expected) => {
    expect(json(type, value)).toBe(`{"v":${expected}}`)
  })
})

const schema = struct([field('name', STRING), field('amount', decimal(10, 2)), field('at', TIMESTAMP)])
const chunks: Row[][] = [
  [
    ['Ada', '12.50', '2025-01-31 10:00:00.000000'],
    ['', null, '2025-01-31 10:00:00.250000'],
  ],
  [['say "hi", Köln', '1000.00', null]],
]

async function written(format: RowFormat, rows = chunks): Promise<string> {
  let text = ''
  await writeRows({ schema, chunks: rows }, format, { write: (part) => (text += part) })
  return text
}

describe('rows are printed', () => {
  test('as a table, its columns as wide as the first rows need', async () => {
    expect(await written('table')).toBe(
      [
        'name             amount  at',
        '──────────────  ───────  ──────────────────────',
        'Ada               12.50  2025-01-31 10:00:00',
        '                   NULL  2025-01-31 10:00:00.25',
        'say "hi", Köln  1000.00  NULL',
        '',
      ].join('\n'),
    )
  })

  test('as a table, from which a wider row far down pushes its line out', async () => {
    const many: Row[] = Array.from({ length: 200 }, () => ['Ada', null, null])
    const lines = (await written('table', [many, [['Ada Lovelace', null, null]]])).split('\n')
    expect([lines[0], lines[2], lines.at(-2)]).toEqual([
      'name  amount  at',
      'Ada     NULL  NULL',
      'Ada Lovelace    NULL  NULL',
    ])
  })

  test('as a JSON array, a row a line', async () => {
    expect(await written('json')).toBe(
      [
        '[',
        '{"name":"Ada","amount":12.50,"at":"2025-01-31T10:00:00.000000Z"},',
        '{"name":"","amount":null,"at":"2025-01-31T10:00:00.250000Z"},',
        '{"name":"say \\"hi\\", Köln","amount":1000.00,"at":null}',
        ']',
        '',
      ].join('\n'),
    )
  })

  test('as CSV, where NULL differs from an empty string', async () => {
    expect(await written('csv')).toBe(
      [
        'name,amount,at',
        'Ada,12.50,2025-01-31 10:00:00',
        '"",,2025-01-31 10:00:00.25',
        '"say ""hi"", Köln",1000.00,',
        '',
      ].join('\r\n'),
    )
  })

  test('also when there are none', async () => {
    expect(await written('table', [])).toBe('name  amount  at\n────  ──────  ──\n')
    expect(await written('json', [])).toBe('[]\n')
    expect(await written('csv', [])).toBe('name,amount,at\r\n')
  })

  test('so that data can neither break a line nor steer the terminal', async () => {
    expect(await written('table', [[['a\nb\u001b[2J', null, null]]])).toContain('a\\nb\\u001b[2J')
  })
})

test('columns line up by the cells that characters take', () => {
  const columns = [
    { title: 'city', align: 'left' },
    { title: 'n', align: 'right' },
  ] as const
  expect(
    textTable(columns, [
      ['東京', '1'],
      ['Zu\u0308rich', '20'],
    ]),
  ).toBe(['city     n', '──────  ──', '東京     1', 'Zu\u0308rich  20', ''].join('\n'))
})

test('numbers for people', () => {
  expect([0, 999, 1000, 1234567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567'])
  expect([0.4, 850, 1234, 59_949, 125_000, 11_220_000].map(formatDuration)).toEqual([
    '0 ms',
    '850 ms',
    '1.2 s',
    '59.9 s',
    '2 min 5 s',
    '3 h 7 min',
  ])
  expect([0, 999, 1400, 2_500_000].map(formatBytes)).toEqual(['0 B', '999 B', '1.4 kB', '2.5 MB'])
})
