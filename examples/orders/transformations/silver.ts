import { materializedView, read, readStream, streamingTable, temporaryView } from 'millrace'
import { col, toTimestamp, when } from 'millrace/functions'
import { bronzeCustomers, bronzeOrders } from './bronze.ts'

/** The rules stand before the dedupe: a bad first copy of an order must not shadow a good second one. */
const typedOrders = temporaryView(
  'typed_orders',
  {
    expect: { valid_customer: 'customer_id IS NOT NULL' },
    expectOrDrop: {
      valid_order_id: 'order_id IS NOT NULL',
      valid_amount: 'amount > 0 AND amount < 100000',
    },
    expectOrFail: { valid_status: "status IN ('pending', 'completed', 'cancelled')" },
    quarantine: 'rejected_orders',
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

export const silverOrders = streamingTable(
  'silver_orders',
  { comment: 'Valid orders, each once', tableProperties: { quality: 'silver' } },
  () => readStream.table(typedOrders).dropDuplicates(['order_id']),
)

export const quarantineOrders = streamingTable(
  'quarantine_orders',
  { comment: 'Orders that broke a rule, and which' },
  () =>
    readStream
      .table('rejected_orders')
      .select('order_id', 'customer_id', 'amount', 'status', 'order_date', 'region')
      .withColumn(
        'quarantine_reason',
        when(col('order_id').isNull(), 'missing_order_id')
          .when(col('amount').isNull(), 'missing_amount')
          .when(col('amount').leq(0), 'invalid_amount_negative')
          .when(col('amount').geq(100_000), 'invalid_amount_too_high')
          .otherwise('invalid_status'),
      ),
)

export const silverCustomers = materializedView(
  'silver_customers',
  {
    comment: 'Customers, each once',
    tableProperties: { quality: 'silver', 'delta.enableChangeDataFeed': 'true' },
  },
  () => read.table(bronzeCustomers).dropDuplicates(['customer_id']),
)

export const customerChanges = streamingTable(
  'customer_changes',
  { comment: 'What was inserted, updated and deleted in silver_customers, and when' },
  () => readStream.options({ readChangeFeed: true, startingVersion: 0 }).table(silverCustomers),
)

export const silverOrdersEnriched = materializedView(
  'silver_orders_enriched',
  { comment: 'Orders with what is known of their customers', tableProperties: { quality: 'silver' } },
  () => read.table(silverOrders).join(read.table(silverCustomers), 'customer_id', 'left'),
)
