import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatasetOutcome, Example } from './example.ts'

/** Two days of source tables, an update after each. */
let example: Example
let updates: ReadonlyMap<string, DatasetOutcome>[]

beforeAll(async () => {
  example = new Example('order-streams')
  updates = []
  for (const day of ['day-1.sql', 'day-2.sql']) {
    await example.millrace('query', '--', readFileSync(join(example.folder, 'source', day), 'utf8'))
    updates.push(await example.run())
  }
})

afterAll(() => example.remove())

describe('an update', () => {
  test('streams take the orders that were appended since the last one', () => {
    expect(written('order_stream')).toEqual([6, 4])
    expect(written('silver_orders')).toEqual([6, 4])
    expect(written('append_orders_stream')).toEqual([4, 3])
  })

  test('materialized views are made anew', () => {
    expect(written('customer_mv')).toEqual([3, 4])
    expect(written('fact_orders')).toEqual([4, 7])
  })

  test('views keep nothing', async () => {
    expect(written('completed_orders')).toEqual([0, 0])
    expect((await example.query('SHOW TABLES')).map((table) => table.tableName)).toEqual([
      'append_orders_stream',
      'customer_mv',
      'fact_orders',
      'order_stream',
      'silver_orders',
    ])
  })

  const written = (name: string) => updates.map((datasets) => datasets.get(name)?.rows_written)
})

test('an order keeps the customer of the update that took it', async () => {
  expect(
    await example.texts(`SELECT order_id, order_status, amount, customer_name, city, segment FROM silver_orders
      ORDER BY order_id`),
  ).toEqual([
    '1001 | COMPLETE | 120.5 | Ada Brook | Leeds | consumer',
    '1002 | PENDING | 80 | Ben Castle | York | corporate',
    '1003 | CANCELED | 15.25 | Ada Brook | Leeds | consumer',
    '1004 | COMPLETE | 42 | Cleo Dale | Hull | consumer',
    '1005 | PENDING | 310 |  |  | ',
    '1006 |  | 7.99 | Ben Castle | York | corporate',
    '1007 | COMPLETE | 64.8 | Cleo Dale | London | corporate',
    '1008 | COMPLETE | 12 | Dan Eaves | Bath | consumer',
    '1009 | CLOSED | 33.1 | Ada Brook | Leeds | consumer',
    '1010 | PENDING | 99.95 | Ben Castle | York | corporate',
  ])
  expect(await example.texts('SELECT * FROM customer_mv ORDER BY customer_id')).toEqual([
    '1 | Ada Brook | Leeds | consumer',
    '2 | Ben Castle | York | corporate',
    '3 | Cleo Dale | London | corporate',
    '4 | Dan Eaves | Bath | consumer',
  ])
})

describe('append_orders_stream', () => {
  test('has the completed and the pending orders, each as it stands in silver_orders', async () => {
    expect(await example.query('SELECT * FROM append_orders_stream ORDER BY order_id')).toEqual(
      await example.query(`SELECT * FROM silver_orders WHERE order_status IN ('COMPLETE', 'PENDING')
        ORDER BY order_id`),
    )
  })

  test('is written by two flows, each with its own progress', async () => {
    const flows = `SELECT DISTINCT origin.flow_name AS flow FROM event_log()
      WHERE event_type = 'flow_progress' AND origin.dataset_name LIKE '%append_orders_stream' ORDER BY flow`
    expect(await example.texts(flows)).toEqual(['append_completed_orders', 'append_pending_orders'])
  })

  test('is laid out by optimizeWrite and autoCompact', async () => {
    const [detail] = await example.query('DESCRIBE DETAIL append_orders_stream')
    expect(detail).toMatchObject({
      properties: {
        quality: 'silver, gold',
        'delta.autoOptimize.optimizeWrite': 'true',
        'delta.autoOptimize.autoCompact': 'true',
      },
      // One file a flow and update.
      numFiles: 4,
    })
  })

  test('serves analysts as it is', async () => {
    expect(
      await example.texts(`SELECT order_status, count(*), sum(amount) FROM append_orders_stream
        GROUP BY ALL ORDER BY order_status`),
    ).toEqual(['COMPLETE | 4 | 239.3', 'PENDING | 3 | 489.95'])
  })
})

test('fact_orders has the dimensions of the date', async () => {
  expect(
    await example.texts(`SELECT order_id, order_date, order_year, order_quarter, order_month, order_week, order_day,
      order_weekday, is_weekend FROM fact_orders ORDER BY order_id`),
  ).toEqual([
    '1001 | 2026-01-30 | 2026 | 1 | 1 | 5 | 30 | Friday | false',
    '1002 | 2026-01-30 | 2026 | 1 | 1 | 5 | 30 | Friday | false',
    '1004 | 2026-01-31 | 2026 | 1 | 1 | 5 | 31 | Saturday | true',
    '1005 | 2026-02-01 | 2026 | 1 | 2 | 5 | 1 | Sunday | true',
    '1007 | 2026-02-02 | 2026 | 1 | 2 | 6 | 2 | Monday | false',
    '1008 | 2026-04-01 | 2026 | 2 | 4 | 14 | 1 | Wednesday | false',
    '1010 | 2026-12-31 | 2026 | 4 | 12 | 53 | 31 | Thursday | false',
  ])
})
