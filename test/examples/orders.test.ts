import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { defectAt, orderDefaults, orders, type RawOrder } from '../../src/cli/generate/order-rows.ts'

/** Both examples over the same files: 3,000 orders, an update, 500 more, another update. */
const root = mkdtempSync(join(tmpdir(), 'millrace-examples-'))
const folders = { orders: join(root, 'orders'), 'orders-sql': join(root, 'orders-sql') }
const names = Object.keys(folders) as (keyof typeof folders)[]
const sent = [...orders(1, 3500, orderDefaults)]

function millrace(folder: string, ...args: string[]): string {
  const bin = resolve('src/cli/bin.ts')
  return execFileSync(process.execPath, [bin, ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

function query(name: keyof typeof folders, sql: string): Record<string, unknown>[] {
  return JSON.parse(millrace(folders[name], 'query', '--output', 'json', sql))
}

beforeAll(() => {
  for (const name of names) {
    const folder = folders[name]
    cpSync(resolve('examples', name), folder, {
      recursive: true,
      filter: (path) => !/\/(data|warehouse|\.millrace)$/.test(path),
    })
    millrace(folder, 'generate', 'orders', '--rows', '3000')
    millrace(folder, 'run')
    millrace(folder, 'generate', 'orders', '--rows', '500')
    millrace(folder, 'run')
  }
})

afterAll(() => rmSync(root, { recursive: true }))

const isValid = ({ order_id, amount }: RawOrder) =>
  order_id != null && amount != null && Number(amount) > 0 && Number(amount) < 100_000

describe.each(names)('%s', (name) => {
  test('bronze has every order that was sent', () => {
    expect(query(name, 'SELECT count(*) AS n FROM bronze_orders')).toEqual([{ n: 3500 }])
  })

  test('silver has every valid order once, a good copy behind a bad one included', () => {
    const valid = new Set(sent.filter(isValid).map((order) => order.order_id))
    expect(query(name, 'SELECT count(*) AS n, count(DISTINCT order_id) AS ids FROM silver_orders')).toEqual([
      { n: valid.size, ids: valid.size },
    ])
    const corrected = sent.findIndex((_, i) => defectAt(i + 1, orderDefaults) === 'bad first copy')
    const good = sent[corrected + 5]!
    expect(query(name, `SELECT amount FROM silver_orders WHERE order_id = ${good.order_id}`)).toEqual([
      { amount: good.amount },
    ])
  })

  test('quarantine has every other one, with its reason', () => {
    const reasons = new Map<string, number>()
    for (const order of sent.filter((each) => !isValid(each))) {
      const reason =
        order.order_id == null
          ? 'missing_order_id'
          : order.amount == null
            ? 'missing_amount'
            : Number(order.amount) <= 0
              ? 'invalid_amount_negative'
              : 'invalid_amount_too_high'
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    }
    const sql =
      'SELECT quarantine_reason, count(*) AS n FROM quarantine_orders GROUP BY ALL ORDER BY quarantine_reason'
    expect(query(name, sql)).toEqual(
      [...reasons].sort().map(([quarantine_reason, n]) => ({ quarantine_reason, n })),
    )
  })

  test('the change feed of the customers is a stream', () => {
    const sql = 'SELECT _change_type, count(*) AS n FROM customer_changes GROUP BY ALL'
    expect(query(name, sql)).toEqual([{ _change_type: 'insert', n: 1000 }])
  })

  test('clustered tables are clustered', () => {
    const [detail] = query(name, 'DESCRIBE DETAIL gold_orders_clustered')
    expect(detail).toMatchObject({ clusteringColumns: ['customer_id', 'order_date'], numFiles: 1 })
    expect(query(name, 'OPTIMIZE gold_orders_clustered')).toMatchObject([
      { metrics: { numFilesAdded: 0, numFilesRemoved: 0 } },
    ])
  })

  test('an hour is in the hourly metrics once it is over', () => {
    const [{ last, newest }] = query(
      name,
      `SELECT (SELECT max(hour_end) FROM gold_hourly_metrics) AS last,
              (SELECT max(order_date) FROM silver_orders) AS newest`,
    ) as [{ last: string; newest: string }]
    const HOUR_MS = 3_600_000
    expect(Date.parse(newest) - Date.parse(last)).toBeGreaterThanOrEqual(HOUR_MS)
    expect(Date.parse(newest) - Date.parse(last)).toBeLessThan(3 * HOUR_MS)
  })
})

test.each([
  ['bronze_customers', 'customer_id'],
  ['silver_orders', 'order_id'],
  ['silver_customers', 'customer_id'],
  ['silver_orders_enriched', 'order_id'],
  ['quarantine_orders', 'order_date, amount'],
  ['gold_daily_sales', 'date, region'],
  ['gold_customer_ltv', 'customer_id'],
  ['gold_hourly_metrics', 'hour_start, region, status'],
  ['gold_orders_clustered', 'order_id'],
])('%s is the same in both examples', (table, key) => {
  const [first, second] = names.map((name) => query(name, `SELECT * FROM ${table} ORDER BY ${key}`))
  expect(first!.length).toBeGreaterThan(0)
  expect(second).toEqual(first)
})

test('the changes of the customers are the same in both examples, but for their time', () => {
  const sql = 'SELECT * EXCEPT (_commit_timestamp) FROM customer_changes ORDER BY customer_id'
  expect(query('orders-sql', sql)).toEqual(query('orders', sql))
})
