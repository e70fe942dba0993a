import { join } from 'node:path'
import { DeltaTable, type OutputRow } from '../../../delta-table/index.ts'
import { dimensionRows } from './dimension-rows.ts'
import { type DimensionName, dimensions } from './dimensions.ts'
import type { RetailOptions } from './retail-options.ts'
import { type RawSale, saleColumns, saleRows } from './sale-rows.ts'

/** How many rows a batch brought to each landing table. */
export type BatchCounts = Readonly<Record<DimensionName | 'sales', number>>

const dimensionNames = ['customers', 'products', 'stores'] as const
/** Numbers the batches in the tables' logs by their event times, milliseconds. */
const APPLICATION = 'millrace generate retail'
/** The newest transactions, of which some are sent again. */
const RECENT_SALES = 100

/**
 * The four landing tables of the retailer, one folder each, and where their rows stand: ids go on from the rows that the tables hold, times from
 * the batches that their logs name. A batch that was cut short is finished when the tables are opened again.
 */
export class LandingTables implements AsyncDisposable {
  /** Event time of the newest batch, milliseconds since the epoch; undefined while there is none. */
  lastBatchMs: number | undefined
  readonly #tables: Readonly<Record<DimensionName | 'sales', DeltaTable>>
  readonly #lastIds: Record<DimensionName, number>
  #lastTransaction: number
  #recent: readonly RawSale[]

  private constructor(
    tables: Readonly<Record<DimensionName | 'sales', DeltaTable>>,
    lastIds: Record<DimensionName, number>,
    recent: readonly RawSale[],
  ) {
    const written = Object.values(tables).map((table) => Number(table.applicationVersion(APPLICATION) ?? -1))
    this.lastBatchMs = Math.max(...written) === -1 ? undefined : Math.max(...written)
    this.#tables = tables
    this.#lastIds = lastIds
    this.#lastTransaction = recent.at(-1)?.transaction_id ?? 0
    this.#recent = recent
  }

  /** Opens the tables below a folder; those that are not there are made. */
  static async open(folder: string, options: RetailOptions): Promise<LandingTables> {
    const table = (name: string, columns: string) =>
      DeltaTable.createIfNotExists(join(folder, name)).addColumns(columns).execute()
    const tables = {
      customers: await table('customers', dimensions.customers.columns),
      products: await table('products', dimensions.products.columns),
      stores: await table('stores', dimensions.stores.columns),
      sales: await table('sales', saleColumns),
    }
    const lastIds = { customers: 0, products: 0, stores: 0 }
    for (const name of dimensionNames) lastIds[name] = await lastId(tables[name], dimensions[name].key)
    const lastTransaction = await lastId(tables.sales, 'transaction_id')
    const recent = await tables.sales.toArray({ where: `transaction_id > ${lastTransaction - RECENT_SALES}` })
    const landing = new LandingTables(tables, lastIds, newest(recent.map(rawSale), lastTransaction))
    if (landing.lastBatchMs !== undefined) await landing.write(landing.lastBatchMs, options)
    return landing
  }

  /** Appends a batch, the dimensions first; to tables that have it already it adds nothing. No sales come before all dimensions have ids. */
  async write(batchMs: number, options: RetailOptions): Promise<BatchCounts> {
    const counts = { customers: 0, products: 0, stores: 0, sales: 0 }
    for (const name of dimensionNames) {
      if (this.#has(name, batchMs)) continue
      const { rows, lastId } = dimensionRows(name, batchMs, this.#lastIds[name], options)
      await this.#append(name, rows, batchMs)
      this.#lastIds[name] = lastId
      counts[name] = rows.length
    }
    if (!this.#has('sales', batchMs) && dimensionNames.every((name) => this.#lastIds[name] > 0)) {
      counts.sales = await this.#writeSales(batchMs, options)
    }
    this.lastBatchMs = batchMs
    return counts
  }

  /** Appends a store without its id, which no pipeline should take. */
  async writeFatalStore(): Promise<void> {
    await this.#tables.stores.append([{ store_id: null, store_name: 'Nowhere' }])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const table of Object.values(this.#tables)) await table.close()
  }

  async #writeSales(batchMs: number, options: RetailOptions): Promise<number> {
    const before = { ...this.#lastIds, lastTransaction: this.#lastTransaction, recent: this.#recent }
    const { rows, lastTransaction } = saleRows(batchMs, before, options)
    await this.#append('sales', rows, batchMs)
    this.#recent = newest([...this.#recent, ...rows], lastTransaction)
    this.#lastTransaction = lastTransaction
    return rows.length
  }

  #has(name: DimensionName | 'sales', batchMs: number): boolean {
    return Number(this.#tables[name].applicationVersion(APPLICATION) ?? -1) >= batchMs
  }

  async #append(name: DimensionName | 'sales', rows: readonly object[], batchMs: number): Promise<void> {
    if (rows.length === 0) return
    await this.#tables[name].append(rows as Parameters<DeltaTable['append']>[0], {
      application: { id: APPLICATION, version: BigInt(batchMs) },
    })
  }
}

async function lastId(table: DeltaTable, key: string): Promise<number> {
  const [row] = await table.toArray({
    columns: [key],
    where: `${key} IS NOT NULL`,
    orderBy: `${key} DESC`,
    limit: 1,
  })
  return Number(row?.[key] ?? 0)
}

/** The newest transactions, each once, in the order of their ids. */
function newest(sales: readonly RawSale[], lastTransaction: number): readonly RawSale[] {
  const byId = new Map<number, RawSale>()
  for (const sale of sales) {
    const id = sale.transaction_id ?? 0
    if (id > lastTransaction - RECENT_SALES && id > 0) byId.set(id, sale)
  }
  return [...byId].sort(([a], [b]) => a - b).map(([, sale]) => sale)
}

/** BIGINT columns are read as bigint; the ids of the generator fit into numbers. */
function rawSale(row: OutputRow): RawSale {
  const values = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === 'bigint' ? Number(value) : value,
  ])
  return Object.fromEntries(values)
}
