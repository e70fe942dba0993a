import { conf, materializedView, read, readStream, streamingTable } from 'millrace'
import { col, currentTimestamp } from 'millrace/functions'

const source = conf.get('source_path', 'data/raw')

export const bronzeOrders = streamingTable(
  'bronze_orders',
  { comment: 'Raw orders, as they landed', tableProperties: { quality: 'bronze' } },
  () =>
    readStream
      .format('cloudFiles')
      .options({
        'cloudFiles.format': 'json',
        'cloudFiles.inferColumnTypes': true,
        // Some upstream systems send amounts as text: keep them as they come, silver decides.
        'cloudFiles.schemaHints': 'order_id BIGINT, customer_id BIGINT, amount STRING',
      })
      .load(`${source}/orders`)
      .select('*', col('_metadata.file_path').as('source_file'))
      .withColumns({ ingestion_timestamp: currentTimestamp() }),
)

export const bronzeCustomers = materializedView(
  'bronze_customers',
  { comment: 'Raw customer reference data', tableProperties: { quality: 'bronze' } },
  () => read.parquet(`${source}/customers`),
)
