import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { soak } from '../soak/soak.ts'
import type { DatasetOutcome } from './example.ts'
import { RetailExample } from './retail-example.ts'

/** Four updates: over nothing, then over four batches each. Every call of the generator goes on where the last one ended. */
let example: RetailExample
let updates: ReadonlyMap<string, DatasetOutcome>[]

beforeAll(async () => {
  example = await RetailExample.create()
  updates = [await example.run()]
  for (let i = 0; i < 3; i++) {
    await example.generate(4, '--dirty', '0.25')
    updates.push(await example.run())
  }
})

afterAll(() => example.remove())

test('an update before anything landed makes empty tables', () => {
  for (const each of updates[0]!.values())
    expect(each).toMatchObject({ status: 'COMPLETED', rows_written: 0 })
})

describe('the reconciliation', () => {
  test('finds each table to be what other queries give', async () => {
    const figures = await example.reconcile()
    expect(figures.map((each) => each.figure)).toEqual([
      'bronze_sales, number of rows',
      'bronze_customers, number of rows',
      'bronze_products, number of rows',
      'bronze_stores, number of rows',
      'silver_sales',
      'silver_returns',
      'dim_customers',
      'dim_products',
      'dim_stores',
      'gold_sales_facts',
      'gold_daily_store_sales',
      'gold_daily_store_sales, measures from the landing tables alone',
      'gold_product_performance',
      'gold_product_performance, measures from the landing tables alone',
      'gold_customer_ltv, from the landing tables alone',
    ])
    for (const each of figures) {
      expect(each).toMatchObject({ missing: 0, unexpected: 0 })
      expect(each.rows).toBeGreaterThan(0)
    }
  })

  test('sees a single fact that has the customer of another batch', async () => {
    const facts = 'delta.`data/reconciliation/facts`'
    await example.query(`UPDATE ${facts} SET customer_city = 'Atlantis'
      WHERE transaction_id = (SELECT max(transaction_id) FROM ${facts})`)
    const wrong = (await example.reconcile()).filter((each) => each.missing + each.unexpected > 0)
    expect(wrong).toMatchObject([{ figure: 'gold_sales_facts', missing: 1, unexpected: 1 }])
    const [{ version }] = (await example.query(`DESCRIBE HISTORY ${facts}`)) as [{ version: number }]
    await example.query(`RESTORE TABLE ${facts} TO VERSION AS OF ${version - 1}`)
  })
})

test('facts know the customers, products and stores of their batch, not those of today', async () => {
  const [{ older }] = (await example.query(`SELECT count(*) AS older FROM gold_sales_facts AS f
    JOIN dim_customers AS c ON f.customer_id = c.customer_id AND c.__END_AT IS NULL
    WHERE f.customer_city IS DISTINCT FROM c.city OR f.loyalty_tier IS DISTINCT FROM c.loyalty_tier`)) as [
    { older: number },
  ]
  expect(older).toBeGreaterThan(0)
})

test('a dimension has one current row of each key, and versions that follow each other', async () => {
  const [counts] = await example.query(`SELECT count_if(__END_AT IS NULL) AS rows,
    count(DISTINCT CASE WHEN __END_AT IS NULL THEN customer_id END) AS current,
    count(DISTINCT customer_id) AS customers FROM dim_customers`)
  expect([counts?.rows, counts?.current]).toEqual([counts?.customers, counts?.customers])
  expect(
    await example.query(`SELECT customer_id FROM (
      SELECT customer_id, __END_AT, lead(__START_AT) OVER (PARTITION BY customer_id ORDER BY __START_AT) AS next
      FROM dim_customers) WHERE __END_AT IS DISTINCT FROM next`),
  ).toEqual([])
})

describe('expectations', () => {
  type Row = Readonly<Record<string, string | number | null>>
  const isOneOf = (value: string | number | null | undefined, ...known: readonly string[]) =>
    known.includes(String(value))
  const isUnknownOrOneOf = (value: string | number | null | undefined, ...known: readonly string[]) =>
    value === null || isOneOf(value, ...known)

  /** When a landed row fulfils each rule. */
  const rules: Readonly<Record<string, Readonly<Record<string, (row: Row) => boolean>>>> = {
    sales: {
      known_payment_method: (row) => isOneOf(row.payment_method, 'card', 'cash', 'gift_card', 'wallet'),
      valid_transaction_id: (row) => row.transaction_id !== null,
      valid_customer_id: (row) => row.customer_id !== null,
      valid_product_id: (row) => row.product_id !== null,
      valid_store_id: (row) => row.store_id !== null,
      valid_quantity: (row) => row.quantity !== 0,
      valid_unit_price: (row) => Number(row.unit_price) > 0,
      valid_discount: (row) => Number(row.discount) >= 0 && Number(row.discount) <= 1,
      valid_sale_timestamp: (row) => row.sale_timestamp !== null,
    },
    customers: {
      valid_email: (row) => row.email === null || /.@.+\...+/.test(String(row.email)),
      plausible_age: (row) => row.age === null || (Number(row.age) >= 16 && Number(row.age) <= 110),
      valid_customer_id: (row) => row.customer_id !== null,
      valid_update_timestamp: (row) => row.update_timestamp !== null,
    },
    products: {
      known_category: (row) =>
        isUnknownOrOneOf(row.category, 'tops', 'bottoms', 'outerwear', 'footwear', 'accessories'),
      known_status: (row) => isUnknownOrOneOf(row.status, 'active', 'discontinued'),
      valid_product_id: (row) => row.product_id !== null,
      valid_price: (row) => row.price === null || Number(row.price) > 0,
      valid_update_timestamp: (row) => row.update_timestamp !== null,
    },
    stores: {
      known_region: (row) => isUnknownOrOneOf(row.region, 'north', 'south', 'east', 'west'),
      known_status: (row) => isUnknownOrOneOf(row.status, 'open', 'closed'),
      valid_update_timestamp: (row) => row.update_timestamp !== null,
      valid_store_id: (row) => row.store_id !== null,
    },
  }

  test.each(Object.keys(rules))(
    'of %s are counted on each row, and each is broken by some',
    async (table) => {
      const landed = (await example.query(`SELECT * FROM delta.\`data/landing/${table}\``)) as Row[]
      const counted =
        await example.query(`SELECT name, sum(passed_records) AS passed, sum(failed_records) AS failed
      FROM event_log_expectations WHERE dataset = '${table}_checked' GROUP BY name ORDER BY name`)
      const expected = Object.entries(rules[table]!).map(([name, holds]) => {
        const passed = landed.filter(holds).length
        return { name, passed, failed: landed.length - passed }
      })
      expect(counted).toEqual(expected.sort((a, b) => (a.name < b.name ? -1 : 1)))
      const unbroken = expected.filter((each) => each.failed === 0).map((each) => each.name)
      expect(unbroken).toEqual(table === 'stores' ? ['valid_store_id'] : [])
    },
  )
})

test('maintenance leaves every figure as it was, also for batches after it', async () => {
  await example.environment('maintenance.sql')
  await example.generate(1)
  await example.run()
  for (const each of await example.reconcile()) expect(each).toMatchObject({ missing: 0, unexpected: 0 })
})

test('after a full refresh the reconciliation knows what the facts took anew, and batches after it', async () => {
  await example.millrace('run', '--full-refresh-all')
  for (const each of await example.reconcile()) expect(each).toMatchObject({ missing: 0, unexpected: 0 })
  await example.generate(1)
  await example.run()
  for (const each of await example.reconcile()) expect(each).toMatchObject({ missing: 0, unexpected: 0 })
})

test('facts that are made anew in many small batches, of some files of the table as it stands, agree as well', async () => {
  const gold = join(example.folder, 'transformations/gold.ts')
  const definition = readFileSync(gold, 'utf8')
  writeFileSync(
    gold,
    definition.replace('readStream\n', "readStream\n      .option('maxFilesPerTrigger', 1)\n"),
  )
  await example.millrace('run', '--full-refresh', 'gold_sales_facts')
  writeFileSync(gold, definition)
  await example.run()
  const history = await example.query('DESCRIBE HISTORY gold_sales_facts')
  expect(history.findIndex((each) => each.operation !== 'STREAMING UPDATE')).toBeGreaterThan(1)
  for (const each of await example.reconcile()) expect(each).toMatchObject({ missing: 0, unexpected: 0 })
})

test('a store without an id fails the update; its dimension stays as it was', async () => {
  const before = await example.query('SELECT * FROM dim_stores ORDER BY store_id, __START_AT')
  await example.generate(1, '--stores', '0', '--fatal')
  await expect(example.run()).rejects.toThrow('valid_store_id')
  expect(await example.query('SELECT * FROM dim_stores ORDER BY store_id, __START_AT')).toEqual(before)
})

test('with the store deleted where it landed, and two tables made anew, the update takes what waited', async () => {
  await example.query('DELETE FROM delta.`data/landing/stores` WHERE store_id IS NULL')
  await example.millrace('run', '--full-refresh', 'bronze_stores,dim_stores')
  const facts = (await example.run()).get('gold_sales_facts')
  expect(facts?.rows_written).toBeGreaterThan(0)
  for (const each of await example.reconcile()) expect(each).toMatchObject({ missing: 0, unexpected: 0 })
})

test('a continuous update that is killed on the way ends with exact figures', {
  timeout: 180_000,
}, async () => {
  const running = await RetailExample.create()
  try {
    const { figures, ticks } = await soak(running, { ticks: 12, kills: 1, bin: 'src/cli/bin.ts' })
    for (const each of figures) expect(each).toMatchObject({ missing: 0, unexpected: 0 })
    expect(ticks).toHaveLength(12)
  } finally {
    running.remove()
  }
})
