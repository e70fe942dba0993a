import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DeltaTable } from '../../src/delta-table/index.ts'

/** Rows that one tick lands, by what they are. */
export const ROWS = { orders: 200, items: 200, customers: 50, payments: 50 }

/** Streaming tables at the end of their chains, and how many rows each gets of a tick. */
export const LAST: Readonly<Record<string, number>> = {
  order_facts: ROWS.orders,
  payment_facts: ROWS.payments,
}

/** Materialized views with a row for each tick. */
export const VIEWS = ['revenue_by_tick', 'payments_by_tick'] as const

const SPEC = `
name: latency
catalog: main
schema: shop
continuous: true
libraries:
  - glob: { include: definitions/** }
`

/** Four sources, three of JSON files and one of a Delta table, to facts that join a stream with the versions of customers. */
const DEFINITIONS = `
CREATE STREAMING TABLE bronze_orders AS
SELECT * FROM STREAM read_files('landing/orders', format => 'json',
  schema => 'tick BIGINT, id BIGINT, customer BIGINT, region STRING, amount DECIMAL(12, 2), placed TIMESTAMP');

CREATE STREAMING TABLE bronze_items AS
SELECT * FROM STREAM read_files('landing/items', format => 'json',
  schema => 'tick BIGINT, order_id BIGINT, product STRING, quantity INT');

CREATE STREAMING TABLE bronze_customers AS
SELECT * FROM STREAM read_files('landing/customers', format => 'json',
  schema => 'tick BIGINT, id BIGINT, name STRING, region STRING');

CREATE STREAMING TABLE bronze_payments AS
SELECT * FROM STREAM delta.\`landing/payments\`;

CREATE STREAMING TABLE silver_orders (
  CONSTRAINT has_customer EXPECT (customer IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT positive EXPECT (amount > 0)
) AS SELECT tick, id, customer, upper(region) AS region, amount, placed FROM STREAM bronze_orders;

CREATE STREAMING TABLE silver_items (
  CONSTRAINT some EXPECT (quantity > 0) ON VIOLATION DROP ROW
) AS SELECT tick, order_id, product, quantity FROM STREAM bronze_items;

CREATE STREAMING TABLE silver_customers (
  CONSTRAINT named EXPECT (name IS NOT NULL) ON VIOLATION DROP ROW
) AS SELECT tick, id, name, upper(region) AS region FROM STREAM bronze_customers;

CREATE STREAMING TABLE silver_payments (
  CONSTRAINT positive EXPECT (amount > 0) ON VIOLATION DROP ROW
) AS SELECT tick, id, order_id, amount FROM STREAM bronze_payments;

CREATE STREAMING TABLE customers;
CREATE FLOW customer_versions AS AUTO CDC INTO customers
FROM STREAM silver_customers KEYS (id) SEQUENCE BY tick STORED AS SCD TYPE 2;

CREATE STREAMING TABLE order_facts AS
SELECT o.tick, o.id, o.amount, o.placed, c.name, c.region
FROM STREAM silver_orders o LEFT JOIN customers c ON o.customer = c.id AND c.__END_AT IS NULL;

CREATE STREAMING TABLE payment_facts AS
SELECT p.tick, p.id, p.amount, p.order_id FROM STREAM silver_payments p;

CREATE MATERIALIZED VIEW revenue_by_tick AS
SELECT tick, count(*) AS orders, sum(amount) AS revenue FROM order_facts GROUP BY tick;

CREATE MATERIALIZED VIEW payments_by_tick AS
SELECT tick, count(*) AS payments, sum(amount) AS paid FROM payment_facts GROUP BY tick;
`

/** A pipeline in a folder of its own, and what lands in it. */
export class Shop {
  readonly folder: string
  readonly #payments: DeltaTable

  private constructor(folder: string, payments: DeltaTable) {
    this.folder = folder
    this.#payments = payments
  }

  /** Writes the pipeline in the place of what is there. */
  static async create(folder: string): Promise<Shop> {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(join(folder, 'definitions'), { recursive: true })
    writeFileSync(join(folder, 'pipeline.yml'), SPEC)
    writeFileSync(join(folder, 'definitions/shop.sql'), DEFINITIONS)
    for (const each of ['orders', 'items', 'customers'])
      mkdirSync(join(folder, 'landing', each), { recursive: true })
    const payments = await DeltaTable.create(join(folder, 'landing/payments'))
      .addColumns('tick BIGINT, id BIGINT, order_id BIGINT, amount DECIMAL(12, 2)')
      .execute()
    return new Shop(folder, payments)
  }

  /** Lands 500 rows: three files and a commit, in the order in which a shop would. */
  async land(tick: number): Promise<void> {
    const customers = numbers(ROWS.customers).map((i) => ({
      tick,
      id: tick * ROWS.customers + i,
      name: `name ${i}`,
      region: 'eu',
    }))
    const orders = numbers(ROWS.orders).map((i) => ({
      tick,
      id: tick * ROWS.orders + i,
      customer: customers[i % customers.length]!.id,
      region: 'eu',
      amount: 10 + i,
      placed: new Date(1_767_225_600_000 + tick * 1000).toISOString(),
    }))
    const items = numbers(ROWS.items).map((i) => ({
      tick,
      order_id: orders[i]!.id,
      product: `p${i % 20}`,
      quantity: 1 + (i % 3),
    }))
    const payments = numbers(ROWS.payments).map((i) => ({
      tick,
      id: tick * ROWS.payments + i,
      order_id: orders[i]!.id,
      amount: '12.50',
    }))
    await this.#payments.append(payments)
    this.#landFile('customers', tick, customers)
    this.#landFile('items', tick, items)
    this.#landFile('orders', tick, orders)
  }

  async close(): Promise<void> {
    await this.#payments.close()
  }

  /** Folder of a table's log. */
  logOf(table: string): string {
    return join(this.folder, 'warehouse/main/shop', table, '_delta_log')
  }

  /** A file appears whole. */
  #landFile(kind: string, tick: number, rows: readonly object[]): void {
    const path = join(this.folder, 'landing', kind, `${String(tick).padStart(8, '0')}.json`)
    const hidden = join(this.folder, 'landing', kind, `.${tick}.tmp`)
    writeFileSync(hidden, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    renameSync(hidden, path)
  }
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}
