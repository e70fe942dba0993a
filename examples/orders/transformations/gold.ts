import { materializedView, read, readStream, sql, streamingTable } from 'millrace'
import { col, count, sum, window } from 'millrace/functions'
import { silverOrders, silverOrdersEnriched } from './silver.ts'

export const goldDailySales = materializedView(
  'gold_daily_sales',
  {
    comment: 'Sales by day and region',
    tableProperties: { quality: 'gold' },
    clusterBy: ['date', 'region'],
  },
  () => sql`
    SELECT
      to_date(order_date) AS date,
      region,
      count(order_id) AS order_count,
      sum(amount) AS total_sales,
      avg(amount) AS avg_order_value,
      count(DISTINCT customer_id) AS unique_customers
    FROM ${silverOrdersEnriched}
    WHERE status = 'completed'
    GROUP BY to_date(order_date), region`,
)

export const goldCustomerLtv = materializedView(
  'gold_customer_ltv',
  { comment: 'What each customer is worth', tableProperties: { quality: 'gold' } },
  () => sql`
    SELECT
      customer_id,
      customer_name,
      customer_segment,
      count(order_id) AS total_orders,
      sum(amount) AS lifetime_value,
      min(order_date) AS first_order_date,
      max(order_date) AS last_order_date,
      avg(amount) AS avg_order_value,
      datediff(max(order_date), min(order_date)) AS customer_tenure_days
    FROM ${silverOrdersEnriched}
    WHERE status = 'completed'
    GROUP BY customer_id, customer_name, customer_segment`,
)

export const goldHourlyMetrics = streamingTable(
  'gold_hourly_metrics',
  { comment: 'Orders by hour: an hour is written once it is over', tableProperties: { quality: 'gold' } },
  () =>
    readStream
      .table(silverOrders)
      .withWatermark('order_date', '1 hour')
      .groupBy(window('order_date', '1 hour').as('hour_window'), 'region', 'status')
      .agg(count('order_id').as('order_count'), sum('amount').as('total_amount'))
      .select(
        col('hour_window.start').as('hour_start'),
        col('hour_window.end').as('hour_end'),
        'region',
        'status',
        'order_count',
        'total_amount',
      ),
)

export const goldOrdersClustered = materializedView(
  'gold_orders_clustered',
  {
    comment: 'Orders laid out for queries by customer and time',
    tableProperties: { quality: 'gold' },
    clusterBy: ['customer_id', 'order_date'],
  },
  () => read.table(silverOrdersEnriched),
)
