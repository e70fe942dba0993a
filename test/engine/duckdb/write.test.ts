import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyToParquet, type WriteTarget } from '../../../src/engine/duckdb/write.ts'
import {
  array,
  BINARY,
  BOOLEAN,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  INTEGER,
  LONG,
  map,
  STRING,
  type StructField,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  VARIANT,
  VOID,
} from '../../../src/types/data-type.ts'
import { deltaRelation, openTestDuckdb, type TestDuckdb } from '../../support/delta.ts'

let duckdb: TestDuckdb
const folder = mkdtempSync(join(tmpdir(), 'millrace-write-'))
beforeAll(async () => {
  duckdb = await openTestDuckdb()
})
afterAll(() => {
  duckdb.close()
  rmSync(folder, { recursive: true, force: true })
})

let runs = 0
const write = (sql: string, columns: readonly StructField[], target: Partial<WriteTarget> = {}) =>
  copyToParquet(
    duckdb.connection,
    { sql, schema: target.schema ?? struct(columns) },
    { schema: struct(columns), partitionColumns: [], folder: join(folder, `${++runs}`), ...target },
  )

const read = async (sql: string): Promise<unknown[][]> =>
  (await duckdb.connection.runAndReadAll(sql)).getRowsJson() as unknown[][]

const mapped = (name: string, type: DataType, physicalName: string, id: number): StructField =>
  field(name, type, true, {
    'delta.columnMapping.physicalName': physicalName,
    'delta.columnMapping.id': id,
  })

describe('files of a table with column mapping', () => {
  const columns = [
    mapped('id', LONG, 'p-id', 1),
    mapped('who', struct([mapped('name', STRING, 'p-name', 3)]), 'p-who', 2),
    mapped('list', array(struct([mapped('x', LONG, 'p-x', 5)])), 'p-list', 4),
    mapped('dict', map(STRING, struct([mapped('y', LONG, 'p-y', 7)])), 'p-dict', 6),
  ]
  const sql = `SELECT 1 AS id, {'name': 'a'} AS who, [{'x': 2}, NULL] AS list, MAP {'k': {'y': 3}} AS dict`

  it('have physical names at every depth, and field ids', async () => {
    const [file] = await write(sql, columns, { columnMapping: 'name' })
    expect(await read(`SELECT * FROM '${file!.localPath}'`)).toEqual([
      ['1', { 'p-name': 'a' }, [{ 'p-x': '2' }, null], [{ key: 'k', value: { 'p-y': '3' } }]],
    ])
    const ids = await read(
      `SELECT name, field_id FROM parquet_schema('${file!.localPath}') WHERE field_id IS NOT NULL ORDER BY 2`,
    )
    expect(ids).toEqual(
      ['p-id', 'p-who', 'p-name', 'p-list', 'p-x', 'p-dict', 'p-y'].map((name, i) => [name, String(i + 1)]),
    )
  })

  it('are told of by the names of the table', async () => {
    const [file] = await write(sql, columns, { columnMapping: 'id', partitionColumns: ['id'] })
    expect(file!.partitionValues).toEqual({ id: '1' })
    expect(file!.columns).toEqual([
      { path: ['who', 'name'], min: 'a', max: 'a', nullCount: 0n, hasNan: false },
    ])
  })

  it('are named as the columns are where the table maps none', async () => {
    const [file] = await write(sql, columns)
    const names = await read(`DESCRIBE SELECT * FROM '${file!.localPath}'`)
    expect(names.map(([name, type]) => [name, type])).toEqual([
      ['id', 'BIGINT'],
      ['who', 'STRUCT("name" VARCHAR)'],
      ['list', 'STRUCT(x BIGINT)[]'],
      ['dict', 'MAP(VARCHAR, STRUCT(y BIGINT))'],
    ])
  })
})

describe('partition values', () => {
  it.each<[string, DataType, string, string | null]>([
    ['a boolean', BOOLEAN, 'true', 'true'],
    ['a whole number', LONG, '-9007199254740993', '-9007199254740993'],
    ['a float', FLOAT, '0.1', '0.1'],
    ['a double', DOUBLE, '2021', '2021.0'],
    ['a number that is none', DOUBLE, "'NaN'", 'NaN'],
    ['infinity', FLOAT, "'-Infinity'", '-Infinity'],
    ['a decimal with its scale', decimal(8, 5), '234', '234.00000'],
    ['a date', DATE, "DATE '1066-10-14'", '1066-10-14'],
    ['a timestamp', TIMESTAMP, "TIMESTAMPTZ '2024-01-01 10:00:00+02'", '2024-01-01T08:00:00.000000Z'],
    [
      'a timestamp without zone',
      TIMESTAMP_NTZ,
      "TIMESTAMP '2024-01-01 10:00:00.5'",
      '2024-01-01 10:00:00.500000',
    ],
    ['bytes', BINARY, "'\\x01\\xC3\\xA9'::BLOB", '\u0001é'],
    ['a string as it is', STRING, "'a/b=%20 ''é'", "a/b=%20 'é"],
    ['the text NULL', STRING, "'NULL'", 'NULL'],
    ["the name of Hive's folder", STRING, "'__HIVE_DEFAULT_PARTITION__'", '__HIVE_DEFAULT_PARTITION__'],
    ['an empty string, which is null', STRING, "''", null],
    ['null', LONG, 'NULL', null],
    ['a text too long for a folder', STRING, "repeat('é/', 200)", 'é/'.repeat(200)],
  ])('of %s', async (_case, type, value, text) => {
    const columns = [field('p', type), field('x', LONG)]
    const [file] = await write(`SELECT ${value} AS p, 1 AS x`, columns, { partitionColumns: ['p'] })
    expect(file!.partitionValues).toEqual({ p: text })
    expect(await read(`SELECT * FROM read_parquet('${file!.localPath}', hive_partitioning = false)`)).toEqual(
      [['1']],
    )
  })

  it('do not clash with columns named like what the writer adds', async () => {
    const columns = [field('key0', LONG), field('p', LONG), field('key_row', LONG)]
    const files = await write('SELECT 1 AS key0, 2 AS p, 3 AS key_row', columns, {
      partitionColumns: ['p'],
      orderBy: ['key0'],
    })
    expect(files.map((each) => each.partitionValues)).toEqual([{ p: '2' }])
    const path = files[0]!.localPath
    expect(await read(`SELECT * FROM read_parquet('${path}', hive_partitioning = false)`)).toEqual([
      ['1', '3'],
    ])
  })
})

describe('rows in order', () => {
  it('are sorted within the files and across them, by columns that the table lacks', async () => {
    const files = await write(
      'SELECT i AS id, hash(i) AS curve, md5(i::VARCHAR) AS t FROM range(60000) AS r(i)',
      [field('id', LONG), field('t', STRING)],
      {
        schema: struct([field('id', LONG), field('t', STRING)]),
        orderBy: ['curve'],
        targetFileSize: 250_000,
      },
    )
    expect(files.length).toBeGreaterThan(2)
    let last = -1n
    for (const { localPath } of files) {
      const curve = await read(
        `SELECT hash(id)::VARCHAR FROM read_parquet('${localPath}', file_row_number = true) ORDER BY file_row_number`,
      )
      for (const [value] of curve) {
        expect(BigInt(value as string)).toBeGreaterThan(last)
        last = BigInt(value as string)
      }
    }
    const rows = files.map((each) => each.numRecords).reduce((sum, each) => sum + each)
    expect(rows).toBe(60_000n)
  })

  it('are sorted within each partition', async () => {
    const files = await write(
      'SELECT i % 3 AS p, i AS id FROM range(30000) AS r(i)',
      [field('p', INTEGER), field('id', LONG)],
      { partitionColumns: ['p'], orderBy: ['id'] },
    )
    expect(files.map((each) => each.partitionValues.p).sort()).toEqual(['0', '1', '2'])
    for (const { localPath } of files) {
      const ids = await read(
        `SELECT id FROM read_parquet('${localPath}', file_row_number = true) ORDER BY file_row_number`,
      )
      expect(ids).toEqual([...ids].sort(([a], [b]) => Number(a) - Number(b)))
    }
  })
})

describe('files of a wanted size', () => {
  const columns = [field('p', INTEGER), field('t', STRING)]
  const sql = 'SELECT i % 2 AS p, md5(i::VARCHAR) AS t FROM range(200000) AS r(i)'

  it.each([[[]], [['p']]])('partitioned by %j', async (partitionColumns: string[]) => {
    const files = await write(sql, columns, { partitionColumns, targetFileSize: 1_000_000 })
    expect(files.length).toBeGreaterThan(3)
    for (const { sizeBytes } of files) expect(sizeBytes).toBeLessThan(2_500_000)
    expect(files.reduce((sum, each) => sum + each.numRecords, 0n)).toBe(200_000n)
  })
})

it('void columns stand in no file, nested ones neither', async () => {
  const columns = [field('v', VOID), field('s', struct([field('x', LONG), field('v', VOID)]))]
  const [file] = await write("SELECT NULL AS v, {'x': 1, 'v': NULL} AS s", columns)
  expect(await read(`SELECT * FROM '${file!.localPath}'`)).toEqual([[{ x: '1' }]])
})

it('variants are written as their bytes, unshredded, and read back', async () => {
  const columns = [field('v', VARIANT), field('l', array(struct([field('v', VARIANT)])))]
  const sql = `SELECT {'a': 1}::VARIANT AS v, [{'v': 'x'::VARIANT}, NULL] AS l UNION ALL SELECT NULL, NULL`
  const [file] = await write(sql, columns)
  const names = await read(`SELECT name FROM parquet_schema('${file!.localPath}') WHERE name = 'typed_value'`)
  expect(names).toEqual([])
  // NULL, not the variant null.
  expect(await read(`SELECT count(v) FROM read_parquet('${file!.localPath}')`)).toEqual([['1']])
  const scan = {
    kind: 'delta',
    files: [{ path: file!.localPath, partitionValues: {}, sizeBytes: 0 }],
    tableSchema: struct(columns),
    partitionColumns: [],
    columnMapping: 'none',
  } as const
  const relation = await deltaRelation(duckdb.connection, scan, struct(columns))
  expect(
    await read(
      `SELECT CAST(CAST(v AS JSON) AS VARCHAR), CAST(CAST(l[1].v AS JSON) AS VARCHAR) FROM ${relation} WHERE v IS NOT NULL`,
    ),
  ).toEqual([['{"a":1}', '"x"']])
  expect(await read(`SELECT * FROM ${relation} WHERE v IS NULL`)).toEqual([[null, null]])
})

it('no file is written for no rows', async () => {
  expect(await write('SELECT 1 AS id WHERE false', [field('id', LONG)])).toEqual([])
  expect(await write('SELECT 1 AS id WHERE false', [field('id', LONG)], { orderBy: ['id'] })).toEqual([])
})

describe('rows of a dictionary are found by', () => {
  const found = async (type: DataType, values: string, condition: string) => {
    const [file] = await write(`SELECT unnest(${values}) AS v FROM range(8)`, [field('v', type)])
    return read(`SELECT count(*) FROM '${file!.localPath}' WHERE ${condition}`)
  }

  it('binaries of any bytes', async () => {
    const bytes = `'\\xC3\\xA9'::BLOB`
    expect(await found(BINARY, `[${bytes}, 'ab'::BLOB]`, `v = ${bytes}`)).toEqual([['8']])
  })

  it('zeros of either sign', async () => {
    expect(await found(DOUBLE, '[0.0, 1.5]::DOUBLE[]', `v = '-0.0'::DOUBLE`)).toEqual([['8']])
    expect(await found(FLOAT, `['-0.0', '1.5']::FLOAT[]`, 'v = 0.0::FLOAT')).toEqual([['8']])
  })
})
