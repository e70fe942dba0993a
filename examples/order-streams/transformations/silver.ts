import { appendFlow, read, readStream, streamingTable, temporaryView } from 'millrace'
import { col } from 'millrace/functions'
import { customerMv, orderStream } from './bronze.ts'

/** The customers are those of the moment in which an order is taken; an order of an unknown customer stays. */
export const silverOrders = streamingTable(
  'silver_orders',
  { comment: 'Orders with their customers', tableProperties: { quality: 'silver' } },
  () => readStream.table(orderStream).join(read.table(customerMv), 'customer_id', 'left'),
)

const completedOrders = temporaryView('completed_orders', () =>
  readStream.table(silverOrders).where(col('order_status').eq('COMPLETE')),
)

const pendingOrders = temporaryView('pending_orders', () =>
  readStream.table(silverOrders).where(col('order_status').eq('PENDING')),
)

export const appendOrdersStream = streamingTable('append_orders_stream', {
  comment: 'Completed and pending orders: what fact_orders is made of, and itself a table for analysts',
  tableProperties: {
    quality: 'silver, gold',
    'delta.autoOptimize.optimizeWrite': 'true',
    'delta.autoOptimize.autoCompact': 'true',
  },
})

appendFlow({ target: appendOrdersStream, name: 'append_completed_orders' }, () =>
  readStream.table(completedOrders),
)

appendFlow({ target: appendOrdersStream, name: 'append_pending_orders' }, () =>
  readStream.table(pendingOrders),
)
