import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { DeltaTable, executeSql } from '../../../src/delta-table/index.ts'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const FILES = (folder: string) =>
  `STREAM read_files('data/${folder}', format => 'json', inferColumnTypes => true)`

test('new columns of files reach all tables below, quarantines included, in the same update', async () => {
  pipeline = new TestPipeline({
    'tables.sql': `
      CREATE STREAMING TABLE bronze AS SELECT * FROM ${FILES('orders')};
      CREATE MATERIALIZED VIEW gold AS SELECT * FROM silver;`,
    'silver.ts': `
      import { readStream, streamingTable } from 'millrace'
      streamingTable('silver', { expectOrDrop: { positive: 'id > 0' }, quarantine: true }, () => readStream.table('bronze'))`,
  })
  pipeline.land('orders/1.json', { id: 1 })
  await pipeline.run()
  pipeline.land('orders/2.json', { id: 2, note: 'new' }, { id: -1, note: 'bad' })
  expect((await pipeline.run()).state).toBe('COMPLETED')
  for (const table of ['silver', 'gold']) {
    expect(await pipeline.query(`SELECT id, note FROM ${table} ORDER BY id`)).toEqual([
      [1, null],
      [2, 'new'],
    ])
  }
  expect(await pipeline.query('SELECT id, note, _failed_expectations FROM silver_quarantine')).toEqual([
    [-1, 'bad', ['positive']],
  ])
})

test('sources that evolve side by side, of flows into one table, do not disturb each other', async () => {
  pipeline = new TestPipeline(
    `CREATE STREAMING TABLE both;
     CREATE FLOW web AS INSERT INTO both BY NAME SELECT * FROM ${FILES('web')};
     CREATE FLOW shop AS INSERT INTO both BY NAME SELECT * FROM ${FILES('shop')};`,
    { 'pipelines.maxFlowRetryAttempts': '0' },
  )
  pipeline.land('web/1.json', { id: 1 })
  pipeline.land('shop/1.json', { id: 10 })
  await pipeline.run()
  pipeline.land('web/2.json', { id: 2, browser: 'x' })
  pipeline.land('shop/2.json', { id: 20, till: 7 })
  const summary = await pipeline.run()
  expect(summary.errors).toEqual([])
  expect(await pipeline.query('SELECT id, browser, till FROM both ORDER BY id')).toEqual([
    [1, null, null],
    [2, 'x', null],
    [10, null, null],
    [20, null, 7],
  ])
})

test('definitions that are edited while an update runs count from the next one', async () => {
  pipeline = new TestPipeline(`CREATE STREAMING TABLE bronze AS SELECT * FROM ${FILES('orders')};`)
  pipeline.land('orders/1.json', { id: 1 })
  await pipeline.run()
  pipeline.land('orders/2.json', { id: 2, note: 'new' })
  const summary = await pipeline.run(
    {},
    {
      onEvent: (event) => {
        const progress = event.details.update_progress as { state?: string } | undefined
        if (progress?.state === 'RUNNING')
          pipeline.define('CREATE MATERIALIZED VIEW other AS SELECT 1 AS one;')
      },
    },
  )
  expect(summary.state).toBe('COMPLETED')
  expect(await pipeline.query('SELECT id, note FROM bronze ORDER BY id')).toEqual([
    [1, null],
    [2, 'new'],
  ])
})

describe('fields of structs', () => {
  test('new ones in files reach all tables below, inside of arrays and maps too', async () => {
    pipeline = new TestPipeline(`
      CREATE STREAMING TABLE bronze AS SELECT id, place, items FROM ${FILES('orders')};
      CREATE STREAMING TABLE silver AS
      SELECT id, place, transform(items, x -> x) AS items, map('home', place) AS places FROM STREAM(bronze);
      CREATE MATERIALIZED VIEW gold AS SELECT id, place, items FROM silver;`)
    pipeline.land('orders/1.json', { id: 1, place: { zip: 'a' }, items: [{ sku: 's' }] })
    await pipeline.run()
    pipeline.land('orders/2.json', { id: 2, place: { zip: 'b', at: { x: 1 } }, items: [{ sku: 't', n: 3 }] })
    expect((await pipeline.run()).errors).toEqual([])
    const place = [
      { zip: 'a', at: null },
      { zip: 'b', at: { x: 1 } },
    ]
    const items = [[{ sku: 's', n: null }], [{ sku: 't', n: 3 }]]
    for (const table of ['bronze', 'silver', 'gold']) {
      const rows = await pipeline.query(`SELECT id, place, items FROM ${table} ORDER BY id`)
      expect(rows.map((each) => JSON.parse(JSON.stringify(each, numbers)))).toEqual([
        [1, place[0], items[0]],
        [2, place[1], items[1]],
      ])
    }
    expect(
      await pipeline.query(
        "SELECT id, places['home'].at.x FROM silver WHERE places['home'].zip IS NOT NULL ORDER BY id",
      ),
    ).toEqual([
      [1, null],
      [2, 1],
    ])
  })

  test('flows into one table need not have the same ones', async () => {
    pipeline = new TestPipeline(`
      CREATE STREAMING TABLE both;
      CREATE FLOW web AS INSERT INTO both BY NAME SELECT id, place FROM ${FILES('web')};
      CREATE FLOW shop AS INSERT INTO both BY NAME SELECT id, place FROM ${FILES('shop')};`)
    pipeline.land('web/1.json', { id: 1, place: { zip: 'a' } })
    pipeline.land('shop/1.json', { id: 2, place: { till: 7, zip: 'b' } })
    await pipeline.run()
    pipeline.land('web/2.json', { id: 3, place: { zip: 'c', browser: 'x' } })
    pipeline.land('shop/2.json', { id: 4, place: { till: 8, zip: 'd' } })
    expect((await pipeline.run()).errors).toEqual([])
    expect(
      await pipeline.query('SELECT id, place.zip, place.till, place.browser FROM both ORDER BY id'),
    ).toEqual([
      [1, 'a', null, null],
      [2, 'b', 7, null],
      [3, 'c', null, 'x'],
      [4, 'd', 8, null],
    ])
  })

  test('the table keeps those that a new query leaves out, and takes wider types where it may be widened', async () => {
    const definition = (fields: string) => `
      CREATE STREAMING TABLE t TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'delta.enableTypeWidening' = 'true')
      AS SELECT id, array(named_struct(${fields})) AS list
      FROM STREAM read_files('data/orders', format => 'json', schema => 'id INT');`
    pipeline = new TestPipeline(definition("'a', id, 'b', id"))
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    pipeline.define(definition("'c', 'new', 'b', id + 5000000000L"))
    pipeline.land('orders/2.json', { id: 2 })
    expect((await pipeline.run()).errors).toEqual([])
    expect(await pipeline.query('SELECT id, list[0].a, list[0].b, list[0].c FROM t ORDER BY id')).toEqual([
      [1, 1, 1, null],
      [2, null, 5_000_000_002, 'new'],
    ])
  })

  test.each([
    ['wider ones', "'delta.enableTypeWidening' = 'true'", 'id BIGINT, v INT', 'id BIGINT, v BIGINT', 'v'],
    [
      'ones with spaces',
      "'delta.columnMapping.mode' = 'name'",
      'id BIGINT',
      'id BIGINT, `v w` BIGINT',
      '`v w`',
    ],
  ])(
    '%s are taken by the quarantine of a table that takes them',
    async (_, property, before, after, column) => {
      const definition = (schema: string) => `
      CREATE STREAMING TABLE t (CONSTRAINT known EXPECT (id > 1) ON VIOLATION DROP ROW)
      TBLPROPERTIES (${property}, 'pipelines.quarantine' = 'true') AS
      SELECT * FROM STREAM read_files('data/orders', format => 'json', schema => '${schema}');`
      pipeline = new TestPipeline(definition(before))
      pipeline.land('orders/1.json', { id: 1 }, { id: 2 })
      await pipeline.run()
      pipeline.define(definition(after))
      const [name] = column.match(/\w[\w ]*/)!
      pipeline.land('orders/2.json', { id: 1, [name]: 5_000_000_000 }, { id: 2, [name]: 6_000_000_000 })
      expect((await pipeline.run()).errors).toEqual([])
      const largest = (table: string) => pipeline.query(`SELECT max(${column}) FROM ${table}`)
      expect(await largest('t')).toEqual([[6_000_000_000]])
      expect(await largest('t_quarantine')).toEqual([[5_000_000_000]])
    },
  )

  test('one of another type is refused by its path', async () => {
    const definition = (field: string) => `
      CREATE STREAMING TABLE t AS SELECT id, array(named_struct('a', ${field})) AS list
      FROM STREAM read_files('data/orders', format => 'json', schema => 'id BIGINT');`
    pipeline = new TestPipeline(definition('id'))
    pipeline.land('orders/1.json', { id: 1 })
    await pipeline.run()
    pipeline.define(definition('CAST(id AS STRING)'))
    await expect(pipeline.run()).rejects.toMatchObject({
      condition: 'CANNOT_UPDATE_TABLE_SCHEMA',
      parameters: {
        tableName: 'main.shop.t',
        column: 'list.element.a',
        existingType: 'bigint',
        requestedType: 'string',
      },
      hint: "Cast it to bigint, or start over with a full refresh of main.shop.t. A wider type is taken by a table with TBLPROPERTIES ('delta.enableTypeWidening' = 'true').",
    })
  })

  test('new ones of a Delta table of others are taken up by a stream that reads it', async () => {
    pipeline = new TestPipeline(
      'CREATE STREAMING TABLE t AS SELECT id, place FROM STREAM delta.`data/places`;',
    )
    const path = join(pipeline.folder, 'data/places')
    await using places = await DeltaTable.create(path)
      .addColumns('id INT, place STRUCT<zip: STRING>')
      .execute()
    await places.append([{ id: 1, place: { zip: 'a' } }])
    await pipeline.run()
    await places.append([{ id: 2, place: { zip: 'b' } }])
    await executeSql(`ALTER TABLE delta.\`${path}\` ADD COLUMNS (place.city STRING)`)
    await places.append([{ id: 3, place: { zip: 'c', city: 'x' } }])
    expect((await pipeline.run()).errors).toEqual([])
    expect(await pipeline.query('SELECT id, place.zip, place.city FROM t ORDER BY id')).toEqual([
      [1, 'a', null],
      [2, 'b', null],
      [3, 'c', 'x'],
    ])
  })
})

function numbers(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}
