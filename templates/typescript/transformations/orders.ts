import { materializedView, readStream, sql, streamingTable } from 'millrace'
import { col, currentTimestamp, toTimestamp } from 'millrace/functions'

/** Every order file that lands in data/raw/orders, as it came. */
export const bronzeOrders = streamingTable('bronze_orders', () =>
  readStream
    .format('cloudFiles')
    .options({
      'cloudFiles.format': 'json',
      'cloudFiles.inferColumnTypes': true,
      'cloudFiles.schemaHints': 'amount STRING',
    })
    .load('data/raw/orders')
    .withColumns({ ingested_at: currentTimestamp() }),
)

/** The orders that make sense; the others are in silver_orders_quarantine, with the rules that they broke. */
export const silverOrders = streamingTable(
  'silver_orders',
  {
    expect: { known_customer: 'customer_id IS NOT NULL' },
    expectOrDrop: { has_id: 'order_id IS NOT NULL', sane_amount: 'amount > 0 AND amount < 100000' },
    expectOrFail: { known_status: "status IN ('pending', 'completed', 'cancelled')" },
    quarantine: true,
  },
  () =>
    readStream
      .table(bronzeOrders)
      .select(
        'order_id',
        'customer_id',
        col('amount').tryCast('decimal(10,2)').as('amount'),
        'status',
        toTimestamp('order_date').as('order_date'),
        'region',
      ),
)

/** Sales by day and region. */
export const goldDailySales = materializedView(
  'gold_daily_sales',
  () => sql`
    SELECT to_date(order_date) AS date, region, count(*) AS orders, sum(amount) AS sales
    FROM ${silverOrders}
    WHERE status = 'completed'
    GROUP BY ALL`,
)
