import { readStream, streamingTable, temporaryView } from 'millrace'
import { abs, col, expr } from 'millrace/functions'
import { bronzeSales } from './bronze.ts'
import { properties } from './properties.ts'

const salesChecked = temporaryView(
  'sales_checked',
  {
    expect: { known_payment_method: "payment_method IN ('card', 'cash', 'gift_card', 'wallet')" },
    expectOrDrop: {
      valid_transaction_id: 'transaction_id IS NOT NULL',
      valid_customer_id: 'customer_id IS NOT NULL',
      valid_product_id: 'product_id IS NOT NULL',
      valid_store_id: 'store_id IS NOT NULL',
      valid_quantity: 'quantity <> 0',
      valid_unit_price: 'unit_price > 0',
      valid_discount: 'discount BETWEEN 0 AND 1',
      valid_sale_timestamp: 'sale_timestamp IS NOT NULL',
    },
  },
  () =>
    readStream
      .table(bronzeSales)
      .withColumns({ payment_method: expr('lower(trim(payment_method))') })
      .withWatermark('sale_timestamp', '10 minutes'),
)

/** Tills send some sales again: within the ten minutes of the watermark the first copy counts. */
export const silverSales = streamingTable(
  'silver_sales',
  { comment: 'Sales, each once', tableProperties: properties('silver') },
  () =>
    readStream
      .table(salesChecked)
      .where('quantity > 0')
      .dropDuplicatesWithinWatermark(['transaction_id'])
      .withColumns({ total_amount: expr('CAST(quantity * unit_price * (1 - discount) AS DECIMAL(14, 4))') }),
)

export const silverReturns = streamingTable(
  'silver_returns',
  { comment: 'Returns, each once; what came back is counted up', tableProperties: properties('silver') },
  () =>
    readStream
      .table(salesChecked)
      .where('quantity < 0')
      .dropDuplicatesWithinWatermark(['transaction_id'])
      .withColumns({ returned_quantity: abs(col('quantity')) })
      .withColumns({
        returned_amount: expr('CAST(returned_quantity * unit_price * (1 - discount) AS DECIMAL(14, 4))'),
      })
      .drop('quantity'),
)
