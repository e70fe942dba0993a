import { copyFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  computeStatistics,
  convertToDelta,
  DeltaTable,
  setTableProperties,
  type TableContext,
} from '../../../src/delta/index.ts'
import { DATE, field, INTEGER, LONG, STRING, struct } from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

const schema = struct([field('id', LONG)])

describe('CONVERT TO DELTA', () => {
  /** The data files of a table, as a folder without a log. */
  async function parquetFolder(
    name: string,
    options: Parameters<TestTables['create']>[1],
    queries: string[],
  ) {
    const context = await tables.create(name, options)
    for (const query of queries) await tables.append(context, query)
    rmSync(join(context.storage.name, '_delta_log'), { recursive: true })
    return { storage: context.storage, engine: context.engine }
  }

  const open = async (folder: { storage: TableContext['storage']; engine: TableContext['engine'] }) => ({
    ...folder,
    table: await DeltaTable.open(folder.storage, folder.engine.deltaPort),
  })

  it('makes a folder of Parquet files a table, with statistics', async () => {
    const wider = struct([...schema.fields, field('name', STRING)])
    const folder = await parquetFolder('parquet', { schema: wider }, [
      "SELECT 1L AS id, 'a' AS name",
      "SELECT * FROM VALUES (2L, 'b'), (3L, NULL) AS t(id, name)",
    ])
    expect(await convertToDelta(folder)).toEqual({ version: 0, numConvertedFiles: 2 })
    const context = await open(folder)
    expect(context.table.snapshot.metadata.schema).toEqual(wider)
    expect(await tables.rows(context)).toEqual([
      [1n, 'a'],
      [2n, 'b'],
      [3n, null],
    ])
    const statistics = [...context.table.snapshot.files()].map((each) => JSON.parse(each.stats!))
    expect(statistics).toContainEqual({
      numRecords: 2,
      minValues: { id: 2, name: 'b' },
      maxValues: { id: 3, name: 'b' },
      nullCount: { id: 0, name: 1 },
    })
    const [commit] = await context.table.history(1)
    expect(commit).toMatchObject({
      operation: 'CONVERT',
      operationParameters: { numFiles: '2', partitionedBy: '[]', collectStats: 'true' },
      operationMetrics: { numConvertedFiles: '2' },
    })
    expect(await convertToDelta(folder)).toEqual({ version: 0, numConvertedFiles: 0 })
  })

  it('takes partition values from the names of folders', async () => {
    const partitionSchema = struct([field('day', DATE), field('kind', STRING)])
    const folder = await parquetFolder(
      'hive',
      { schema: struct([...schema.fields, ...partitionSchema.fields]), partitionColumns: ['day', 'kind'] },
      [
        "SELECT 1L AS id, DATE '2026-01-31' AS day, 'a b' AS kind",
        'SELECT 2L AS id, NULL AS day, NULL AS kind',
      ],
    )
    await convertToDelta(folder, { partitionSchema })
    expect(await tables.rows(await open(folder))).toEqual([
      [1n, '2026-01-31', 'a b'],
      [2n, null, null],
    ])
  })

  it('reads folders of a partition column that begins with an underscore, and text that is no encoding', async () => {
    const partitionSchema = struct([field('_share', STRING)])
    const options = {
      schema: struct([...schema.fields, ...partitionSchema.fields]),
      partitionColumns: ['_share'],
    }
    const folder = await parquetFolder('underscore', options, ["SELECT 1L AS id, '100%' AS _share"])
    const root = folder.storage.name
    renameSync(join(root, '_share=100%25'), join(root, '_share=100%'))
    await convertToDelta(folder, { partitionSchema })
    expect(await tables.rows(await open(folder))).toEqual([[1n, '100%']])
  })

  it('refuses folders that do not fit the partition columns', async () => {
    const folder = await parquetFolder(
      'misfit',
      { schema: struct([...schema.fields, field('kind', STRING)]), partitionColumns: ['kind'] },
      ["SELECT 1L AS id, 'a' AS kind"],
    )
    const convert = (...fields: ReturnType<typeof field>[]) =>
      convertToDelta(folder, { partitionSchema: struct(fields) })
    await expect(convert()).rejects.toMatchObject({
      condition: 'DELTA_UNEXPECTED_NUM_PARTITION_COLUMNS_FROM_FILE_NAME',
      parameters: { expectedColsSize: '0', parsedCols: 'kind' },
    })
    await expect(convert(field('sort', STRING))).rejects.toMatchObject({
      condition: 'DELTA_UNEXPECTED_PARTITION_COLUMN_FROM_FILE_NAME',
      parameters: { expectedCol: 'sort', parsedCol: 'kind' },
    })
    await expect(convert(field('kind', INTEGER))).rejects.toMatchObject({
      condition: 'DELTA_FAILED_CAST_PARTITION_VALUE',
      parameters: { value: 'a', dataType: 'int' },
    })
    const flat = await parquetFolder('flat', { schema }, ['SELECT 1L AS id'])
    await expect(
      convertToDelta(flat, { partitionSchema: struct([field('kind', STRING)]) }),
    ).rejects.toMatchObject({
      condition: 'DELTA_CONVERSION_NO_PARTITION_FOUND',
      parameters: { columns: 'kind' },
    })
  })

  it('refuses a folder without Parquet files, and a column of two types', async () => {
    const empty = await parquetFolder('empty', { schema }, [])
    await expect(convertToDelta(empty)).rejects.toMatchObject({
      condition: 'DELTA_CONVERSION_NO_FILES',
      parameters: { path: empty.storage.name },
    })
    const mixed = await parquetFolder('mixed', { schema }, ['SELECT 1L AS id'])
    const texts = await parquetFolder('texts', { schema: struct([field('id', STRING)]) }, [
      "SELECT 'a' AS id",
    ])
    for await (const { path } of texts.storage.list('')) {
      copyFileSync(join(texts.storage.name, path), join(mixed.storage.name, `z-${path}`))
    }
    await expect(convertToDelta(mixed)).rejects.toMatchObject({
      condition: 'DELTA_FAILED_TO_MERGE_FIELDS',
      parameters: { currentField: 'id', currentType: 'bigint', updateType: 'string' },
    })
  })

  it('collects statistics later where NO STATISTICS left them out', async () => {
    const folder = await parquetFolder('later', { schema }, ['SELECT 1L AS id', 'SELECT 2L AS id'])
    await convertToDelta(folder, { collectStatistics: false })
    const context = await open(folder)
    expect([...context.table.snapshot.files()].map((each) => each.stats)).toEqual([undefined, undefined])
    expect(await computeStatistics(context)).toBe(2)
    expect(await computeStatistics(context)).toBe(0)
    expect([...context.table.snapshot.files()].every((each) => each.stats != null)).toBe(true)
    expect(await tables.rows(context)).toEqual([[1n], [2n]])
  })

  it('statistics of all files are read anew when the columns that have them changed', async () => {
    const configuration = { 'delta.dataSkippingStatsColumns': 'id' }
    const two = struct([field('id', LONG), field('n', LONG)])
    const context = await tables.create('other_columns', { schema: two, configuration })
    await tables.append(context, 'SELECT CAST(1 AS BIGINT) AS id, CAST(2 AS BIGINT) AS n')
    await setTableProperties(context, { 'delta.dataSkippingStatsColumns': 'n' })
    expect(await computeStatistics(context)).toBe(0)
    expect(await computeStatistics(context, { all: true })).toBe(1)
    const [file] = [...context.table.snapshot.files()]
    expect(JSON.parse(file!.stats!)).toEqual({
      numRecords: 1,
      minValues: { n: 2 },
      maxValues: { n: 2 },
      nullCount: { n: 0 },
    })
  })
})
