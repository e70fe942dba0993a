import { materializedView, read, readStream, streamingTable } from 'millrace'

export const orderStream = streamingTable(
  'order_stream',
  { comment: 'Raw orders, as they were appended to the source', tableProperties: { quality: 'bronze' } },
  () => readStream.table('dlt_demo.source.orders'),
)

export const customerMv = materializedView(
  'customer_mv',
  { comment: 'Customers, as the source has them now', tableProperties: { quality: 'bronze' } },
  () => read.table('dlt_demo.source.customers'),
)
