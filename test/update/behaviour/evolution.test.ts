import { afterEach, expect, test } from 'vitest'
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
