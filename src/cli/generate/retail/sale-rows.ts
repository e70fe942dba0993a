import type { RetailOptions } from './retail-options.ts'
import { eventTime, type RowDraws, rowDraws } from './row-draws.ts'

/** A row of the landing table of sales, as the tills send it. A negative quantity is a return. */
export interface RawSale {
  readonly transaction_id: number | null
  readonly customer_id: number | null
  readonly product_id: number | null
  readonly store_id: number | null
  readonly quantity: number | null
  readonly unit_price: number | null
  /** Share of the price, 0 to 1. */
  readonly discount: number | null
  readonly payment_method: string | null
  /** `2026-01-31 10:00:00.123456`, UTC. */
  readonly sale_timestamp: string | null
}

/** Columns of the landing table, as DDL. */
export const saleColumns = `transaction_id BIGINT, customer_id BIGINT, product_id BIGINT, store_id BIGINT,
  quantity DOUBLE, unit_price DOUBLE, discount DOUBLE, payment_method STRING, sale_timestamp STRING`

/** What is there before a batch of sales. */
export interface SalesBefore {
  /** The highest ids of the dimensions, each at least 1. */
  readonly customers: number
  readonly products: number
  readonly stores: number
  readonly lastTransaction: number
  /** The newest transactions, of which some are sent again. */
  readonly recent: readonly RawSale[]
}

export interface SalesBatch {
  readonly rows: readonly RawSale[]
  readonly lastTransaction: number
}

const RETURN_SHARE = 0.08
const discounts = [0, 0, 0, 0.05, 0.1, 0.15, 0.2, 0.35]
const payments = ['card', 'card', 'cash', 'gift_card', 'wallet']

/** What can be wrong with a sale: the values that take the place of its own. */
const defects: readonly (Partial<RawSale> | 'sent again')[] = [
  'sent again',
  { transaction_id: null },
  { customer_id: null },
  { product_id: null },
  { store_id: null },
  { quantity: 0 },
  { unit_price: 0 },
  { unit_price: null },
  { unit_price: -5 },
  { discount: 1.5 },
  { discount: -0.1 },
  { payment_method: 'barter' },
  { sale_timestamp: null },
]

/** Numbers of the decisions. */
const draw = {
  customer: 1,
  product: 2,
  store: 3,
  quantity: 4,
  isReturn: 5,
  discount: 6,
  payment: 7,
  time: 8,
  isDirty: 9,
  defect: 10,
  copied: 11,
}

/** The sales of one batch. They name customers, products and stores that are known before it; each new transaction has the next id. */
export function saleRows(batchMs: number, before: SalesBefore, options: RetailOptions): SalesBatch {
  const rows: RawSale[] = []
  let last = before.lastTransaction
  for (let row = 0; row < options.sales; row++) {
    const draws = rowDraws(options.seed, 'sales', batchMs, row)
    const clean = cleanSale({ batchMs, row, id: last + 1 }, draws, before, options)
    const sale = draws.chance(draw.isDirty, options.dirtyShare) ? spoilt(clean, draws, before.recent) : clean
    if (sale.transaction_id === clean.transaction_id) last += 1
    rows.push(sale)
  }
  return { rows, lastTransaction: last }
}

function cleanSale(
  { batchMs, row, id }: { readonly batchMs: number; readonly row: number; readonly id: number },
  draws: RowDraws,
  before: SalesBefore,
  options: RetailOptions,
): RawSale {
  const product_id = draws.whole(draw.product, 1, before.products)
  const pieces = draws.whole(draw.quantity, 1, 5)
  return {
    transaction_id: id,
    customer_id: draws.whole(draw.customer, 1, before.customers),
    product_id,
    store_id: draws.whole(draw.store, 1, before.stores),
    quantity: draws.chance(draw.isReturn, RETURN_SHARE) ? -pieces : pieces,
    unit_price: rowDraws(options.seed, 'prices', 0, product_id).whole(0, 500, 19_999) / 100,
    discount: draws.pick(draw.discount, discounts),
    payment_method: draws.pick(draw.payment, payments),
    sale_timestamp: eventTime(draws, draw.time, { batchMs, row }, options),
  }
}

function spoilt(sale: RawSale, draws: RowDraws, recent: readonly RawSale[]): RawSale {
  const defect = draws.pick(draw.defect, defects)
  if (defect !== 'sent again') return { ...sale, ...defect }
  return recent.length === 0 ? sale : draws.pick(draw.copied, recent)
}
