import { materializedView, read, readStream, sql, streamingTable } from 'millrace'
import { col } from 'millrace/functions'
import { currentCustomers, currentProducts, currentStores } from './dimensions.ts'
import { properties, reportProperties } from './properties.ts'
import { silverSales } from './sales.ts'

/** Customer, product and store are those of the moment in which a sale is taken. */
export const goldSalesFacts = streamingTable(
  'gold_sales_facts',
  { comment: 'Sales with all that is known of them', tableProperties: properties('gold') },
  () =>
    readStream
      .table(silverSales)
      .drop('ingest_timestamp', 'source_file')
      .join(
        read.table(currentCustomers).select('customer_id', 'loyalty_tier', col('city').as('customer_city')),
        'customer_id',
        'left',
      )
      .join(
        read.table(currentProducts).select('product_id', 'product_name', 'category'),
        'product_id',
        'left',
      )
      .join(
        read
          .table(currentStores)
          .select('store_id', 'store_name', col('city').as('store_city'), col('region').as('store_region')),
        'store_id',
        'left',
      ),
)

export const goldDailyStoreSales = materializedView(
  'gold_daily_store_sales',
  { comment: 'What each store sold on each day', tableProperties: reportProperties() },
  () => sql`
    SELECT
      to_date(sale_timestamp) AS sale_date,
      store_id,
      store_name,
      store_region,
      sum(total_amount) AS revenue,
      count(transaction_id) AS transactions,
      sum(quantity) AS items_sold,
      count(DISTINCT customer_id) AS unique_customers
    FROM ${goldSalesFacts}
    GROUP BY to_date(sale_timestamp), store_id, store_name, store_region`,
)

export const goldProductPerformance = materializedView(
  'gold_product_performance',
  { comment: 'What each product brought', tableProperties: reportProperties() },
  () => sql`
    SELECT
      product_id,
      product_name,
      category,
      sum(total_amount) AS revenue,
      sum(quantity) AS quantity_sold,
      count(transaction_id) AS orders
    FROM ${goldSalesFacts}
    GROUP BY product_id, product_name, category`,
)

export const goldCustomerLtv = materializedView(
  'gold_customer_ltv',
  { comment: 'What each customer is worth', tableProperties: reportProperties() },
  () => sql`
    SELECT
      customer_id,
      sum(total_amount) AS total_spend,
      count(transaction_id) AS orders,
      min(sale_timestamp) AS first_purchase,
      max(sale_timestamp) AS last_purchase,
      avg(total_amount) AS avg_order_value
    FROM ${goldSalesFacts}
    GROUP BY customer_id`,
)
