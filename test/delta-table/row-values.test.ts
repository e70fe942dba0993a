import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CellValue, DeltaTable, type RowSource } from '../../src/delta-table/index.ts'
import { freshPath } from './test-folder.ts'

/** What a value becomes that is written to a column of the type and read again. */
async function roundTrip(type: string, value: CellValue): Promise<unknown> {
  await using table = await DeltaTable.create(freshPath()).addColumns(`x ${type}`).execute()
  await table.append([{ x: value }])
  const [row] = await table.toArray()
  return row!.x
}

describe('a value that is written is read again', () => {
  test.each<[string, CellValue, unknown]>([
    ['BOOLEAN', true, true],
    ['TINYINT', -128, -128],
    ['INT', 2147483647n, 2147483647],
    ['BIGINT', 9223372036854775807n, 9223372036854775807n],
    ['BIGINT', 5, 5n],
    ['DOUBLE', Number.NaN, Number.NaN],
    ['DOUBLE', -0, -0],
    ['FLOAT', 1.5, 1.5],
    ['DECIMAL(38,0)', '99999999999999999999999999999999999999', '99999999999999999999999999999999999999'],
    ['DECIMAL(10,2)', -0.5, '-0.50'],
    ['DECIMAL(10,2)', '007.10', '7.10'],
    ['DECIMAL(10,2)', 12n, '12.00'],
    ['STRING', 'ä\u0000😀', 'ä\u0000😀'],
    ['BINARY', new Uint8Array([0, 255]), Buffer.from([0, 255])],
    ['DATE', '1582-10-04', '1582-10-04'],
    ['DATE', new Date('2026-01-31T23:59:59Z'), '2026-01-31'],
    ['TIMESTAMP', '2026-01-31T10:00:00.123456+02:00', '2026-01-31 08:00:00.123456'],
    ['TIMESTAMP', '2026-01-31', '2026-01-31 00:00:00.000000'],
    ['TIMESTAMP', '0001-01-01 00:00:00.000001', '0001-01-01 00:00:00.000001'],
    ['TIMESTAMP_NTZ', '2026-01-31 10:00', '2026-01-31 10:00:00.000000'],
    ['ARRAY<INT>', [1, null, 3], [1, null, 3]],
    ['MAP<STRING, INT>', { a: 1 }, new Map([['a', 1]])],
    ['MAP<BIGINT, STRING>', new Map([[1n, 'x']]), new Map([[1n, 'x']])],
    ['STRUCT<a: INT, b: ARRAY<DECIMAL(3,1)>>', { a: 1, b: ['1.5'] }, { a: 1, b: ['1.5'] }],
    ['INT', null, null],
    ['INT', undefined, null],
  ])('%s %s', async (type, value, expected) => {
    expect(await roundTrip(type, value)).toEqual(expected)
  })
})

test('decimals of any digits are exact', async () => {
  await using table = await DeltaTable.create(freshPath()).addColumns('i INT, x DECIMAL(38,10)').execute()
  const digits = fc.tuple(fc.bigInt(-(10n ** 28n) + 1n, 10n ** 28n - 1n), fc.stringMatching(/^\d{10}$/))
  const values = fc.sample(digits, 500).map(([whole, fraction]) => `${whole}.${fraction}`)
  await table.append(values.map((x, i) => ({ i, x })))
  const rows = await table.toArray({ orderBy: 'i' })
  expect(rows.map((row) => row.x)).toEqual(values)
})

describe('a value of another type is an error that names row and column', () => {
  test.each<[string, CellValue, string]>([
    ['INT', 2147483648, '2147483648'],
    ['INT', 1.5, '1.5'],
    ['INT', '1', "'1'"],
    ['BIGINT', 2 ** 53, '9007199254740992'],
    ['BOOLEAN', 'true', "'true'"],
    ['DECIMAL(4,2)', '1.234', "'1.234'"],
    ['DECIMAL(4,2)', '100', "'100'"],
    ['DECIMAL(4,2)', '1e3', "'1e3'"],
    ['DATE', '2026-02-30', "'2026-02-30'"],
    ['TIMESTAMP', '2026-01-31 25:00:00', "'2026-01-31 25:00:00'"],
    ['TIMESTAMP', new Date(Number.NaN), 'an invalid Date'],
    ['TIMESTAMP_NTZ', '2026-01-31 10:00:00Z', "'2026-01-31 10:00:00Z'"],
    ['FLOAT', 1e300, '1e+300'],
    ['STRING', 5, '5'],
    ['ARRAY<INT>', 'x', "'x'"],
    ['STRUCT<a: INT>', { a: 1, b: 2 }, '{"a":1,"b":2}'],
  ])('%s %s', async (type, value, shown) => {
    await using table = await DeltaTable.create(freshPath()).addColumns(`x ${type}`).execute()
    await expect(table.append([{ x: null }, { x: value }])).rejects.toMatchObject({
      condition: 'INVALID_ROW_VALUE',
      parameters: { row: '2', column: 'x', value: shown },
    })
    expect(table.version).toBe(0)
  })

  test('the path to a nested value is named', async () => {
    await using table = await DeltaTable.create(freshPath()).addColumns('x ARRAY<STRUCT<a: INT>>').execute()
    await expect(table.append([{ x: [{ a: 1 }, { a: 'one' }] }])).rejects.toMatchObject({
      condition: 'INVALID_ROW_VALUE',
      parameters: { row: '1', column: 'x[1].a', value: "'one'", dataType: 'INT' },
    })
  })
})

describe('rows that are not alike', () => {
  const COLUMNS = "id INT, kind STRING DEFAULT 'click', note STRING"

  async function* numbered(count: number, last: { [column: string]: CellValue }) {
    for (let id = 1; id < count; id++) yield { id }
    yield { id: count, ...last }
  }

  test('each row that leaves a column out gets its default, and one that gives NULL keeps it', async () => {
    await using table = await DeltaTable.create(freshPath()).addColumns(COLUMNS).execute()
    await table.append([
      { id: 1 },
      { id: 2, kind: 'view' },
      { id: 3, KIND: null },
      { id: 4, kind: undefined, note: 'x' },
    ])
    expect(await table.toArray({ orderBy: 'id' })).toEqual([
      { id: 1, kind: 'click', note: null },
      { id: 2, kind: 'view', note: null },
      { id: 3, kind: null, note: null },
      { id: 4, kind: 'click', note: 'x' },
    ])
  })

  test('rows that give nothing are rows of defaults', async () => {
    await using table = await DeltaTable.create(freshPath())
      .addColumn('id', 'BIGINT', { identity: {} })
      .addColumn('kind', 'STRING', { defaultValue: "'click'" })
      .execute()
    await table.append([{}, {}])
    await table.append([])
    expect(await table.toArray({ orderBy: 'id' })).toEqual([
      { id: 1n, kind: 'click' },
      { id: 2n, kind: 'click' },
    ])
  })

  test('the rows of a MERGE have NULL where they leave something out', async () => {
    await using table = await DeltaTable.create(freshPath()).addColumns(COLUMNS).execute()
    await table.append([{ id: 1, kind: 'view' }])
    await table
      .merge(
        [
          { id: 1, note: 'x' },
          { id: 2, kind: 'view', note: 'y' },
        ],
        'target.id = source.id',
      )
      .whenMatchedUpdateAll()
      .whenNotMatchedInsertAll()
      .execute()
    expect(await table.toArray({ orderBy: 'id' })).toEqual([
      { id: 1, kind: null, note: 'x' },
      { id: 2, kind: 'view', note: 'y' },
    ])
  })

  test('a column that an iterable brings behind its first rows is an error, not lost', async () => {
    await using table = await DeltaTable.create(freshPath()).addColumns(COLUMNS).execute()
    await table.append(numbered(10_000, { note: 'x' }))
    expect(await table.count({ where: "note = 'x'" })).toBe(1)
    await expect(table.append(numbered(10_001, { note: 'x' }))).rejects.toMatchObject({
      condition: 'ROW_COLUMN_TOO_LATE',
      parameters: { row: '10001', column: 'note', count: '10000' },
    })
    expect(table.version).toBe(1)
  })

  test.each<[unknown, string, string]>([
    [[{ id: 1 }, null], 'INVALID_ROW', 'Row 2 is null, which is no object.'],
    [[[1, 'a']], 'INVALID_ROW', 'Row 1 is [1,"a"], which is no object.'],
    [{ id: 1 }, 'INVALID_ROWS', '{"id":1} is no source of rows.'],
    [7, 'INVALID_ROWS', '7 is no source of rows.'],
  ])('%j is no source of rows', async (rows, condition, message) => {
    await using table = await DeltaTable.create(freshPath()).addColumns(COLUMNS).execute()
    await expect(table.append(rows as RowSource)).rejects.toMatchObject({ condition, message })
  })
})
