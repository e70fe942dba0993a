import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatasetOutcome, Example } from './example.ts'

/** One example after the first day's export, one after both; an update after each. */
let first: Example
let both: Example
let updates: ReadonlyMap<string, DatasetOutcome>[]

beforeAll(async () => {
  first = new Example('ecommerce')
  both = new Example('ecommerce')
  await take(first, '2026-03-01')
  updates = [await take(both, '2026-03-01'), await take(both, '2026-03-02')]
})

afterAll(() => {
  first.remove()
  both.remove()
})

function take(example: Example, day: string): Promise<ReadonlyMap<string, DatasetOutcome>> {
  cpSync(join(example.folder, 'exports', day), join(example.folder, 'data', 'landing'), { recursive: true })
  return example.run()
}

describe('bronze', () => {
  test.each([
    ['bronze_orders', [18, 6]],
    ['bronze_customer', [9, 2]],
    ['bronze_product', [5, 2]],
    ['bronze_region', [4, 2]],
  ])('%s takes the new files alone', (name, rows) => {
    expect(updates.map((datasets) => datasets.get(name)?.rows_written)).toEqual(rows)
  })

  test('keeps every value as it was sent', async () => {
    expect(
      await both.texts(`SELECT order_id, customer_id, region_id, order_date, ship_date, amount, status, export_day
        FROM bronze_orders WHERE order_id = 'ord 1' OR status = 'RETURNED' ORDER BY order_id`),
    ).toEqual([
      'ORD-001 |  C_01 | R-1 | 2026-02-10 | 2026-02-12 | 1,299.00 | RETURNED | 2026-03-01',
      'ord 1 | c1 | r01 | 10/02/2026 | Feb 12, 2026 | $1,299.00 | completed  | 2026-03-01',
    ])
  })
})

describe('the rules of orders', () => {
  test('reject what is neither an order nor a return, and say why', async () => {
    expect(
      await both.texts(`SELECT order_id, customer_id, amount, status, return_id, _failed_expectations
        FROM rejected_orders ORDER BY order_id`),
    ).toEqual([
      ' | 2 | 25 | completed |  | valid_order_id',
      '6 | 4 | 25 | returned |  | return_has_id',
      '8 |  | 25 | completed |  | valid_customer_id',
      '9 | 3 | -25 | completed |  | valid_amount',
      '10 | 3 | 25 | lost |  | valid_status',
    ])
  })

  test('count the rows whose dates were repaired', () => {
    const counted = updates.map((datasets) => datasets.get('clean_orders')!.expectations)
    expect(counted.map((rules) => rules.find((rule) => rule.name === 'dates_as_sent'))).toEqual([
      { name: 'dates_as_sent', action: 'warn', passed: 9, failed: 9 },
      { name: 'dates_as_sent', action: 'warn', passed: 6, failed: 0 },
    ])
  })
})

describe('silver_order, after the first export', () => {
  const sale = (order: number) =>
    first.texts(`SELECT order_date, ship_date, repaired_dates FROM silver_order
      WHERE order_id = ${order} AND status = 'completed'`)
  const returns = (order: number) =>
    first.texts(`SELECT customer_id, return_id, return_date, repaired_dates, is_fraud FROM silver_order
      WHERE order_id = ${order} AND status = 'returned' ORDER BY return_id`)

  test('has an order once that was sent twice, with its ids, dates and amount spelt differently', async () => {
    expect(
      await first.texts(`SELECT customer_id, product_id, region_id, order_date, ship_date, quantity, amount
        FROM silver_order WHERE order_id = 1 AND status = 'completed'`),
    ).toEqual(['1 | 1 | 1 | 2026-02-10 | 2026-02-12 | 1 | 1299'])
  })

  test('has one number for every spelling of an id', async () => {
    expect(
      await first.texts(`SELECT DISTINCT order_id, customer_id, product_id, region_id, return_id FROM clean_orders
        WHERE order_id = 1 ORDER BY return_id NULLS FIRST`),
    ).toEqual(['1 | 1 | 1 | 1 | ', '1 | 1 | 1 | 1 | 1'])
  })

  test('exchanges the days of an order that was shipped before it was ordered', async () => {
    expect(await sale(2)).toEqual(['2026-02-11 | 2026-02-15 | order_date,ship_date'])
  })

  test('takes the day of shipping for a missing day of order', async () => {
    expect(await sale(3)).toEqual(['2026-02-20 | 2026-02-20 | order_date'])
  })

  test('takes the day of the export where the day of shipping is missing too', async () => {
    expect(await sale(4)).toEqual(['2026-03-01 |  | order_date'])
  })

  test('takes a day that does not exist for a missing one', async () => {
    expect(await sale(5)).toEqual(['2026-02-27 | 2026-02-27 | order_date'])
  })

  test('takes a day after the export for a missing one', async () => {
    expect(await sale(6)).toEqual(['2026-03-01 |  | order_date'])
  })

  test('has a return once that was sent twice, and no fraud in it', async () => {
    expect(await returns(1)).toEqual(['1 | 1 | 2026-02-20 |  | false'])
  })

  test('takes the day of the export for a missing day of return', async () => {
    expect(await returns(2)).toEqual(['2 | 2 | 2026-03-01 | order_date,ship_date,return_date | false'])
  })

  test('takes the day of the export for a return before the shipping', async () => {
    expect(await returns(3)).toEqual(['3 | 3 | 2026-03-01 | order_date,return_date | false'])
  })

  test('sees no fraud where two customers return one order', async () => {
    expect(await returns(5)).toEqual([
      '2 | 4 | 2026-02-28 | order_date | false',
      '3 | 5 | 2026-03-01 | order_date | false',
    ])
  })
})

describe('silver_order, after the second export', () => {
  const returns = (order: number) =>
    both.texts(`SELECT customer_id, return_id, return_date, return_number, is_fraud FROM silver_order
      WHERE order_id = ${order} AND status = 'returned' ORDER BY return_id`)

  test('a second return of the same order by the same customer is fraud, and each one behind it', async () => {
    expect(await returns(1)).toEqual([
      '1 | 1 | 2026-02-20 | 1 | false',
      '1 | 6 | 2026-03-02 | 2 | true',
      '1 | 7 | 2026-03-02 | 3 | true',
    ])
  })

  test('a customer who returns two orders is none', async () => {
    expect(await returns(4)).toEqual(['1 | 8 | 2026-03-01 | 1 | false'])
  })

  test('a copy with all its dates takes the place of a repaired one', async () => {
    expect(await returns(2)).toEqual(['2 | 2 | 2026-02-25 | 1 | false'])
    expect(
      await both.texts(`SELECT order_date, ship_date, repaired_dates FROM silver_order
        WHERE order_id = 4 AND status = 'completed'`),
    ).toEqual(['2026-02-26 | 2026-02-28 | '])
  })

  test('has each order and return once', async () => {
    expect(
      await both.query('SELECT status, count(*) AS n FROM silver_order GROUP BY ALL ORDER BY status'),
    ).toEqual([
      { status: 'completed', n: 7 },
      { status: 'returned', n: 8 },
    ])
  })
})

describe('silver_customer', () => {
  const customers = (example: Example) =>
    example.texts('SELECT customer_id, customer_name, email, signup_date FROM silver_customer ORDER BY ALL')

  test('has each customer as last updated, and nobody who signed up after the first order or never', async () => {
    expect(await customers(first)).toEqual([
      '1 | Ada Brook | ada@example.com | 2026-01-05',
      '2 | Ben Castle |  | 2026-02-11',
      '3 | Cleo Dale | cleo@example.com | 2026-02-20',
      '4 | Dan Eaves | dan@example.com | 2026-03-01',
      '6 | Fay Gill | fay@example.com | 2026-01-31',
    ])
  })

  test('follows the second export', async () => {
    expect(await customers(both)).toEqual([
      '1 | Ada Brook | ada@example.com | 2026-01-05',
      '2 | Ben Castle | ben@example.com | 2026-02-01',
      '3 | Cleo Dale | cleo@example.com | 2026-02-20',
      '4 | Dan Eaves | dan@example.com | 2026-03-01',
      '5 | Eve Frost | eve@example.com | 2026-02-28',
      '6 | Fay Gill | fay@example.com | 2026-01-31',
    ])
  })
})

describe('silver_product', () => {
  test('has names, categories and prices in one form', async () => {
    expect(await first.texts('SELECT * FROM silver_product ORDER BY product_id')).toEqual([
      '1 | Laptop 14" | Electronics | 1299',
      '2 | Mug | Kitchen | 25',
      '3 | Lamp | Unknown | 15',
    ])
  })

  test('takes a new price, and keeps the old one where the new one is none', async () => {
    expect(await both.texts('SELECT product_id, price FROM silver_product ORDER BY product_id')).toEqual([
      '1 | 1199',
      '2 | 25',
      '3 | 15',
    ])
    expect(
      await both.texts(
        'SELECT product_id, price, _failed_expectations FROM rejected_products ORDER BY product_id',
      ),
    ).toEqual(['2 |  | valid_price', '4 | 0 | valid_price'])
  })
})

test('silver_region has each region as last exported', async () => {
  const regions = 'SELECT * FROM silver_region ORDER BY region_id'
  expect(await first.texts(regions)).toEqual(['1 | North | UK', '2 | South | Unknown'])
  expect(await both.texts(regions)).toEqual(['1 | North | UK', '2 | South | UK', '3 | West | UK'])
})

describe('gold', () => {
  test('gold_sales has each order with its names, and its money goes back once', async () => {
    expect(
      await both.texts(`SELECT order_id, order_month, days_to_ship, customer_name, product_name, region_name,
        amount, refund, net_amount, fraud_attempts FROM gold_sales ORDER BY order_id`),
    ).toEqual([
      '1 | 2026-02-01 | 2 | Ada Brook | Laptop 14" | North | 1299 | 1299 | 0 | 2',
      '2 | 2026-02-01 | 4 | Ben Castle | Mug | South | 50 | 50 | 0 | 0',
      '3 | 2026-02-01 | 0 | Cleo Dale | Mug | North | 25 | 25 | 0 | 0',
      '4 | 2026-02-01 | 2 | Ada Brook | Lamp | South | 60 | 60 | 0 | 0',
      '5 | 2026-02-01 | 0 | Ben Castle | Laptop 14" | West | 1250 | 1250 | 0 | 0',
      '6 | 2026-03-01 |  | Dan Eaves | Mug | North | 25 | 0 | 25 | 0',
      '11 | 2026-03-01 |  | Eve Frost | Mug | West | 75 | 0 | 75 | 0',
    ])
  })

  test('gold_region_sales adds them up by month, and names a region once it is known', async () => {
    const regions = 'SELECT * FROM gold_region_sales ORDER BY order_month, region_name NULLS LAST'
    expect(await first.texts(regions)).toEqual([
      '2026-02-01 | North | 2 | 2 | 1324 | 1324 | 0',
      '2026-02-01 | South | 1 | 1 | 50 | 50 | 0',
      '2026-02-01 |  | 1 | 1 | 1250 | 1250 | 0',
      '2026-03-01 | North | 1 | 1 | 25 | 0 | 25',
      '2026-03-01 | South | 1 | 1 | 60 | 0 | 60',
    ])
    expect(await both.texts(regions)).toEqual([
      '2026-02-01 | North | 2 | 2 | 1324 | 1324 | 0',
      '2026-02-01 | South | 2 | 2 | 110 | 110 | 0',
      '2026-02-01 | West | 1 | 1 | 1250 | 1250 | 0',
      '2026-03-01 | North | 1 | 1 | 25 | 0 | 25',
      '2026-03-01 | West | 1 | 1 | 75 | 0 | 75',
    ])
  })

  test('gold_product_returns says how often a product comes back', async () => {
    expect(await both.texts('SELECT * FROM gold_product_returns ORDER BY product_name')).toEqual([
      'Lamp | Unknown | 1 | 1 | 100',
      'Laptop 14" | Electronics | 2 | 2 | 100',
      'Mug | Kitchen | 4 | 2 | 50',
    ])
  })

  test('gold_return_fraud names who asked for the money of an order again', async () => {
    expect(await first.query('SELECT * FROM gold_return_fraud')).toEqual([])
    expect(await both.texts('SELECT * FROM gold_return_fraud')).toEqual([
      '1 | Ada Brook | ada@example.com | 1 | 2 | 2598 | 2026-03-02',
    ])
  })
})
