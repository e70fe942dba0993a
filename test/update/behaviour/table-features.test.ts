import { afterEach, describe, expect, test } from 'vitest'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

const FILES = (schema: string) => `STREAM read_files('data/orders', format => 'json', schema => '${schema}')`

/** The fields of a table's schema. */
const fieldsOf = async (name: string) => (await pipeline.table(name)).snapshot.metadata.schema.fields
const protocolOf = async (name: string) => (await pipeline.table(name)).snapshot.protocol

describe('columns that a table gives values to', () => {
  test('are computed and filled in where the query lacks them', async () => {
    pipeline = new TestPipeline(`
      CREATE STREAMING TABLE orders (
        id BIGINT NOT NULL PRIMARY KEY,
        at TIMESTAMP,
        day DATE GENERATED ALWAYS AS (CAST(at AS DATE)),
        state STRING DEFAULT 'new'
      ) PARTITIONED BY (day) AS
      SELECT * FROM ${FILES('id BIGINT, at TIMESTAMP')};
      CREATE MATERIALIZED VIEW per_day AS SELECT day, state, count(*) AS n FROM orders GROUP BY ALL;`)
    pipeline.land(
      'orders/1.json',
      { id: 1, at: '2026-01-31T10:00:00Z' },
      { id: 2, at: '2026-02-01T00:00:00Z' },
    )
    expect((await pipeline.run()).errors).toEqual([])
    pipeline.land('orders/2.json', { id: 3, at: '2026-02-01T23:59:59Z' })
    expect((await pipeline.run()).errors).toEqual([])
    expect(await pipeline.query('SELECT * FROM per_day ORDER BY day')).toEqual([
      ['2026-01-31', 'new', 1],
      ['2026-02-01', 'new', 2],
    ])
    expect(await protocolOf('orders')).toEqual({
      minReaderVersion: 1,
      minWriterVersion: 7,
      writerFeatures: ['allowColumnDefaults', 'appendOnly', 'generatedColumns', 'invariants'],
    })
  })

  test('in TypeScript as well; given values must be those that are computed', async () => {
    pipeline = new TestPipeline({
      'orders.ts': `
        import { readStream, streamingTable } from 'millrace'
        streamingTable('orders',
          { schema: 'id BIGINT, twice BIGINT GENERATED ALWAYS AS (id * 2)' },
          () => readStream.format('cloudFiles').options({ 'cloudFiles.format': 'json' })
            .schema('id BIGINT, twice BIGINT').load('data/orders'))`,
    })
    pipeline.land('orders/1.json', { id: 1, twice: 2 })
    expect((await pipeline.run()).errors).toEqual([])
    pipeline.land('orders/2.json', { id: 2, twice: 5 })
    expect((await pipeline.run()).errors[0]).toMatchObject({
      condition: 'DELTA_VIOLATE_CONSTRAINT_WITH_VALUES',
      parameters: { constraintName: 'Generated Column', values: ' - twice : 5\n - id : 2' },
    })
    expect(await pipeline.query('SELECT id, twice FROM orders')).toEqual([[1, 2]])
  })
})

test('IDENTITY columns, which a repeated batch would number anew, are refused', async () => {
  pipeline = new TestPipeline({
    'orders.ts': `
      import { readStream, streamingTable } from 'millrace'
      streamingTable('orders', { schema: 'n BIGINT GENERATED ALWAYS AS IDENTITY, id BIGINT' },
        () => readStream.format('cloudFiles').options({ 'cloudFiles.format': 'json' }).schema('id BIGINT').load('data/orders'))`,
  })
  await expect(pipeline.run()).rejects.toMatchObject({
    cause: { condition: 'UNSUPPORTED_FEATURE.CLAUSE', parameters: { clause: 'An IDENTITY column' } },
  })
})

test('mapped columns are written by their physical names, through new columns, new definitions and a full refresh', async () => {
  const define = (columns: string, more = '') => `
    CREATE STREAMING TABLE orders TBLPROPERTIES ('delta.columnMapping.mode' = 'name') AS
    SELECT ${columns} FROM ${FILES('id BIGINT, `unit price` DOUBLE')};
    CREATE MATERIALIZED VIEW prices ${more} TBLPROPERTIES ('delta.columnMapping.mode' = 'name') AS
    SELECT * FROM orders;`
  pipeline = new TestPipeline(define('id'))
  pipeline.land('orders/1.json', { id: 1, 'unit price': 1.5 })
  expect((await pipeline.run()).errors).toEqual([])
  pipeline.define(define('id, `unit price`'))
  pipeline.land('orders/2.json', { id: 2, 'unit price': 2.5 })
  expect((await pipeline.run()).errors).toEqual([])
  const prices = 'SELECT id, `unit price` FROM prices ORDER BY id'
  expect(await pipeline.query(prices)).toEqual([
    [1, null],
    [2, 2.5],
  ])
  const names = (await fieldsOf('prices')).map((each) => each.metadata['delta.columnMapping.physicalName'])
  expect(names).toEqual([expect.stringMatching(/^col-/), expect.stringMatching(/^col-/)])
  expect((await pipeline.run({ fullRefreshAll: true })).errors).toEqual([])
  expect(await pipeline.query(prices)).toEqual([
    [1, 1.5],
    [2, 2.5],
  ])
})

test('a column takes a wider type where the table may be widened', async () => {
  const define = (type: string) => `
    CREATE STREAMING TABLE orders TBLPROPERTIES ('delta.enableTypeWidening' = 'true') AS
    SELECT * FROM ${FILES(`id ${type}`)};`
  pipeline = new TestPipeline(define('INT'))
  pipeline.land('orders/1.json', { id: 1 })
  await pipeline.run()
  pipeline.define(define('BIGINT'))
  pipeline.land('orders/2.json', { id: 3_000_000_000 })
  expect((await pipeline.run()).errors).toEqual([])
  expect(await pipeline.query('SELECT id FROM orders ORDER BY id')).toEqual([[1], [3_000_000_000]])
  expect((await fieldsOf('orders'))[0]!.metadata).toEqual({
    'delta.typeChanges': [{ fromType: 'integer', toType: 'long' }],
  })
})

test('row ids are given to every file of a table that tracks rows', async () => {
  pipeline = new TestPipeline(`
    CREATE STREAMING TABLE orders TBLPROPERTIES ('delta.enableRowTracking' = 'true') AS
    SELECT * FROM ${FILES('id BIGINT')};`)
  for (const id of [1, 2]) {
    pipeline.land(`orders/${id}.json`, { id })
    expect((await pipeline.run()).errors).toEqual([])
  }
  const { snapshot } = await pipeline.table('orders')
  expect([...snapshot.files()].map((each) => each.baseRowId).sort()).toEqual([0, 1])
})
