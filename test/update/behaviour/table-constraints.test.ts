import { afterEach, expect, test } from 'vitest'
import { addConstraint, dropConstraint, type TableContext } from '../../../src/delta/index.ts'
import { openDuckdbEngine } from '../../../src/engine/duckdb/engine.ts'
import { rowEngineOf } from '../../../src/engine/row-engine.ts'
import { localStorage } from '../../../src/storage/index.ts'
import { TestPipeline } from '../../support/test-pipeline.ts'

let pipeline: TestPipeline
afterEach(() => pipeline.close())

/** Alters a table of the pipeline from outside of it. */
async function alter(name: string, change: (context: TableContext) => Promise<unknown>): Promise<void> {
  const duckdb = await openDuckdbEngine({ threads: 1 })
  try {
    const engine = rowEngineOf(duckdb, { timestampMicros: 0n, ansi: true })
    await change({
      table: await pipeline.table(name),
      storage: localStorage(pipeline.folderOf(name)),
      engine,
    })
  } finally {
    await duckdb.close()
  }
}

test.each([
  ['a streaming table', 'CREATE STREAMING TABLE orders AS SELECT * FROM STREAM'],
  ['a materialized view', 'CREATE MATERIALIZED VIEW orders AS SELECT * FROM'],
])('a constraint that was added to %s holds in later updates', async (_kind, definition) => {
  pipeline = new TestPipeline(
    `${definition} read_files('data/orders', format => 'json', schema => 'id BIGINT, amount BIGINT');`,
  )
  pipeline.land('orders/1.json', { id: 1, amount: 10 })
  expect((await pipeline.run()).errors).toEqual([])
  await alter('orders', (table) => addConstraint(table, { name: 'positive', expression: 'amount > 0' }))

  pipeline.land('orders/2.json', { id: 2, amount: 20 })
  expect((await pipeline.run()).errors).toEqual([])
  pipeline.land('orders/3.json', { id: 3, amount: -30 })
  expect((await pipeline.run()).errors).toMatchObject([
    {
      condition: 'DELTA_VIOLATE_CONSTRAINT_WITH_VALUES',
      parameters: { constraintName: 'positive', expression: 'amount > 0', values: ' - amount : -30' },
    },
  ])
  expect(await pipeline.query('SELECT id FROM orders ORDER BY id')).toEqual([[1], [2]])

  await alter('orders', (table) => dropConstraint(table, 'positive'))
  expect((await pipeline.run()).errors).toEqual([])
  expect(await pipeline.query('SELECT id FROM orders ORDER BY id')).toEqual([[1], [2], [3]])
})

test('rows that were written before the constraint, and not committed, are written again', async () => {
  pipeline = new TestPipeline({
    'orders.ts': `
      import { readStream, streamingTable } from 'millrace'
      streamingTable('bronze', () => readStream.format('cloudFiles').options({ 'cloudFiles.format': 'json' })
        .schema('id BIGINT, amount BIGINT').load('data/orders'))
      streamingTable('orders', { expectOrDrop: { known: 'id IS NOT NULL' }, quarantine: true },
        () => readStream.table('bronze'))`,
  })
  pipeline.land('orders/1.json', { id: 1, amount: 10 })
  expect((await pipeline.run()).errors).toEqual([])

  const allow = await pipeline.forbidCommits('orders_quarantine')
  pipeline.land('orders/2.json', { id: null, amount: -1 }, { id: 2, amount: -20 })
  expect((await pipeline.run()).errors).toMatchObject([{ condition: 'DELTA_CONCURRENT_TRANSACTION' }])
  allow()
  await alter('orders', (table) => addConstraint(table, { name: 'positive', expression: 'amount > 0' }))
  expect((await pipeline.run()).errors).toMatchObject([
    { condition: 'DELTA_VIOLATE_CONSTRAINT_WITH_VALUES', parameters: { constraintName: 'positive' } },
  ])

  await alter('orders', (table) => dropConstraint(table, 'positive'))
  expect((await pipeline.run()).errors).toEqual([])
  expect(await pipeline.query('SELECT id FROM orders ORDER BY id')).toEqual([[1], [2]])
  expect(await pipeline.query('SELECT id, amount FROM orders_quarantine')).toEqual([[null, -1]])
})
