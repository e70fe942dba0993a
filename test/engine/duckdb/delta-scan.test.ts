import { mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rowMetadata } from '../../../src/delta/index.ts'
import { type DeltaScan, type DeltaScanFile, FILE_INDEX, ROW_POSITION } from '../../../src/plan/scan.ts'
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
  type StructField,
  type StructType,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  VARIANT,
  VOID,
} from '../../../src/types/data-type.ts'
import { deltaRelation, openTestDuckdb, type TestDuckdb, temporaryFolder } from '../../support/delta.ts'

const folder = temporaryFolder()
let duckdb: TestDuckdb
beforeAll(async () => {
  duckdb = await openTestDuckdb()
})
afterAll(() => {
  duckdb.close()
  folder.remove()
})

let count = 0
/** A file of a query's rows. */
async function file(query: string, more: Partial<DeltaScanFile> = {}, option = ''): Promise<DeltaScanFile> {
  const path = join(folder.path, `${count++}`, `x=o'clock%20`, 'data.parquet')
  mkdirSync(dirname(path), { recursive: true })
  await duckdb.connection.run(
    `COPY (${query}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet${option && `, ${option}`})`,
  )
  return { path, sizeBytes: 0, partitionValues: {}, ...more }
}

function scanOf(
  tableSchema: StructType,
  files: readonly DeltaScanFile[],
  more: Partial<DeltaScan> = {},
): DeltaScan {
  return { kind: 'delta', files, tableSchema, partitionColumns: [], columnMapping: 'none', ...more }
}

const run = async (sql: string) => (await duckdb.connection.runAndReadAll(sql)).getRowsJson()
const rows = async (scan: DeltaScan, schema = scan.tableSchema) =>
  run(`SELECT * FROM ${await deltaRelation(duckdb.connection, scan, schema)} ORDER BY ALL`)

describe('a delta scan', () => {
  it('of no files has the columns of the table', async () => {
    const schema = struct([
      field('id', LONG),
      field('nothing', VOID),
      field('s', struct([field('x', STRING)])),
    ])
    const sql = await deltaRelation(duckdb.connection, scanOf(schema, []), schema)
    expect(await run(`SELECT * FROM ${sql}`)).toEqual([])
    expect((await run(`DESCRIBE SELECT * FROM ${sql}`)).map((each) => each[0])).toEqual([
      'id',
      'nothing',
      's',
    ])
  })

  it('matches columns by name, without case: missing ones are null, others are ignored', async () => {
    const schema = struct([field('id', LONG), field('Name', STRING), field('added', DATE)])
    const files = [
      await file(`SELECT 1::BIGINT AS id, 'a' AS "name"`),
      await file(`SELECT 'b' AS NAME, 2::BIGINT AS ID, DATE '2026-01-31' AS added, 'x' AS dropped`),
    ]
    expect(await rows(scanOf(schema, files))).toEqual([
      ['1', 'a', null],
      ['2', 'b', '2026-01-31'],
    ])
    expect(await rows(scanOf(schema, [files[0]!]))).toEqual([['1', 'a', null]])
  })

  it('reads only the columns that are wanted, in their order and spelling', async () => {
    const schema = struct([field('a', LONG), field('b', LONG), field('p', LONG)])
    const scan = scanOf(
      schema,
      [await file('SELECT 1::BIGINT AS a, 2::BIGINT AS b', { partitionValues: { p: '3' } })],
      {
        partitionColumns: ['p'],
      },
    )
    const sql = await deltaRelation(duckdb.connection, scan, struct([field('P', LONG), field('b', LONG)]))
    expect((await duckdb.connection.runAndReadAll(`SELECT * FROM ${sql}`)).getRowObjectsJson()).toEqual([
      { P: '3', b: '2' },
    ])
    expect(
      await run(`SELECT count(*) FROM ${await deltaRelation(duckdb.connection, scan, struct([]))}`),
    ).toEqual([['1']])
  })

  it('widens what older files hold in narrower types', async () => {
    const schema = struct([
      field('n', LONG),
      field('d', DOUBLE),
      field('m', decimal(20, 4)),
      field('t', TIMESTAMP_NTZ),
    ])
    const files = [
      await file(`SELECT 1::TINYINT AS n, 0.5::FLOAT AS d, 1.25::DECIMAL(5, 2) AS m, DATE '2026-01-31' AS t`),
      await file(
        `SELECT 5000000000 AS n, 0.1::DOUBLE AS d, 2.0001::DECIMAL(20, 4) AS m, TIMESTAMP '2026-01-31 10:00:00' AS t`,
      ),
    ]
    expect(await rows(scanOf(schema, files))).toEqual([
      ['1', 0.5, '1.2500', '2026-01-31 00:00:00'],
      ['5000000000', 0.1, '2.0001', '2026-01-31 10:00:00'],
    ])
  })

  it('fills fields that nested values lack', async () => {
    const inner = struct([field('x', LONG), field('y', STRING)])
    const schema = struct([field('s', inner), field('l', array(inner)), field('m', map(STRING, inner))])
    const files = [
      await file(`SELECT {'x': 1::BIGINT} AS s, [{'x': 2::BIGINT}] AS l, MAP {'k': {'x': 3::BIGINT}} AS m`),
      await file(
        `SELECT {'y': 'a', 'x': 4} AS s, NULL::STRUCT(x BIGINT, y VARCHAR)[] AS l, NULL::MAP(VARCHAR, STRUCT(y VARCHAR, x BIGINT)) AS m`,
      ),
    ]
    expect(await rows(scanOf(schema, files))).toEqual([
      [{ x: '1', y: null }, [{ x: '2', y: null }], [{ key: 'k', value: { x: '3', y: null } }]],
      [{ x: '4', y: 'a' }, null, null],
    ])
  })

  it('takes partition values of every type from the log, whatever the files hold', async () => {
    const types = struct([
      field('b', BYTE),
      field('s', SHORT),
      field('i', INTEGER),
      field('l', LONG),
      field('f', FLOAT),
      field('d', DOUBLE),
      field('m', decimal(10, 3)),
      field('t', BOOLEAN),
      field('x', STRING),
      field('y', BINARY),
      field('day', DATE),
      field('at', TIMESTAMP),
      field('local', TIMESTAMP_NTZ),
    ])
    const partitionColumns = types.fields.map((each) => each.name)
    const schema = struct([...types.fields, field('id', LONG)])
    const values = {
      b: '-128',
      s: '7',
      i: '7',
      l: '9007199254740993',
      f: '2021.0',
      d: '1.5E10',
      m: '0',
      t: 'true',
      x: `o'clock %20 "null"`,
      y: '\u0001é',
      day: '2024-02-29',
      at: '2024-01-01T10:00:00.000001Z',
      local: '2024-01-01 10:00:00',
    }
    const nothing = Object.fromEntries(partitionColumns.map((each) => [each, null]))
    const files = [
      await file(`SELECT 1::BIGINT AS id, 'wrong' AS i`, { partitionValues: values }),
      await file('SELECT 2::BIGINT AS id', { partitionValues: nothing }),
      await file('SELECT 3::BIGINT AS id', {
        partitionValues: { ...nothing, x: '', at: '2024-01-01 10:00:00' },
      }),
    ]
    const scan = scanOf(schema, files, { partitionColumns })
    const result = await run(
      `SELECT * REPLACE ("at"::VARCHAR AS "at") FROM ${await deltaRelation(duckdb.connection, scan, schema)} ORDER BY id`,
    )
    const nulls = partitionColumns.map(() => null)
    expect(result).toEqual([
      [
        -128,
        7,
        7,
        '9007199254740993',
        2021,
        15000000000,
        '0.000',
        true,
        `o'clock %20 "null"`,
        '\\x01\\xC3\\xA9',
        '2024-02-29',
        '2024-01-01 10:00:00.000001+00',
        '2024-01-01 10:00:00',
        '1',
      ],
      [...nulls, '2'],
      [...nulls.with(11, '2024-01-01 10:00:00+00' as never), '3'],
    ])
  })

  it('leaves out deleted rows by their position in the file', async () => {
    const schema = struct([field('id', LONG), field('p', STRING)])
    const files = [
      await file('SELECT range AS id FROM range(5)', { partitionValues: { p: 'a' } }),
      await file('SELECT range + 100 AS id FROM range(5)', {
        partitionValues: { p: 'b' },
        deletedRows: Float64Array.of(0, 3),
      }),
      await file('SELECT range + 200 AS id FROM range(2)', {
        partitionValues: { p: 'c' },
        deletedRows: Float64Array.of(1),
      }),
    ]
    const result = await rows(scanOf(schema, files, { partitionColumns: ['p'] }))
    expect(result.map((each) => each.join(' '))).toEqual([
      '0 a',
      '1 a',
      '2 a',
      '3 a',
      '4 a',
      '101 b',
      '102 b',
      '104 b',
      '200 c',
    ])
  })

  it('gives mapped columns their logical names, nested ones too', async () => {
    const mapped = (name: string, physicalName: string, type: Parameters<typeof field>[1]) =>
      field(name, type, true, { 'delta.columnMapping.physicalName': physicalName })
    const inner = struct([mapped('x', 'col-x', LONG)])
    const schema = struct([
      mapped('id', 'col-1', LONG),
      mapped('s', 'col-2', inner),
      mapped('l', 'col-3', array(inner)),
      mapped('m', 'col-4', map(STRING, inner)),
      mapped('p', 'col-5', STRING),
    ])
    const one = await file(
      `SELECT 1::BIGINT AS "col-1", {'col-x': 2::BIGINT} AS "col-2", [{'col-x': 3::BIGINT}] AS "col-3",
         MAP {'k': {'col-x': 4::BIGINT}} AS "col-4"`,
      { partitionValues: { 'col-5': 'q' } },
    )
    const scan = scanOf(schema, [one], { columnMapping: 'name', partitionColumns: ['p'] })
    expect(await rows(scan)).toEqual([
      ['1', { x: '2' }, [{ x: '3' }], [{ key: 'k', value: { x: '4' } }], 'q'],
    ])
  })

  it('adds what a change feed tells of its files', async () => {
    const schema = struct([field('id', LONG)])
    const change = { version: 7, timestampMs: Date.UTC(2026, 0, 31) }
    const files = [
      await file('SELECT 1::BIGINT AS id', { change: { ...change, type: 'insert' } }),
      await file(`SELECT 2::BIGINT AS id, 'delete' AS _change_type`, { change }),
    ]
    const feed = struct([
      field('id', LONG),
      field('_change_type', STRING),
      field('_commit_version', LONG),
      field('_commit_timestamp', TIMESTAMP),
    ])
    const time = '2026-01-31 00:00:00+00'
    expect(await rows(scanOf(schema, [files[0]!]), feed)).toEqual([['1', 'insert', '7', time]])
    expect(await rows(scanOf(schema, [files[1]!]), feed)).toEqual([['2', 'delete', '7', time]])
    expect(await rows(scanOf(schema, files), feed)).toEqual([
      ['1', 'insert', '7', time],
      ['2', 'delete', '7', time],
    ])
  })

  it('reads strings that an old writer left unmarked', async () => {
    const schema = struct([field('name', STRING)])
    const one = await file(`SELECT encode('é') AS name`)
    expect(await rows(scanOf(schema, [one]))).toEqual([['é']])
  })

  it('keeps filters and column choice at the files', async () => {
    const schema = struct([field('id', LONG), field('other', STRING), field('p', LONG)])
    const files = await Promise.all(
      [1, 2].map((p) =>
        file(`SELECT range AS id, 'x' AS other FROM range(1000)`, { partitionValues: { p: `${p}` } }),
      ),
    )
    const sql = await deltaRelation(
      duckdb.connection,
      scanOf(schema, files, { partitionColumns: ['p'] }),
      schema,
    )
    const plan = String((await run(`EXPLAIN SELECT id FROM ${sql} WHERE id = 7`))[0]![1])
    expect(plan).toMatch(/Filters:\s*\S*\s*id=7/)
    expect(plan).not.toMatch(/other/)
    expect(plan).toMatch(/~[1-9][\d,]* rows/)
  })

  it('reads columns that are named like those that DuckDB makes', async () => {
    const schema = struct([
      field('file_index', LONG),
      field('File_Row_Number', STRING),
      field('late', LONG),
      field('p', LONG),
    ])
    const sql = `SELECT range * 10 AS file_index, 'r' || range AS "File_Row_Number" FROM range(3)`
    const files = [
      { ...(await file(sql, { partitionValues: { p: '1' } })), deletedRows: Float64Array.of(1) },
      await file(sql, { partitionValues: { p: '2' } }),
    ]
    const scan = scanOf(schema, files, { partitionColumns: ['p'] })
    expect(await rows(scan)).toEqual([
      ['0', 'r0', null, '1'],
      ['0', 'r0', null, '2'],
      ['10', 'r1', null, '2'],
      ['20', 'r2', null, '1'],
      ['20', 'r2', null, '2'],
    ])
    const place = struct([field(FILE_INDEX, LONG), field(ROW_POSITION, LONG)])
    expect(
      await run(`SELECT * FROM ${await deltaRelation(duckdb.connection, scan, place)} ORDER BY ALL`),
    ).toHaveLength(5)
  })

  it('tells where a row comes from in _metadata', async () => {
    const schema = struct([field('id', LONG)])
    const one = await file(
      'SELECT range AS id, CASE WHEN range = 1 THEN 77 END AS rid, 5 AS rv FROM range(3)',
      {
        modifiedMs: Date.UTC(2026, 0, 31),
        baseRowId: 100n,
        defaultRowCommitVersion: 3,
        deletedRows: Float64Array.of(0),
      },
    )
    const two = await file('SELECT 9 AS id', { modifiedMs: 0, baseRowId: 200n, defaultRowCommitVersion: 4 })
    const scan: DeltaScan = {
      ...scanOf(schema, [one, two]),
      rowTracking: { rowId: 'rid', rowCommitVersion: 'rv' },
    }
    const configuration = {
      'delta.enableRowTracking': 'true',
      'delta.rowTracking.materializedRowIdColumnName': 'rid',
      'delta.rowTracking.materializedRowCommitVersionColumnName': 'rv',
    }
    const hidden = rowMetadata({ schema, configuration })!
    const sql = await deltaRelation(duckdb.connection, scan, struct([...schema.fields, ...hidden.fields]))
    const found = await run(
      `SELECT id, m.row_index, m.row_id, m.base_row_id, m.row_commit_version, m.default_row_commit_version,
        m.file_name, m.file_size, m.file_modification_time::VARCHAR
       FROM (SELECT id, _metadata AS m FROM ${sql}) ORDER BY id`,
    )
    const [first, second] = [one, two].map((each) => [basename(each.path), String(each.sizeBytes)])
    expect(found).toEqual([
      ['1', '1', '77', '100', '5', '3', ...first!, '2026-01-31 00:00:00+00'],
      ['2', '2', '102', '100', '5', '3', ...first!, '2026-01-31 00:00:00+00'],
      ['9', '0', '200', '200', '4', '4', ...second!, '1970-01-01 00:00:00+00'],
    ])
  })

  it('finds columns by their ids where the files name them otherwise, nested ones too', async () => {
    const mapped = (name: string, type: DataType, id: number): StructField =>
      field(name, type, true, {
        'delta.columnMapping.id': id,
        'delta.columnMapping.physicalName': `col-${id}`,
      })
    const schema = struct([
      mapped('id', LONG, 1),
      mapped('who', struct([mapped('name', STRING, 3), mapped('late', LONG, 9)]), 2),
      mapped('list', array(struct([mapped('x', LONG, 5)])), 4),
    ])
    const foreign = await file(
      `SELECT 1::BIGINT AS a, {'b': 'n'} AS s, [{'c': 2::BIGINT}] AS l`,
      {},
      'FIELD_IDS {a: 1, s: {__duckdb_field_id: 2, b: 3}, l: {__duckdb_field_id: 4, element: {c: 5}}}',
    )
    const own = await file(
      `SELECT 2::BIGINT AS "col-1", {'col-3': 'm'} AS "col-2", [{'col-5': 3::BIGINT}] AS "col-4"`,
    )
    const sql = await deltaRelation(
      duckdb.connection,
      scanOf(schema, [foreign, own], { columnMapping: 'id' }),
      schema,
    )
    expect(await run(`SELECT * FROM ${sql} ORDER BY id`)).toEqual([
      ['1', { name: 'n', late: null }, [{ x: '2' }]],
      ['2', { name: 'm', late: null }, [{ x: '3' }]],
    ])
  })

  it('reads variants in both of their forms, side by side and inside of others', async () => {
    const schema = struct([field('v', VARIANT), field('l', array(struct([field('v', VARIANT)])))])
    const value = `{'a': 1, 'd': DATE '2026-01-31'}::VARIANT`
    const bytes = (sql: string) => `variant_to_parquet_variant(${sql})`
    const files = [
      await file(`SELECT ${value} AS v, [{'v': ${bytes(value)}}] AS l`),
      await file(`SELECT ${bytes(value)} AS v, [{'v': ${bytes(value)}}] AS l`),
      await file('SELECT 1 AS other'),
    ]
    const sql = await deltaRelation(duckdb.connection, scanOf(schema, files), schema)
    const json = '{"a":1,"d":"2026-01-31"}'
    const texts = await run(
      `SELECT CAST(CAST(v AS JSON) AS VARCHAR), CAST(CAST(l[1].v AS JSON) AS VARCHAR) FROM ${sql} WHERE v IS NOT NULL`,
    )
    expect(texts).toEqual([
      [json, json],
      [json, json],
    ])
    expect(await run(`SELECT v, l FROM ${sql} WHERE v IS NULL`)).toEqual([[null, null]])
  })
})
