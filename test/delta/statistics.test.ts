import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WrittenColumn } from '../../src/delta/files/written-file.ts'
import { addFileFrom } from '../../src/delta/index.ts'
import { copyToParquet } from '../../src/engine/duckdb/write.ts'
import { duckdbType } from '../../src/sql/duckdb/types.ts'
import {
  array,
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  INTEGER,
  LONG,
  map,
  SHORT,
  STRING,
  type StructType,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
} from '../../src/types/data-type.ts'
import { openTestDuckdb, type TestDuckdb } from '../support/delta.ts'

/** The statistics text of a file with these columns. */
function statistics(
  schema: StructType,
  columns: readonly WrittenColumn[],
  table: { partitionColumns?: string[]; configuration?: Record<string, string> } = {},
): string {
  const written = { sizeBytes: 1, numRecords: 3n, partitionValues: {}, columns }
  return addFileFrom(written, 'f', { schema, partitionColumns: [], configuration: {}, ...table }).stats!
}

/** `{min, max}` of one column as the log tells them, digits kept. */
function bounds(dataType: DataType, min: string, max: string, hasNan?: boolean): unknown[] {
  const text = statistics(struct([field('c', dataType)]), [{ path: ['c'], min, max, nullCount: 0n, hasNan }])
  const { minValues, maxValues } = withDigits(text)
  return [minValues.c, maxValues.c]
}

interface Statistics {
  numRecords: string
  minValues: Record<string, unknown>
  maxValues: Record<string, unknown>
  nullCount: Record<string, unknown>
}

/** Parses statistics with numbers as their texts. */
function withDigits(text: string): Statistics {
  const parse = JSON.parse as (
    text: string,
    reviver: (key: string, value: unknown, context: { source: string }) => unknown,
  ) => Statistics
  return parse(text, (_key, value, { source }) => (typeof value === 'number' ? source : value))
}

describe('statistics of a file', () => {
  it("are written in Spark's form", () => {
    const schema = struct([field('id', LONG), field('s', struct([field('x', STRING), field('y', BOOLEAN)]))])
    const columns = [
      { path: ['id'], min: '1', max: '9007199254740993', nullCount: 0n },
      { path: ['s', 'x'], min: 'a', max: 'b', nullCount: 1n },
      { path: ['s', 'y'], min: '0', max: '1', nullCount: 2n },
    ]
    expect(statistics(schema, columns)).toBe(
      '{"numRecords":3,"minValues":{"id":1,"s":{"x":"a"}},"maxValues":{"id":9007199254740993,"s":{"x":"b"}},' +
        '"nullCount":{"id":0,"s":{"x":1,"y":2}}}',
    )
  })

  it('leave out what is unknown', () => {
    const schema = struct([field('allNull', LONG), field('tags', array(STRING)), field('unseen', LONG)])
    expect(statistics(schema, [{ path: ['allNull'], nullCount: 3n }, { path: ['tags'] }])).toBe(
      '{"numRecords":3,"minValues":{},"maxValues":{},"nullCount":{"allNull":3}}',
    )
  })

  it.each<[string, DataType, string, string, unknown[]]>([
    ['integers', INTEGER, '-5', '7', ['-5', '7']],
    [
      'decimals, every digit',
      decimal(38, 2),
      '-0.10',
      '123456789012345678901234567890.10',
      ['-0.10', '123456789012345678901234567890.10'],
    ],
    [
      'floats as the doubles that they are',
      FLOAT,
      '0.1',
      '3.4028235e+38',
      ['0.10000000149011612', '3.4028234663852886e+38'],
    ],
    ['doubles', DOUBLE, '0.1', '1e300', ['0.1', '1e+300']],
    ['no negative zero', DOUBLE, '-0.0', '-0.0', ['0', '0']],
    ['no infinity', DOUBLE, '-inf', '1.5', [undefined, '1.5']],
    ['dates', DATE, '0001-01-01', '9999-12-31', ['0001-01-01', '9999-12-31']],
    ['no dates outside of four digits', DATE, '0044-03-15 (BC)', '10000-01-01', [undefined, undefined]],
    [
      'timestamps, cut to milliseconds and raised to the next',
      TIMESTAMP,
      '2026-01-31 10:00:00.123456',
      '2026-01-31 23:59:59.999001',
      ['2026-01-31T10:00:00.123Z', '2026-02-01T00:00:00.000Z'],
    ],
    [
      'whole milliseconds as they are',
      TIMESTAMP,
      '2026-01-31 10:00:00.123000',
      '2026-01-31 10:00:00',
      ['2026-01-31T10:00:00.123Z', '2026-01-31T10:00:00.000Z'],
    ],
    [
      'timestamps before 1970',
      TIMESTAMP,
      '1969-12-31 23:59:59.999999',
      '1969-12-31 23:59:59.999999',
      ['1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00.000Z'],
    ],
    [
      'no timestamps beyond the last year',
      TIMESTAMP,
      '9999-12-31 23:59:59.9999',
      '9999-12-31 23:59:59.9999',
      ['9999-12-31T23:59:59.999Z', undefined],
    ],
    [
      'timestamps without zone',
      TIMESTAMP_NTZ,
      '2026-01-31 10:00:00',
      '2026-01-31 10:00:00.0000001',
      ['2026-01-31T10:00:00.000', '2026-01-31T10:00:00.001'],
    ],
    ['no bounds of booleans', BOOLEAN, '0', '1', [undefined, undefined]],
    ['no bounds of bytes', BINARY, 'AB', 'CD', [undefined, undefined]],
  ])('have bounds of %s', (_case, type, min, max, expected) => {
    expect(bounds(type, min, max)).toEqual(expected)
  })

  it('have no bounds of a column with NaN, which sorts above all', () => {
    expect(bounds(DOUBLE, '1', '2', true)).toEqual([undefined, undefined])
  })

  it.each([
    ['short strings whole', 'ab', 'ab', 'ab'],
    ['exactly 32 units whole', 'x'.repeat(32), 'x'.repeat(32), 'x'.repeat(32)],
    [
      'longer ones cut, the upper one with a tie-breaker',
      'x'.repeat(33),
      'x'.repeat(32),
      `${'x'.repeat(32)}\u007f`,
    ],
    [
      'a tie-breaker above what it replaces',
      `${'x'.repeat(32)}é`,
      'x'.repeat(32),
      `${'x'.repeat(32)}\u{10ffff}`,
    ],
    ['no character in halves', `${'x'.repeat(31)}😀z`, `${'x'.repeat(31)}😀`, `${'x'.repeat(31)}😀\u007f`],
    [
      'a longer prefix where nothing sorts above',
      `${'x'.repeat(32)}\u{10ffff}a`,
      'x'.repeat(32),
      `${'x'.repeat(32)}\u{10ffff}\u007f`,
    ],
  ])('have bounds of %s', (_case, value, min, max) => {
    expect(bounds(STRING, value, value)).toEqual([min, max])
  })

  it('have no upper bound where none can be found', () => {
    expect(bounds(STRING, '\u{10ffff}'.repeat(40), '\u{10ffff}'.repeat(40))[1]).toBeUndefined()
  })

  describe('cover', () => {
    const names = Array.from({ length: 40 }, (_, index) => `c${index}`)
    const schema = struct(names.map((name) => field(name, LONG)))
    const columns = names.map((name) => ({ path: [name], min: '1', max: '1', nullCount: 0n }))
    const covered = (configuration: Record<string, string>, partitionColumns: string[] = []) =>
      Object.keys(withDigits(statistics(schema, columns, { configuration, partitionColumns })).nullCount)

    it.each<[string, Record<string, string>, string[]]>([
      ['the first 32 columns', {}, names.slice(0, 32)],
      ['as many as the property says', { 'delta.dataSkippingNumIndexedCols': '2' }, names.slice(0, 2)],
      ['all', { 'delta.dataSkippingNumIndexedCols': '-1' }, names],
      ['none', { 'delta.dataSkippingNumIndexedCols': '0' }, []],
      ['the named ones', { 'delta.dataSkippingStatsColumns': 'c39, `c7`' }, ['c7', 'c39']],
    ])('%s', (_case, configuration, expected) => {
      expect(covered(configuration)).toEqual(expected)
    })

    it('data columns only', () => {
      expect(covered({}, ['c0'])).toEqual(names.slice(1, 33))
    })

    it('all leaves of a named struct', () => {
      const nested = struct([field('s', struct([field('x', LONG), field('y', LONG)])), field('sx', LONG)])
      const leaves = [['s', 'x'], ['s', 'y'], ['sx']].map((path) => ({ path, nullCount: 0n }))
      const text = statistics(nested, leaves, { configuration: { 'delta.dataSkippingStatsColumns': 's' } })
      expect(withDigits(text).nullCount).toEqual({ s: { x: '0', y: '0' } })
    })
  })
})

describe('statistics of what DuckDB wrote', () => {
  let duckdb: TestDuckdb
  const folder = mkdtempSync(join(tmpdir(), 'millrace-statistics-'))
  beforeAll(async () => {
    duckdb = await openTestDuckdb()
  })
  afterAll(() => {
    duckdb.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const integer = (bits: bigint) =>
    fc.bigInt({ min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n }).map(String)
  const fixed = (precision: number, scale: number) =>
    fc.bigInt({ min: 1n - 10n ** BigInt(precision), max: 10n ** BigInt(precision) - 1n }).map((digits) => {
      const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0')
      return `'${digits < 0n ? '-' : ''}${text.slice(0, text.length - scale)}.${text.slice(text.length - scale)}'`
    })
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
  const special = fc.constantFrom("'NaN'", "'Infinity'", "'-Infinity'", '-0.0', '0.0')
  const moment = fc
    .bigInt({ min: -63_000_000_000_000_000n, max: 254_000_000_000_000_000n })
    .map((micros) => `make_timestamp(${micros})`)
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({
      unit: fc.constantFrom('a', '~', '\u007f', 'é', '\uffff', '😀', '\u{10ffff}'),
      maxLength: 80,
    }),
  )
  const values: Record<string, [DataType, fc.Arbitrary<string>]> = {
    byte: [BYTE, integer(8n)],
    short: [SHORT, integer(16n)],
    integer: [INTEGER, integer(32n)],
    long: [LONG, integer(64n)],
    float: [FLOAT, fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }).map(String), special)],
    double: [DOUBLE, fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).map(String), special)],
    small_decimal: [decimal(5, 2), fixed(5, 2)],
    decimal: [decimal(18, 3), fixed(18, 3)],
    large_decimal: [decimal(38, 10), fixed(38, 10)],
    string: [STRING, text.filter((each) => !each.includes('\0')).map(quoted)],
    binary: [BINARY, fc.constantFrom("'\\x00\\xFF'::BLOB", "''::BLOB")],
    boolean: [BOOLEAN, fc.constantFrom('true', 'false')],
    date: [
      DATE,
      fc.integer({ min: -760_000, max: 3_200_000 }).map((days) => `(DATE '1970-01-01' + ${days})`),
    ],
    timestamp: [TIMESTAMP, moment],
    timestamp_ntz: [TIMESTAMP_NTZ, moment],
    list: [
      array(LONG),
      fc.array(fc.oneof(integer(8n), fc.constant('NULL')), { maxLength: 3 }).map((each) => `[${each}]`),
    ],
    dictionary: [map(STRING, LONG), integer(8n).map((each) => `MAP {'k': ${each}}`)],
    nested: [
      struct([field('x', LONG), field('y', STRING)]),
      integer(8n).map((each) => `{'x': ${each}, 'y': 'v${each}'}`),
    ],
  }
  const schema = struct(Object.entries(values).map(([name, [type]]) => field(name, type)))
  const row = fc.record(
    Object.fromEntries(
      Object.entries(values).map(([name, [, value]]) => [name, fc.option(value, { nil: 'NULL', freq: 4 })]),
    ),
  )

  /** Leaf columns with SQL to read them and to read a bound of them. */
  const leaves: [path: string[], sql: string, bound: (text: string) => string][] = [
    ...Object.keys(values)
      .filter((name) => name !== 'nested')
      .map((name): [string[], string, (text: string) => string] => [
        [name],
        `"${name}"`,
        (each) => sqlBound(name, each),
      ]),
    [['nested', 'x'], 'nested.x', (each) => each],
    [['nested', 'y'], 'nested.y', quoted],
  ]
  const sqlBound = (name: string, bound: string) => {
    if (name === 'string') return quoted(bound)
    if (name === 'date') return `DATE ${quoted(bound)}`
    if (name === 'timestamp') return `TIMESTAMPTZ ${quoted(bound)}`
    if (name === 'timestamp_ntz') return `TIMESTAMP ${quoted(bound)}`
    return name.includes('decimal')
      ? `CAST(${quoted(bound)} AS DECIMAL(38, 10))`
      : `CAST(${quoted(bound)} AS DOUBLE)`
  }
  const at = (tree: Record<string, unknown>, path: readonly string[]) =>
    path.reduce<unknown>((node, name) => (node as Record<string, unknown> | undefined)?.[name], tree) as
      | string
      | undefined

  it('are never wrong', async () => {
    const { connection } = duckdb
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), async (rows) => {
        const columns = Object.entries(values)
        const tuples = rows.map(
          (each) =>
            `(${columns.map(([name, [type]]) => `CAST(${each[name]} AS ${duckdbType(type)})`).join(', ')})`,
        )
        const names = columns.map(([name]) => `"${name}"`).join(', ')
        const source = `SELECT * FROM (VALUES ${tuples.join(', ')}) AS v(${names})`
        const [written] = await copyToParquet(
          connection,
          { schema, sql: source },
          { schema, partitionColumns: [], folder: join(folder, `${run++}`) },
        )
        const { stats } = addFileFrom(written!, 'f', { schema, partitionColumns: [], configuration: {} })
        const { numRecords, minValues, maxValues, nullCount } = withDigits(stats!)
        expect(numRecords).toBe(`${rows.length}`)
        const checks = leaves.map(([path, sql, bound]) => {
          const [min, max] = [at(minValues, path), at(maxValues, path)]
          const low = min === undefined ? 'false' : `${sql} < ${bound(min)}`
          const high = max === undefined ? 'false' : `${sql} > ${bound(max)}`
          return `[count(*) FILTER (${sql} IS NULL), count(*) FILTER (${low}), count(*) FILTER (${high})]`
        })
        const counted = await connection.runAndReadAll(
          `SELECT ${checks.join(', ')} FROM read_parquet('${written!.localPath}')`,
        )
        counted.getRowsJson()[0]!.forEach((counts, index) => {
          const [path] = leaves[index]!
          const [nulls, below, above] = counts as string[]
          expect({ path, below, above }).toEqual({ path, below: '0', above: '0' })
          const told = at(nullCount, path)
          if (told !== undefined) expect({ path, nulls: told }).toEqual({ path, nulls })
        })
      }),
      { numRuns: 60 },
    )
  })

  it('tell bounds of every ordered type and null counts of every plain one', async () => {
    const [written] = await copyToParquet(
      duckdb.connection,
      {
        schema,
        sql: `SELECT 1 AS byte, 1 AS short, 1 AS integer, 1 AS long, 0.5 AS float, 0.5 AS double,
          0.5 AS small_decimal, 0.5 AS decimal, 0.5 AS large_decimal, 'a' AS string, 'a'::BLOB AS binary,
          true AS boolean, DATE '2026-01-31' AS date, TIMESTAMPTZ '2026-01-31 10:00:00Z' AS timestamp,
          TIMESTAMP '2026-01-31 10:00:00' AS timestamp_ntz, [1] AS list, MAP {'k': 1} AS dictionary,
          {'x': 1, 'y': 'b'} AS nested`,
      },
      { schema, partitionColumns: [], folder: join(folder, 'all') },
    )
    const { stats } = addFileFrom(written!, 'f', { schema, partitionColumns: [], configuration: {} })
    expect(JSON.parse(stats!)).toMatchObject({
      minValues: {
        byte: 1,
        short: 1,
        integer: 1,
        long: 1,
        float: 0.5,
        double: 0.5,
        small_decimal: 0.5,
        decimal: 0.5,
        large_decimal: 0.5,
        string: 'a',
        date: '2026-01-31',
        timestamp: '2026-01-31T10:00:00.000Z',
        timestamp_ntz: '2026-01-31T10:00:00.000',
        nested: { x: 1, y: 'b' },
      },
      nullCount: { byte: 0, string: 0, binary: 0, boolean: 0, date: 0, timestamp: 0, nested: { x: 0, y: 0 } },
    })
  })
})
