/**
 * The orders medallion by hand in DuckDB, as its own process: `node bench/raw-orders.ts same|least <raw folder> <out folder>`.
 *
 * `same` gives what the pipeline gives: all tables, the rejected rows with their rules, the count of each rule, zstd Parquet,
 * everything synced to disk. `least` is what one would write in a hurry: plain copies, no rules, nothing kept of rejects.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

const [mode, raw, out] = process.argv.slice(2) as ['same' | 'least', string, string]
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const instance = await DuckDBInstance.create(':memory:', {
  memory_limit: process.env.BENCH_MEMORY ?? '2GB',
  preserve_insertion_order: 'false',
  temp_directory: join(out, 'spill'),
})
const connection = await instance.connect()
await connection.run("SET TimeZone = 'UTC'")

const written: string[] = []
async function copy(name: string, query: string): Promise<void> {
  const path = join(out, `${name}.parquet`)
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet, CODEC zstd)`)
  written.push(path)
}
const table = (name: string) => `'${join(out, `${name}.parquet`)}'`

const columns =
  "{order_id: 'BIGINT', customer_id: 'BIGINT', amount: 'VARCHAR', status: 'VARCHAR', order_date: 'VARCHAR', region: 'VARCHAR'}"
await copy(
  'bronze_orders',
  `SELECT *, now() AS ingestion_timestamp FROM read_json('${raw}/orders/*.json', format = 'newline_delimited', columns = ${columns}, filename = 'source_file')`,
)
await copy('bronze_customers', `SELECT * FROM '${raw}/customers/*.parquet'`)

const typed = `SELECT order_id, customer_id, TRY_CAST(amount AS DECIMAL(10, 2)) AS amount, status,
  CAST(order_date AS TIMESTAMPTZ) AS order_date, region FROM ${table('bronze_orders')}`
if (mode === 'same') {
  await connection.run(`CREATE TEMP TABLE typed AS SELECT *,
    CASE WHEN order_id IS NOT NULL THEN 0 ELSE 1 END + CASE WHEN amount > 0 AND amount < 100000 THEN 0 ELSE 2 END +
    CASE WHEN customer_id IS NOT NULL THEN 0 ELSE 4 END +
    CASE WHEN status IN ('pending', 'completed', 'cancelled') THEN 0 ELSE 8 END AS mask FROM (${typed})`)
  await connection.runAndReadAll('SELECT mask, count(*) FROM typed GROUP BY mask')
  await copy(
    'rejected_orders',
    `SELECT * EXCLUDE (mask), list_filter([CASE WHEN mask & 1 <> 0 THEN 'valid_order_id' END,
       CASE WHEN mask & 2 <> 0 THEN 'valid_amount' END, CASE WHEN mask & 4 <> 0 THEN 'valid_customer' END,
       CASE WHEN mask & 8 <> 0 THEN 'valid_status' END], lambda x: x IS NOT NULL) AS _failed_expectations
     FROM typed WHERE mask & 11 <> 0`,
  )
  await copy(
    'quarantine_orders',
    `SELECT *, CASE WHEN order_id IS NULL THEN 'missing_order_id' WHEN amount IS NULL THEN 'missing_amount'
       WHEN amount <= 0 THEN 'invalid_amount_negative' WHEN amount >= 100000 THEN 'invalid_amount_too_high'
       ELSE 'invalid_status' END AS quarantine_reason FROM ${table('rejected_orders')}`,
  )
  await copy('silver_orders', 'SELECT DISTINCT ON (order_id) * EXCLUDE (mask) FROM typed WHERE mask & 11 = 0')
  await copy('state', `SELECT order_id FROM ${table('silver_orders')}`)
} else {
  await copy(
    'silver_orders',
    `SELECT DISTINCT ON (order_id) * FROM (${typed}) WHERE order_id IS NOT NULL AND amount > 0 AND amount < 100000`,
  )
}
await copy('silver_customers', `SELECT DISTINCT ON (customer_id) * FROM ${table('bronze_customers')}`)
await copy(
  'silver_orders_enriched',
  `SELECT * FROM ${table('silver_orders')} LEFT JOIN ${table('silver_customers')} USING (customer_id)`,
)
const completed = `${table('silver_orders_enriched')} WHERE status = 'completed'`
await copy(
  'gold_daily_sales',
  `SELECT CAST(order_date AS DATE) AS date, region, count(order_id) AS order_count, sum(amount) AS total_sales,
     avg(amount) AS avg_order_value, count(DISTINCT customer_id) AS unique_customers FROM ${completed} GROUP BY ALL ORDER BY date, region`,
)
await copy(
  'gold_customer_ltv',
  `SELECT customer_id, customer_name, customer_segment, count(order_id) AS total_orders, sum(amount) AS lifetime_value,
     min(order_date) AS first_order_date, max(order_date) AS last_order_date, avg(amount) AS avg_order_value,
     date_diff('day', min(order_date), max(order_date)) AS customer_tenure_days FROM ${completed} GROUP BY ALL`,
)
await copy(
  'gold_hourly_metrics',
  `SELECT date_trunc('hour', order_date) AS hour_start, date_trunc('hour', order_date) + INTERVAL 1 HOUR AS hour_end,
     region, status, count(order_id) AS order_count, sum(amount) AS total_amount FROM ${table('silver_orders')} GROUP BY ALL`,
)
await copy(
  'gold_orders_clustered',
  `SELECT * FROM ${table('silver_orders_enriched')} ORDER BY customer_id, order_date`,
)
if (mode === 'same') for (const path of written) sync(path)
connection.closeSync()
instance.closeSync()

function sync(path: string): void {
  const file = openSync(path, 'r')
  fsyncSync(file)
  closeSync(file)
}
