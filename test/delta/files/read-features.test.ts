import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  appendRows,
  DeltaTable,
  deltaScanOf,
  matchingFiles,
  type TableContext,
} from '../../../src/delta/index.ts'
import type { Relation } from '../../../src/plan/relation.ts'
import { parseExpression, parseQuery } from '../../../src/sql/index.ts'
import { localStorage } from '../../../src/storage/index.ts'
import {
  array,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  LONG,
  map,
  STRING,
  type StructField,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  VARIANT,
} from '../../../src/types/data-type.ts'
import { openTestDuckdb, rowsOf, type TestDuckdb, writeFile } from '../../support/delta.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
let duckdb: TestDuckdb
beforeAll(async () => {
  tables = await openTestTables()
  duckdb = await openTestDuckdb()
})
afterAll(async () => {
  duckdb.close()
  await tables.close()
})

let count = 0
/** A table with one file of a query's rows that another writer left, as its columns are in the file. */
async function tableOf(
  columns: readonly StructField[],
  query: string,
  partition: Record<string, string | null> = {},
): Promise<TableContext> {
  const context = await tables.create(`t${count++}`, {
    schema: struct(columns),
    partitionColumns: Object.keys(partition),
  })
  const file = await writeFile(duckdb.connection, context.storage, context.table, query, partition)
  await context.table.startTransaction().addFiles([file]).commit({ operation: 'WRITE' })
  return tables.open(context.storage.name.split('/').at(-1)!)
}

const rows = (context: TableContext) => rowsOf(duckdb.connection, context.storage, context.table.snapshot)

describe('files of other writers', () => {
  it.each<[string, DataType, string, unknown]>([
    ['milliseconds', TIMESTAMP, "TIMESTAMP_MS '2024-02-29 10:00:00.123'", '2024-02-29 10:00:00.123+00'],
    [
      'nanoseconds',
      TIMESTAMP,
      "TIMESTAMP_NS '2024-02-29 10:00:00.123456789'",
      '2024-02-29 10:00:00.123456+00',
    ],
    ['a narrower number', LONG, '7::TINYINT', '7'],
    ['a float for a double', DOUBLE, '0.5::FLOAT', 0.5],
    ['a narrower decimal', decimal(20, 4), '1.25::DECIMAL(4, 2)', '1.2500'],
    ['a whole number for a decimal', decimal(20, 2), '7::INTEGER', '7.00'],
    ['a date for a timestamp without zone', TIMESTAMP_NTZ, "DATE '2024-02-29'", '2024-02-29 00:00:00'],
    ['bytes for a string', STRING, "encode('é')", 'é'],
    ['a list of narrower numbers', array(LONG), '[1::SMALLINT, NULL]', ['1', null]],
    ['a map of narrower numbers', map(STRING, LONG), `MAP {'k': 1::SMALLINT}`, [{ key: 'k', value: '1' }]],
    [
      'a struct without a field',
      struct([field('a', LONG), field('b', LONG)]),
      `{'a': 1}`,
      { a: '1', b: null },
    ],
  ])('with %s', async (_case, type, sql, expected) => {
    const context = await tableOf([field('c', type)], `SELECT ${sql} AS c`)
    expect(await rows(context)).toEqual([[expected]])
  })

  it.each<[string, DataType, string, unknown]>([
    ['a date of a widened column', TIMESTAMP_NTZ, '2024-02-29', '2024-02-29 00:00:00'],
    ['a timestamp without a zone', TIMESTAMP, '2024-01-01 10:00:00', '2024-01-01 10:00:00+00'],
    ['a timestamp in ISO form', TIMESTAMP, '2024-01-01T10:00:00.000001Z', '2024-01-01 10:00:00.000001+00'],
    ['a whole decimal', decimal(10, 3), '0', '0.000'],
    ['a float', FLOAT, '1.5E5', 150_000],
    ['a date far away', DATE, '9999-12-31', '9999-12-31'],
    ['an empty text', STRING, '', null],
    ['a text', STRING, '__HIVE_DEFAULT_PARTITION__', '__HIVE_DEFAULT_PARTITION__'],
  ])('whose partition value is %s', async (_case, type, text, expected) => {
    const context = await tableOf([field('id', LONG), field('p', type)], 'SELECT 1 AS id', { p: text })
    expect(await rows(context)).toEqual([['1', expected]])
  })
})

it('a table of column mapping is written, read and skipped by physical names', async () => {
  const mapped = (name: string, type: DataType, id: number): StructField =>
    field(name, type, true, {
      'delta.columnMapping.id': id,
      'delta.columnMapping.physicalName': `col-${id}`,
    })
  const context = await tables.create('mapped', {
    schema: struct([mapped('p', STRING, 1), mapped('s', struct([mapped('x', LONG, 3)]), 2)]),
    partitionColumns: ['p'],
    configuration: { 'delta.columnMapping.mode': 'name', 'delta.columnMapping.maxColumnId': '3' },
  })
  await appendRows(context, values(`('a', named_struct('x', 1L)), ('b', named_struct('x', 5L))`, ['p', 's']))
  const { snapshot } = await DeltaTable.open(context.storage, tables.engine.deltaPort)
  const files = [...snapshot.files()].sort((a, b) =>
    a.partitionValues['col-1']! < b.partitionValues['col-1']! ? -1 : 1,
  )
  expect(files.map((each) => [each.partitionValues, JSON.parse(each.stats!).maxValues])).toEqual([
    [{ 'col-1': 'a' }, { 'col-2': { 'col-3': 1 } }],
    [{ 'col-1': 'b' }, { 'col-2': { 'col-3': 5 } }],
  ])
  expect(await rowsOf(duckdb.connection, context.storage, snapshot)).toEqual([
    ['a', { x: '1' }],
    ['b', { x: '5' }],
  ])
  for (const sql of ["p = 'b'", 's.x > 1']) {
    expect(matchingFiles(snapshot, [parseExpression(sql)])).toEqual([files[1]])
  }
})

it('variants are told as JSON text, fields in the order of their names', async () => {
  const context = await tableOf(
    [field('v', VARIANT), field('l', array(VARIANT))],
    `SELECT variant_to_parquet_variant(x) AS v, [variant_to_parquet_variant(x), NULL] AS l FROM (
      SELECT {'n': 9007199254740993, 'd': 1.50::DECIMAL(4, 2), 't': TIMESTAMPTZ '2024-02-29 10:00:00.5+00',
        'b': '\\x01\\xFF'::BLOB, 'a': [true, NULL]}::VARIANT AS x)`,
  )
  const session = await tables.engine.openSession()
  const input = await deltaScanOf(context.table.snapshot, context.storage)
  const scan: Relation = { kind: 'Scan', input, schema: context.table.snapshot.metadata.schema }
  const text = '{"a":[true,null],"b":"Af8=","d":1.50,"n":9007199254740993,"t":"2024-02-29 10:00:00.5+00:00"}'
  expect(await session.rows(scan)).toEqual([[text, [text, null]]])
  await session.close()
})

it('variants inside of what to_json writes are JSON, texts apart from numbers', async () => {
  const context = await tableOf(
    [field('v', VARIANT)],
    `SELECT variant_to_parquet_variant(v) AS v FROM (
      SELECT unnest([{'a': 1, 'b': [true, NULL]}::VARIANT, {'a': '1'}::VARIANT, '1'::VARIANT, 1::VARIANT, NULL]) AS v)`,
  )
  const session = await tables.engine.openSession()
  const input = await deltaScanOf(context.table.snapshot, context.storage)
  const scan: Relation = { kind: 'Scan', input, schema: context.table.snapshot.metadata.schema }
  const expressions = [parseExpression('to_json(struct(v))'), parseExpression('to_json(array(v))')]
  expect(await session.rows({ kind: 'Project', input: scan, expressions })).toEqual([
    ['{"v":{"a":1,"b":[true,null]}}', '[{"a":1,"b":[true,null]}]'],
    ['{"v":{"a":"1"}}', '[{"a":"1"}]'],
    ['{"v":"1"}', '["1"]'],
    ['{"v":1}', '[1]'],
    ['{}', '[null]'],
  ])
  await session.close()
})

function values(tuples: string, names: readonly string[]): Relation {
  return parseQuery(`SELECT * FROM VALUES ${tuples} AS v(${names.join(', ')})`)
}

it('variants that Spark 4.1 wrote, which Parquet knows as such, are read; the variant null is NULL', async () => {
  const storage = localStorage(join(import.meta.dirname, '../../fixtures/delta/spark-variants'))
  const { snapshot } = await DeltaTable.open(storage, tables.engine.deltaPort)
  const session = await tables.engine.openSession()
  const input = await deltaScanOf(snapshot, storage)
  const object = '{"a":1,"b":[true,null,"é",1.5,{"c":123456789012}]}'
  const read = await session.rows({ kind: 'Scan', input, schema: snapshot.metadata.schema })
  expect(read.toSorted()).toEqual([
    [0n, 'a', object],
    [1n, 'a', object],
    [2n, 'a', object],
    [5n, 'b', null],
    [6n, 'c', null],
    [7n, 'd', '"text"'],
  ])
  await session.close()
})
