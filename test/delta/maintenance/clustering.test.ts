import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type AddFile,
  fileMayMatch,
  type OptimizeOptions,
  optimize,
  type TableContext,
} from '../../../src/delta/index.ts'
import { parseExpression } from '../../../src/sql/index.ts'
import {
  array,
  DOUBLE,
  field,
  INTEGER,
  LONG,
  STRING,
  struct,
  TIMESTAMP,
} from '../../../src/types/data-type.ts'
import { openTestTables, type TestTables } from '../../support/delta-table.ts'

let tables: TestTables
beforeAll(async () => {
  tables = await openTestTables()
})
afterAll(() => tables.close())

const schema = struct([
  field('a', INTEGER),
  field('b', STRING),
  field('c', DOUBLE),
  field('at', TIMESTAMP),
  field('id', LONG),
])

/** Rows `from` to `to` whose columns are spread over 0 to 999 independently of each other. */
const rowsBetween = (from: number, to: number) => `
  SELECT CAST(${spread('a')} AS INT) AS a,
         lpad(CAST(${spread('b')} AS STRING), 3, '0') AS b,
         IF(id % 50 = 0, NULL, CAST(${spread('c')} AS DOUBLE)) AS c,
         timestamp_seconds(${spread('at')}) AS at,
         id
  FROM range(${from}, ${to})`

const spread = (salt: string) => `crc32(CAST(concat('${salt}', CAST(id AS STRING)) AS BINARY)) % 1000`

/** Sixteen files or so of 20,000 rows. */
const SIZES: OptimizeOptions = { targetFileSize: 12_000 }

async function clustered(name: string, keys: readonly string[], rows = rowsBetween(0, 20_000)) {
  const context = await tables.create(name, { schema, clusteringColumns: keys.map((key) => [key]) })
  await tables.append(context, rows)
  return context
}

const files = ({ table }: TableContext): AddFile[] => [...table.snapshot.files()]
const paths = (context: TableContext) => files(context).map((each) => each.path)

/** How many of a table's files a query with this condition opens. */
const opened = (context: TableContext, condition: string) =>
  files(context).filter(fileMayMatch(context.table.snapshot.metadata, parseExpression(condition))).length

const sum = (context: TableContext) =>
  tables.rows(context, 'count(*), sum(id), sum(a), sum(c), min(b), max(at), count(DISTINCT id)')

describe('OPTIMIZE of a clustered table', () => {
  it('keeps the rows and narrows the range of every key in each file', async () => {
    const context = await clustered('two_keys', ['a', 'b'])
    const before = await sum(context)
    const { metrics } = await optimize(context, SIZES)
    expect(await sum(context)).toEqual(before)
    const count = files(context).length
    expect(count).toBeGreaterThanOrEqual(8)
    // A tenth of a key's values lies in about a quarter of the squares that a Hilbert curve fills one after the other.
    expect(opened(context, 'a BETWEEN 400 AND 499') / count).toBeLessThan(0.55)
    expect(opened(context, "b BETWEEN '400' AND '499'") / count).toBeLessThan(0.55)
    expect(opened(context, "a < 100 AND b < '100'")).toBeLessThanOrEqual(3)
    expect(opened(context, 'id = 10000')).toBe(count)
    expect(metrics).toMatchObject({
      numFilesRemoved: 1,
      numFilesAdded: count,
      numBins: 1,
      clusteringStats: {
        inputZCubeFiles: { numFiles: 0, size: 0 },
        inputOtherFiles: { numFiles: 1 },
        inputNumZCubes: 0,
        mergedFiles: { numFiles: 1 },
        numOutputZCubes: 1,
      },
    })
  })

  it('marks files with the cube, the keys and the curve that ordered them', async () => {
    const context = await clustered('tags', ['a', 'b'])
    await optimize(context, SIZES)
    const ids = new Set(files(context).map((each) => each.tags?.ZCUBE_ID))
    expect(ids.size).toBe(1)
    for (const { tags, clusteringProvider, dataChange } of files(context)) {
      expect({ tags, clusteringProvider, dataChange }).toEqual({
        tags: { ZCUBE_ID: [...ids][0], ZCUBE_ZORDER_BY: '["a","b"]', ZCUBE_ZORDER_CURVE: 'hilbert' },
        clusteringProvider: 'liquid',
        dataChange: false,
      })
    }
    const [commit] = await context.table.history(1)
    expect(commit!.operationParameters).toEqual({
      predicate: '[]',
      zOrderBy: '[]',
      clusterBy: '["a","b"]',
      auto: 'false',
    })
  })

  it('cuts one key into ranges that do not overlap, nulls with the lowest', async () => {
    const context = await clustered('one_key', ['c'])
    await optimize(context, SIZES)
    const count = files(context).length
    expect(opened(context, 'c = 500')).toBeLessThanOrEqual(2)
    expect(opened(context, 'c BETWEEN 200 AND 299') / count).toBeLessThan(0.25)
    expect(opened(context, 'c IS NULL')).toBe(1)
  })

  it('works for four keys of different types', async () => {
    const context = await clustered('four_keys', ['a', 'b', 'c', 'at'])
    const before = await sum(context)
    await optimize(context, SIZES)
    expect(await sum(context)).toEqual(before)
    const count = files(context).length
    for (const condition of ['a < 100', "b < '100'", 'c < 100', "at < TIMESTAMP '1970-01-01 00:01:40'"]) {
      expect(opened(context, condition) / count).toBeLessThan(0.75)
    }
  })

  it('does nothing where all is in order, and rewrites only what was appended since', async () => {
    const context = await clustered('again', ['a', 'b'])
    await optimize(context, SIZES)
    const ordered = paths(context)
    expect(await optimize(context, SIZES)).not.toHaveProperty('version')
    await tables.append(context, rowsBetween(20_000, 24_000))
    await context.table.refresh()
    const { metrics } = await optimize(context, SIZES)
    expect(metrics.clusteringStats).toMatchObject({
      inputOtherFiles: { numFiles: 1 },
      inputZCubeFiles: { numFiles: 0 },
    })
    expect(paths(context)).toEqual(expect.arrayContaining(ordered))
    expect(new Set(files(context).map((each) => each.tags?.ZCUBE_ID)).size).toBe(2)
    expect(await tables.rows(context, 'count(*), count(DISTINCT id)')).toEqual([[24_000n, 24_000n]])
  })

  it('takes a cube in once as much again was appended, but none of the full size', async () => {
    const context = await clustered('merge', ['a', 'b'])
    await optimize(context, SIZES)
    await tables.append(context, rowsBetween(20_000, 40_000))
    const kept = await optimize(context, { ...SIZES, minCubeSize: 1000 })
    expect(kept.metrics.clusteringStats).toMatchObject({
      inputNumZCubes: 0,
      inputOtherFiles: { numFiles: 1 },
    })
    await tables.append(context, rowsBetween(40_000, 60_000))
    const merged = await optimize(context, SIZES)
    expect(merged.metrics.clusteringStats).toMatchObject({ inputNumZCubes: 2, numOutputZCubes: 1 })
    expect(await tables.rows(context, 'count(*), count(DISTINCT id)')).toEqual([[60_000n, 60_000n]])
  })

  it('orders all anew with FULL, and by other keys after they changed', async () => {
    const context = await clustered('full', ['a'])
    await optimize(context, SIZES)
    const before = paths(context)
    expect((await optimize(context, { ...SIZES, full: true })).metrics.numFilesRemoved).toBe(before.length)
    await context.table
      .startTransaction()
      .clusterBy([['b']])
      .commit({ operation: 'CLUSTER BY' })
    await optimize(context, SIZES)
    expect(opened(context, "b = '500'")).toBeLessThanOrEqual(2)
    expect(files(context)[0]!.tags?.ZCUBE_ZORDER_BY).toBe('["b"]')
    const [commit] = await context.table.history(1)
    expect(commit!.operationParameters.clusterBy).toBe('["b"]')
  })

  it('only packs files after CLUSTER BY NONE', async () => {
    const context = await clustered('none', ['a'])
    await optimize(context, SIZES)
    await context.table.startTransaction().clusterBy([]).commit({ operation: 'CLUSTER BY' })
    const { metrics } = await optimize(context)
    expect(metrics).toMatchObject({ numFilesAdded: 1, clusteringStats: null, zOrderStats: null })
    expect(files(context)[0]).not.toHaveProperty('clusteringProvider')
  })

  it('refuses ZORDER BY, a predicate, and FULL without keys', async () => {
    const context = await clustered('refused', ['a'], rowsBetween(0, 10))
    await expect(optimize(context, { zOrderBy: [['b']] })).rejects.toMatchObject({
      condition: 'DELTA_CLUSTERING_WITH_ZORDER_BY',
      parameters: { clusterBy: 'a', zOrderBy: 'b' },
    })
    await expect(optimize(context, { where: parseExpression('a = 1') })).rejects.toMatchObject({
      condition: 'DELTA_CLUSTERING_WITH_PARTITION_PREDICATE',
      parameters: { clusterBy: 'a' },
    })
    const plain = await tables.create('plain', { schema })
    await expect(optimize(plain, { full: true })).rejects.toMatchObject({
      condition: 'DELTA_OPTIMIZE_FULL_NOT_SUPPORTED',
    })
  })
})

describe('OPTIMIZE ZORDER BY', () => {
  it('narrows the range of every column in each file, and has no effect a second time', async () => {
    const context = await tables.create('zorder', { schema })
    await tables.append(context, rowsBetween(0, 20_000))
    const before = await sum(context)
    const options = { ...SIZES, zOrderBy: [['a'], ['B']] }
    const { metrics } = await optimize(context, options)
    const count = files(context).length
    expect(await sum(context)).toEqual(before)
    expect(opened(context, 'a BETWEEN 400 AND 499') / count).toBeLessThan(0.7)
    expect(opened(context, "b BETWEEN '400' AND '499'") / count).toBeLessThan(0.7)
    expect(metrics.zOrderStats).toMatchObject({
      strategyName: 'all',
      inputCubeFiles: { num: 0, size: 0 },
      inputOtherFiles: { num: 1 },
      numOutputCubes: 1,
    })
    expect(files(context)[0]!.tags).toMatchObject({
      ZCUBE_ZORDER_BY: '["a","b"]',
      ZCUBE_ZORDER_CURVE: 'zorder',
    })
    expect(await optimize(context, options)).not.toHaveProperty('version')
  })

  it('orders each partition for itself', async () => {
    const context = await tables.create('zorder_parts', { schema, partitionColumns: ['a'] })
    await tables.append(
      context,
      `SELECT CAST(id % 2 AS INT) AS a, CAST(id AS STRING) AS b, id FROM range(100)`,
    )
    const { metrics } = await optimize(context, { zOrderBy: [['id']] })
    expect(metrics).toMatchObject({ partitionsOptimized: 2, numBins: 2, numFilesAdded: 2 })
    expect(
      files(context)
        .map((each) => each.partitionValues.a)
        .sort(),
    ).toEqual(['0', '1'])
    await tables.append(context, `SELECT 1 AS a, 'x' AS b, 1000L AS id`)
    expect((await optimize(context, { zOrderBy: [['id']] })).metrics.partitionsOptimized).toBe(1)
  })

  it('refuses columns that are not there, partition columns and columns without statistics', async () => {
    const context = await tables.create('zorder_refused', {
      schema,
      partitionColumns: ['a'],
      configuration: { 'delta.dataSkippingNumIndexedCols': '1' },
    })
    await expect(optimize(context, { zOrderBy: [['ide']] })).rejects.toMatchObject({
      condition: 'DELTA_ZORDERING_COLUMN_DOES_NOT_EXIST',
      parameters: { columnName: 'ide', suggestion: 'id' },
    })
    await expect(optimize(context, { zOrderBy: [['a']] })).rejects.toMatchObject({
      condition: 'DELTA_ZORDERING_ON_PARTITION_COLUMN',
      parameters: { colName: 'a' },
    })
    await expect(optimize(context, { zOrderBy: [['b'], ['c'], ['id']] })).rejects.toMatchObject({
      condition: 'DELTA_ZORDERING_ON_COLUMN_WITHOUT_STATS',
      parameters: { cols: 'c, id' },
    })
  })
})

describe('CLUSTER BY', () => {
  it('takes at most four keys, and none whose values have no order', async () => {
    await expect(
      tables.create('five', { schema, clusteringColumns: ['a', 'b', 'c', 'at', 'id'].map((key) => [key]) }),
    ).rejects.toMatchObject({
      condition: 'DELTA_CLUSTER_BY_INVALID_NUM_COLUMNS',
      parameters: { actualColumns: '5', numColumnsLimit: '4' },
    })
    const nested = struct([field('list', array(LONG)), ...schema.fields])
    await expect(
      tables.create('lists', { schema: nested, clusteringColumns: [['list']] }),
    ).rejects.toMatchObject({
      condition: 'DELTA_CLUSTERING_COLUMNS_DATATYPE_NOT_SUPPORTED',
      parameters: { columnName: 'list', dataType: 'array<bigint>' },
    })
  })
})
