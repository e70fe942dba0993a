import { DeltaTable } from 'millrace/delta'
import { type RecordedBatch, recordedFlow } from './recorded-batches.ts'

const folder = 'data/reconciliation'
const columns = `transaction_id BIGINT, customer_id BIGINT, product_id BIGINT, store_id BIGINT, quantity INT, unit_price DECIMAL(10,2),
  discount DECIMAL(4,2), payment_method STRING, sale_timestamp TIMESTAMP, total_amount DECIMAL(14,4),
  loyalty_tier STRING, customer_city STRING, product_name STRING, category STRING,
  store_name STRING, store_city STRING, store_region STRING`

/**
 * Computes the facts of all batches that were recorded since the last call, each from its own sales and from the versions of the dimensions that it
 * recorded, and keeps them in a table. Returns that table's path.
 */
export async function expectFacts(): Promise<string> {
  const path = `${folder}/facts`
  await using facts = await DeltaTable.createIfNotExists(path).addColumns(columns).execute()
  const { flowId, batches } = recordedFlow((id) => Number(facts.applicationVersion(id) ?? -1))
  if (batches[0]?.batchId === 0) await facts.delete()
  for (const batch of batches) {
    await facts.append(factsOf(batch), { application: { id: flowId, version: BigInt(batch.batchId) } })
  }
  return path
}

function factsOf({ dimensions, sales }: RecordedBatch): string {
  const taken = sales.map((relation) => `SELECT * FROM ${relation}`).join(' UNION ALL ')
  const current = (table: string) =>
    `(SELECT * FROM delta.\`warehouse/main/retail/${table}\` VERSION AS OF ${dimensions[table]} WHERE __END_AT IS NULL)`
  return `
    SELECT s.transaction_id, s.customer_id, s.product_id, s.store_id, s.quantity, s.unit_price, s.discount, s.payment_method,
      s.sale_timestamp, CAST(s.quantity * s.unit_price * (1 - s.discount) AS DECIMAL(14, 4)) AS total_amount,
      c.loyalty_tier, c.city AS customer_city, p.product_name, p.category,
      t.store_name, t.city AS store_city, t.region AS store_region
    FROM (${taken === '' ? 'SELECT * FROM delta.`warehouse/main/retail/silver_sales` WHERE false' : taken}) AS s
    LEFT JOIN ${current('dim_customers')} AS c ON s.customer_id = c.customer_id
    LEFT JOIN ${current('dim_products')} AS p ON s.product_id = p.product_id
    LEFT JOIN ${current('dim_stores')} AS t ON s.store_id = t.store_id`
}
