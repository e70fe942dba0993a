import { conf, type DataFrame, readStream, streamingTable } from 'millrace'
import { col, currentTimestamp } from 'millrace/functions'
import { properties } from './properties.ts'

/** A landing table as a stream, with the time and the file in which each row came. */
function landed(table: string): DataFrame {
  return readStream
    .format('delta')
    .load(`${conf.get('landing_path', 'data/landing')}/${table}`)
    .withColumns({ ingest_timestamp: currentTimestamp(), source_file: col('_metadata.file_path') })
}

export const bronzeSales = streamingTable(
  'bronze_sales',
  { comment: 'Sales and returns, as the tills sent them', tableProperties: properties('bronze') },
  () =>
    landed('sales').withColumns({
      quantity: col('quantity').cast('int'),
      unit_price: col('unit_price').cast('decimal(10,2)'),
      discount: col('discount').cast('decimal(4,2)'),
      sale_timestamp: col('sale_timestamp').cast('timestamp'),
    }),
)

export const bronzeCustomers = streamingTable(
  'bronze_customers',
  { comment: 'New and changed customers', tableProperties: properties('bronze') },
  () =>
    landed('customers').withColumns({
      age: col('age').cast('int'),
      update_timestamp: col('update_timestamp').cast('timestamp'),
    }),
)

export const bronzeProducts = streamingTable(
  'bronze_products',
  { comment: 'New and changed products', tableProperties: properties('bronze') },
  () =>
    landed('products').withColumns({
      price: col('price').cast('decimal(10,2)'),
      update_timestamp: col('update_timestamp').cast('timestamp'),
    }),
)

export const bronzeStores = streamingTable(
  'bronze_stores',
  { comment: 'New and changed stores', tableProperties: properties('bronze') },
  () => landed('stores').withColumns({ update_timestamp: col('update_timestamp').cast('timestamp') }),
)
