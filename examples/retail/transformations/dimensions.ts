import { autoCdcFlow, type Dataset, read, readStream, streamingTable, temporaryView } from 'millrace'
import { col, lower, trim } from 'millrace/functions'
import { bronzeCustomers, bronzeProducts, bronzeStores } from './bronze.ts'
import { properties } from './properties.ts'

/** Rows that change often leave attributes out: NULL means that nothing new is known. */
const customersChecked = temporaryView(
  'customers_checked',
  {
    expect: {
      valid_email: "email IS NULL OR email LIKE '_%@_%.__%'",
      plausible_age: 'age IS NULL OR age BETWEEN 16 AND 110',
    },
    expectOrDrop: {
      valid_customer_id: 'customer_id IS NOT NULL',
      valid_update_timestamp: 'update_timestamp IS NOT NULL',
    },
  },
  () => readStream.table(bronzeCustomers).withColumns({ email: lower(trim('email')) }),
)

const productsChecked = temporaryView(
  'products_checked',
  {
    expect: {
      known_category:
        "category IS NULL OR category IN ('tops', 'bottoms', 'outerwear', 'footwear', 'accessories')",
      known_status: "status IS NULL OR status IN ('active', 'discontinued')",
    },
    expectOrDrop: {
      valid_product_id: 'product_id IS NOT NULL',
      valid_price: 'price IS NULL OR price > 0',
      valid_update_timestamp: 'update_timestamp IS NOT NULL',
    },
  },
  () => readStream.table(bronzeProducts).withColumns({ category: lower(trim('category')) }),
)

/** Stores are few and kept by hand: one without an id stops the update. */
const storesChecked = temporaryView(
  'stores_checked',
  {
    expect: {
      known_region: "region IS NULL OR region IN ('north', 'south', 'east', 'west')",
      known_status: "status IS NULL OR status IN ('open', 'closed')",
    },
    expectOrDrop: { valid_update_timestamp: 'update_timestamp IS NOT NULL' },
    expectOrFail: { valid_store_id: 'store_id IS NOT NULL' },
  },
  () => readStream.table(bronzeStores).withColumns({ region: lower(trim('region')) }),
)

export const dimCustomers = streamingTable('dim_customers', {
  comment: 'Customers with their history',
  tableProperties: properties('silver'),
})
export const dimProducts = streamingTable('dim_products', {
  comment: 'Products with their history',
  tableProperties: properties('silver'),
})
export const dimStores = streamingTable('dim_stores', {
  comment: 'Stores with their history',
  tableProperties: properties('silver'),
})

keepHistory(dimCustomers, customersChecked, 'customer_id')
keepHistory(dimProducts, productsChecked, 'product_id')
keepHistory(dimStores, storesChecked, 'store_id')

export const currentCustomers = current('current_customers', dimCustomers)
export const currentProducts = current('current_products', dimProducts)
export const currentStores = current('current_stores', dimStores)

/** A new version for each change of an attribute, in the order of the updates, however late they come. */
function keepHistory(target: Dataset, source: Dataset, key: string): void {
  autoCdcFlow({
    target,
    source,
    keys: [key],
    sequenceBy: 'update_timestamp',
    ignoreNullUpdates: true,
    storedAsScdType: 2,
    trackHistoryExceptColumnList: ['update_timestamp', 'ingest_timestamp', 'source_file'],
  })
}

/** The newest version of each row. */
function current(name: string, history: Dataset): Dataset {
  return temporaryView(name, () => read.table(history).where(col('__END_AT').isNull()))
}
