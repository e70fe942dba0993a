import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { executeSql } from '../../../src/delta-table/index.ts'
import type { DatasetSummary, UpdateSummary } from '../../../src/update/update-api.ts'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const SOURCE = `
  CREATE STREAMING TABLE sales AS
  SELECT * FROM STREAM read_files('data/sales', format => 'json', schema => 'region STRING, amount BIGINT');`
const TOTALS = `CREATE MATERIALIZED VIEW totals AS SELECT region, sum(amount) AS total FROM sales GROUP BY region;`

function techniqueOf(
  summary: UpdateSummary,
  name: string,
): Pick<DatasetSummary, 'technique' | 'reason' | 'rows_written'> {
  const { technique, reason, rows_written } = summary.datasets.find((each) => each.name === name)!
  return { technique, reason, rows_written }
}

describe('a materialized view', () => {
  test('is recomputed when an input has new rows, and left alone when nothing changed', async () => {
    pipeline = new TestPipeline(SOURCE + TOTALS)
    pipeline.land('sales/1.json', { region: 'EU', amount: 5 })
    expect(techniqueOf(await pipeline.run(), 'totals')).toEqual({
      technique: 'COMPLETE_RECOMPUTE',
      reason: 'INITIAL_REFRESH',
      rows_written: 1,
    })
    expect(techniqueOf(await pipeline.run(), 'totals')).toEqual({
      technique: 'NO_OP',
      reason: 'no input changed',
      rows_written: 0,
    })
    pipeline.land('sales/2.json', { region: 'EU', amount: 1 }, { region: 'US', amount: 2 })
    expect(techniqueOf(await pipeline.run(), 'totals')).toEqual({
      technique: 'COMPLETE_RECOMPUTE',
      reason: 'DATA_HAS_CHANGED',
      rows_written: 2,
    })
    expect(await pipeline.query('SELECT * FROM totals ORDER BY region')).toEqual([
      ['EU', 6],
      ['US', 2],
    ])
  })

  test('takes common table expressions, which may read each other and hide a table', async () => {
    pipeline = new TestPipeline(`${SOURCE}
      CREATE MATERIALIZED VIEW large AS
      WITH sales AS (SELECT * FROM sales WHERE amount > 1), totals AS (
        SELECT region, sum(amount) AS total FROM sales GROUP BY region)
      SELECT * FROM totals WHERE total = (SELECT max(total) FROM totals);`)
    pipeline.land('sales/1.json', { region: 'EU', amount: 1 }, { region: 'EU', amount: 5 })
    pipeline.land('sales/2.json', { region: 'US', amount: 2 })
    await pipeline.run()
    expect(await pipeline.query('SELECT * FROM large')).toEqual([['EU', 5]])
  })

  test('is replaced in one commit: no version is empty', async () => {
    pipeline = new TestPipeline(SOURCE + TOTALS)
    pipeline.land('sales/1.json', { region: 'EU', amount: 5 })
    await pipeline.run()
    const before = (await pipeline.table('totals')).snapshot.version
    pipeline.land('sales/2.json', { region: 'US', amount: 1 })
    await pipeline.run()
    const { snapshot } = await pipeline.table('totals')
    expect(snapshot.version).toBe(before + 1)
    expect(snapshot.numFiles).toBe(1)
  })

  test('is recomputed when its query changed, and takes the new columns', async () => {
    pipeline = new TestPipeline(SOURCE + TOTALS)
    pipeline.land('sales/1.json', { region: 'EU', amount: 5 })
    await pipeline.run()
    pipeline.define(
      `${SOURCE} CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n, CAST(sum(amount) AS STRING) AS total FROM sales;`,
    )
    expect(techniqueOf(await pipeline.run(), 'totals')).toMatchObject({ reason: 'QUERY_FINGERPRINT_CHANGED' })
    expect(await pipeline.query('SELECT * FROM totals')).toEqual([[1, '5']])
  })

  test('is recomputed when a folder that it reads holds other files', async () => {
    pipeline = new TestPipeline(`
      CREATE MATERIALIZED VIEW n AS SELECT count(*) AS n FROM read_files('data/sales', format => 'json');`)
    pipeline.land('sales/1.json', { region: 'EU', amount: 5 })
    await pipeline.run()
    expect(techniqueOf(await pipeline.run(), 'n')).toMatchObject({ technique: 'NO_OP' })
    pipeline.land('sales/2.json', { region: 'EU', amount: 5 })
    expect(techniqueOf(await pipeline.run(), 'n')).toMatchObject({ reason: 'DATA_HAS_CHANGED' })
    expect(await pipeline.query('SELECT n FROM n')).toEqual([[2]])
  })

  test.each([
    ['as it stands', 'SELECT * FROM delta.`data/prices`', [2]],
    ['at a version', 'SELECT * FROM delta.`data/prices` VERSION AS OF 0', [2]],
    ['by its changes', "SELECT id FROM table_changes('delta.`data/prices`', 0)", [2]],
  ])('is recomputed when a table that it reads %s was made anew', async (_, query, ids) => {
    pipeline = new TestPipeline(`
      CREATE MATERIALIZED VIEW prices AS ${query};
      CREATE STREAMING TABLE latest;
      AUTO CDC INTO latest FROM SNAPSHOT (${query}) KEYS (id);`)
    const folder = join(pipeline.folder, 'data/prices')
    const make = (id: number) =>
      executeSql(
        `CREATE TABLE delta.\`${folder}\` TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true') AS SELECT ${id} AS id`,
      )
    await make(1)
    await pipeline.run()
    expect(techniqueOf(await pipeline.run(), 'prices')).toMatchObject({ technique: 'NO_OP' })
    rmSync(folder, { recursive: true })
    await make(2)
    expect(techniqueOf(await pipeline.run(), 'prices')).toMatchObject({ reason: 'DATA_HAS_CHANGED' })
    expect(await pipeline.query('SELECT id FROM prices')).toEqual([ids])
    expect(await pipeline.query('SELECT id FROM latest')).toEqual([ids])
  })

  test.each(['DELETE FROM', 'INSERT INTO'])('is recomputed when others %s its table', async (statement) => {
    pipeline = new TestPipeline(SOURCE + TOTALS)
    pipeline.land('sales/1.json', { region: 'EU', amount: 5 })
    await pipeline.run()
    const table = `delta.\`${pipeline.folderOf('totals')}\``
    await executeSql(`${statement} ${table} ${statement === 'DELETE FROM' ? '' : "VALUES ('US', 1)"}`)
    expect(techniqueOf(await pipeline.run(), 'totals')).toMatchObject({ reason: 'TARGET_HAS_CHANGED' })
    expect(await pipeline.query('SELECT region, total FROM totals')).toEqual([['EU', 5]])
    await executeSql(`INSERT INTO ${table} VALUES ('US', 1); DELETE FROM ${table} WHERE region = 'US'`)
    expect(techniqueOf(await pipeline.run(), 'totals')).toMatchObject({ reason: 'TARGET_HAS_CHANGED' })
    await executeSql(`OPTIMIZE ${table}`)
    pipeline.define(SOURCE + TOTALS.replace('totals AS', "totals COMMENT 'by region' AS"))
    expect(techniqueOf(await pipeline.run(), 'totals')).toMatchObject({ technique: 'NO_OP' })
  })

  test('is recomputed when it was a table of AUTO CDC meanwhile', async () => {
    pipeline = new TestPipeline(SOURCE + TOTALS)
    pipeline.land('sales/1.json', { region: 'EU', amount: 5 })
    await pipeline.run()
    const cdc = `CREATE STREAMING TABLE totals (region STRING, total BIGINT);
      CREATE FLOW f AS AUTO CDC INTO totals FROM STREAM latest KEYS (region) SEQUENCE BY total;
      CREATE TEMPORARY VIEW latest AS SELECT region, amount + 1 AS total FROM STREAM sales;`
    pipeline.define(SOURCE + cdc)
    await pipeline.run()
    expect(await pipeline.query('SELECT region, total FROM totals')).toEqual([['EU', 6]])
    pipeline.define(SOURCE + TOTALS)
    await pipeline.run()
    expect(await pipeline.query('SELECT region, total FROM totals')).toEqual([['EU', 5]])
  })

  test('may read one table at several versions', async () => {
    pipeline = new TestPipeline(`${SOURCE}
      CREATE MATERIALIZED VIEW grown AS
      SELECT (SELECT count(*) FROM sales) AS now, (SELECT count(*) FROM sales VERSION AS OF 1) AS at_first;`)
    pipeline.land('sales/1.json', { region: 'EU', amount: 5 })
    await pipeline.run()
    pipeline.land('sales/2.json', { region: 'EU', amount: 5 })
    await pipeline.run()
    expect(await pipeline.query('SELECT * FROM grown')).toEqual([[2, 1]])
  })

  test.each([
    ['SELECT amount, current_timestamp() AS seen FROM sales', 'NO_OP', 'no input changed'],
    [
      'SELECT amount FROM sales WHERE current_date() > DATE"2020-01-01"',
      'COMPLETE_RECOMPUTE',
      'TIME_FUNCTION',
    ],
    ['SELECT amount, rand() AS r FROM sales', 'COMPLETE_RECOMPUTE', 'NON_DETERMINISTIC_EXPRESSION'],
  ])('without new rows, %s is %s', async (query, technique, reason) => {
    pipeline = new TestPipeline(`${SOURCE} CREATE MATERIALIZED VIEW v AS ${query};`)
    pipeline.land('sales/1.json', { region: 'EU', amount: 5 })
    await pipeline.run()
    expect(techniqueOf(await pipeline.run(), 'v')).toMatchObject({ technique, reason })
  })

  test('is recomputed for a rule of its own that looks at the time', async () => {
    pipeline = new TestPipeline(`
      CREATE STREAMING TABLE sales AS
      SELECT * FROM STREAM read_files('data/sales', format => 'json', schema => 'id BIGINT, time TIMESTAMP');
      CREATE MATERIALIZED VIEW past (CONSTRAINT is_past EXPECT (time <= current_timestamp()) ON VIOLATION DROP ROW)
      AS SELECT *, current_timestamp() AS seen FROM sales;
      CREATE MATERIALIZED VIEW known (CONSTRAINT has_id EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW)
      AS SELECT *, current_timestamp() AS seen FROM sales;`)
    const runOn = async (day: string) =>
      pipeline.run({}, { clock: { nowMicros: () => BigInt(Date.parse(day)) * 1000n } })
    pipeline.land('sales/1.json', { id: 1, time: '2026-01-02 00:00:00' })
    await runOn('2026-01-01')
    expect(await pipeline.query('SELECT id FROM past')).toEqual([])
    const later = await runOn('2026-01-03')
    expect(techniqueOf(later, 'past')).toMatchObject({ reason: 'TIME_FUNCTION', rows_written: 1 })
    expect(techniqueOf(later, 'known')).toMatchObject({ technique: 'NO_OP' })
    expect(await pipeline.query('SELECT id FROM past')).toEqual([[1]])
  })

  test('is sorted into its clustering keys', async () => {
    pipeline = new TestPipeline(
      `${SOURCE} CREATE MATERIALIZED VIEW v CLUSTER BY (amount) AS SELECT * FROM sales;`,
    )
    pipeline.land('sales/1.json', { region: 'EU', amount: 5 }, { region: 'US', amount: 1 })
    await pipeline.run()
    expect((await pipeline.table('v')).snapshot.clusteringColumns).toEqual([['amount']])
  })
})
