import type { RowDraws } from './row-draws.ts'

export type DimensionName = 'customers' | 'products' | 'stores'

/** A row of a dimension's landing table, as its upstream system sends it. */
export type DimensionRow = Readonly<Record<string, string | number | null>>

export interface Dimension {
  readonly key: string
  /** Columns of the landing table, as DDL. */
  readonly columns: string
  /** Share of new rows, behind the first one. */
  readonly newShare: number
  /** The values of a row with all attributes: `given` for those that never change, `draws` for the others. */
  readonly attributes: (id: number, given: RowDraws, draws: RowDraws) => DimensionRow
  /** What can be wrong with a changed row: the values that take the place of its own. */
  readonly defects: readonly DimensionRow[]
}

const firstNames = ['Amara', 'Bruno', 'Chloe', 'Diego', 'Elif', 'Farid', 'Greta', 'Hugo', 'Ines', 'Jonas']
const lastNames = [
  'Abara',
  'Blum',
  'Costa',
  'Dupont',
  'Eriksen',
  'Fontana',
  'Garcia',
  'Haas',
  'Ito',
  'Jansen',
]
const tiers = ['bronze', 'silver', 'gold', 'platinum']
const cities = ['Lisbon', 'Lyon', 'Malmo', 'Munich', 'Naples', 'Porto', 'Turin', 'Utrecht']
const regions = ['north', 'south', 'east', 'west']
const styles = ['Linen', 'Denim', 'Wool', 'Cotton', 'Silk']
const garments = {
  tops: 'Shirt',
  bottoms: 'Trousers',
  outerwear: 'Coat',
  footwear: 'Boots',
  accessories: 'Scarf',
}
const categories = Object.keys(garments) as (keyof typeof garments)[]

/** The three dimensions of an apparel retailer. */
export const dimensions: Readonly<Record<DimensionName, Dimension>> = {
  customers: {
    key: 'customer_id',
    columns: `customer_id BIGINT, first_name STRING, last_name STRING, email STRING, age DOUBLE, loyalty_tier STRING,
      city STRING, update_timestamp STRING`,
    newShare: 0.3,
    attributes: (id, given, draws) => {
      const first_name = given.pick(20, firstNames)
      const last_name = given.pick(21, lastNames)
      return {
        first_name,
        last_name,
        email: `${first_name}.${last_name}.${id}@example.com`.toLowerCase(),
        age: draws.whole(22, 18, 85),
        loyalty_tier: draws.pick(23, tiers),
        city: draws.pick(24, cities),
      }
    },
    defects: [
      { customer_id: null },
      { update_timestamp: null },
      { email: 'no address' },
      { age: 7 },
      { age: 190 },
    ],
  },
  products: {
    key: 'product_id',
    columns: `product_id BIGINT, product_name STRING, category STRING, price DOUBLE, status STRING,
      update_timestamp STRING`,
    newShare: 0.2,
    attributes: (_, given, draws) => {
      const category = given.pick(20, categories)
      return {
        product_name: `${given.pick(21, styles)} ${garments[category]}`,
        category,
        price: draws.whole(22, 500, 19_999) / 100,
        status: draws.pick(23, ['active', 'active', 'active', 'discontinued']),
      }
    },
    defects: [
      { product_id: null },
      { update_timestamp: null },
      { price: 0 },
      { price: -1 },
      { category: 'misc' },
      { status: 'lost' },
    ],
  },
  stores: {
    key: 'store_id',
    columns: `store_id BIGINT, store_name STRING, city STRING, region STRING, status STRING,
      update_timestamp STRING`,
    newShare: 0.1,
    attributes: (id, given, draws) => {
      const city = given.pick(20, cities)
      return {
        store_name: `${city} ${id}`,
        city,
        region: given.pick(21, regions),
        status: draws.pick(22, ['open', 'open', 'open', 'closed']),
      }
    },
    defects: [{ update_timestamp: null }, { status: 'unknown' }, { region: 'nowhere' }],
  },
}
