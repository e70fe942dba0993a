/** A table of the pipeline, or columns of it, and a query that computes the same rows in another way. */
export interface Figure {
  readonly name: string
  readonly actual: string
  readonly expected: string
}

const table = (name: string) => `delta.\`warehouse/main/retail/${name}\``

/** The landing tables alone: cast, checked, each transaction once. */
const sold = `
  SELECT DISTINCT transaction_id, customer_id, product_id, store_id, CAST(quantity AS INT) AS quantity,
    CAST(unit_price AS DECIMAL(10, 2)) AS unit_price, CAST(discount AS DECIMAL(4, 2)) AS discount,
    lower(trim(payment_method)) AS payment_method, CAST(sale_timestamp AS TIMESTAMP) AS sale_timestamp
  FROM delta.\`data/landing/sales\`
  WHERE transaction_id IS NOT NULL AND customer_id IS NOT NULL AND product_id IS NOT NULL AND store_id IS NOT NULL
    AND quantity <> 0 AND unit_price > 0 AND discount BETWEEN 0 AND 1 AND sale_timestamp IS NOT NULL`
const amount = 'CAST(abs(quantity) * unit_price * (1 - discount) AS DECIMAL(14, 4))'
const saleColumns =
  'transaction_id, customer_id, product_id, store_id, unit_price, discount, payment_method, sale_timestamp'

/** What must hold, `facts` being the path of the facts that each batch should have given. */
export function figures(facts: string): readonly Figure[] {
  const expected = `delta.\`${facts}\``
  return [
    ...['sales', 'customers', 'products', 'stores'].map((name) => ({
      name: `bronze_${name}, number of rows`,
      actual: `SELECT count(*) FROM ${table(`bronze_${name}`)}`,
      expected: `SELECT count(*) FROM delta.\`data/landing/${name}\``,
    })),
    {
      name: 'silver_sales',
      actual: `SELECT ${saleColumns}, quantity, total_amount FROM ${table('silver_sales')}`,
      expected: `SELECT ${saleColumns}, quantity, ${amount} FROM (${sold}) WHERE quantity > 0`,
    },
    {
      name: 'silver_returns',
      actual: `SELECT ${saleColumns}, returned_quantity, returned_amount FROM ${table('silver_returns')}`,
      expected: `SELECT ${saleColumns}, abs(quantity), ${amount} FROM (${sold}) WHERE quantity < 0`,
    },
    history('dim_customers', 'customer_id', {
      first_name: 'first_name',
      last_name: 'last_name',
      email: 'lower(trim(email))',
      age: 'CAST(age AS INT)',
      loyalty_tier: 'loyalty_tier',
      city: 'city',
    }),
    history(
      'dim_products',
      'product_id',
      {
        product_name: 'product_name',
        category: 'lower(trim(category))',
        price: 'CAST(price AS DECIMAL(10, 2))',
        status: 'status',
      },
      'price IS NULL OR price > 0',
    ),
    history('dim_stores', 'store_id', {
      store_name: 'store_name',
      city: 'city',
      region: 'lower(trim(region))',
      status: 'status',
    }),
    {
      name: 'gold_sales_facts',
      actual: `SELECT ${saleColumns}, quantity, total_amount, loyalty_tier, customer_city, product_name, category,
        store_name, store_city, store_region FROM ${table('gold_sales_facts')}`,
      expected: `SELECT ${saleColumns}, quantity, total_amount, loyalty_tier, customer_city, product_name, category,
        store_name, store_city, store_region FROM ${expected}`,
    },
    {
      name: 'gold_daily_store_sales',
      actual: `SELECT * FROM ${table('gold_daily_store_sales')}`,
      expected: `SELECT CAST(sale_timestamp AS DATE), store_id, store_name, store_region, sum(total_amount),
        count(*), sum(quantity), count(DISTINCT customer_id) FROM ${expected} GROUP BY 1, 2, 3, 4`,
    },
    {
      name: 'gold_daily_store_sales, measures from the landing tables alone',
      actual: `SELECT sale_date, store_id, sum(revenue), sum(transactions), sum(items_sold)
        FROM ${table('gold_daily_store_sales')} GROUP BY 1, 2`,
      expected: `SELECT CAST(sale_timestamp AS DATE), store_id, sum(${amount}), count(*), sum(quantity)
        FROM (${sold}) WHERE quantity > 0 GROUP BY 1, 2`,
    },
    {
      name: 'gold_product_performance',
      actual: `SELECT * FROM ${table('gold_product_performance')}`,
      expected: `SELECT product_id, product_name, category, sum(total_amount), sum(quantity), count(*)
        FROM ${expected} GROUP BY 1, 2, 3`,
    },
    {
      name: 'gold_product_performance, measures from the landing tables alone',
      actual: `SELECT product_id, sum(revenue), sum(quantity_sold), sum(orders)
        FROM ${table('gold_product_performance')} GROUP BY 1`,
      expected: `SELECT product_id, sum(${amount}), sum(quantity), count(*)
        FROM (${sold}) WHERE quantity > 0 GROUP BY 1`,
    },
    {
      name: 'gold_customer_ltv, from the landing tables alone',
      actual: `SELECT * FROM ${table('gold_customer_ltv')}`,
      expected: `SELECT customer_id, sum(${amount}), count(*), min(sale_timestamp), max(sale_timestamp), avg(${amount})
        FROM (${sold}) WHERE quantity > 0 GROUP BY 1`,
    },
  ]
}

/**
 * All versions of a dimension in one pass over the landing table: at each change every attribute has its newest value that is not NULL; changes
 * that alter none belong to the version before.
 */
function history(
  name: string,
  key: string,
  attributes: Readonly<Record<string, string>>,
  rule = 'true',
): Figure {
  const names = Object.keys(attributes).join(', ')
  const latest = Object.entries(attributes).map(
    ([attribute, value]) =>
      `last_value(${value}, true) OVER (PARTITION BY ${key} ORDER BY update_timestamp) AS ${attribute}`,
  )
  return {
    name,
    actual: `SELECT ${key}, ${names}, __START_AT, __END_AT FROM ${table(name)}`,
    expected: `
      WITH changes AS (
        SELECT ${key}, CAST(update_timestamp AS TIMESTAMP) AS at, ${latest.join(', ')}
        FROM delta.\`data/landing/${name.slice('dim_'.length)}\`
        WHERE ${key} IS NOT NULL AND update_timestamp IS NOT NULL AND (${rule})
      ),
      compared AS (
        SELECT *, struct(${names}) AS now, lag(struct(${names})) OVER (PARTITION BY ${key} ORDER BY at) AS before
        FROM changes
      ),
      versions AS (SELECT * FROM compared WHERE before IS NULL OR now IS DISTINCT FROM before)
      SELECT ${key}, ${names}, at, lead(at) OVER (PARTITION BY ${key} ORDER BY at) FROM versions`,
  }
}
