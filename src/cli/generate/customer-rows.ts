/** One customer, as the reference data lists it. */
export interface RawCustomer {
  readonly customer_id: number
  readonly customer_name: string
  readonly customer_segment: 'consumer' | 'business' | 'enterprise'
}

const firstNames = ['Ada', 'Alan', 'Barbara', 'Claude', 'Dennis', 'Edsger', 'Frances', 'Grace', 'Jim', 'Tony']
const lastNames = [
  'Allen',
  'Backus',
  'Codd',
  'Gray',
  'Hamilton',
  'Hopper',
  'Knuth',
  'Liskov',
  'Perlman',
  'Stone',
]

/** Customer `id` (from 1): a name that no other has and a segment, both made of the id alone. */
export function customerAt(id: number): RawCustomer {
  const first = firstNames[id % 10]
  const last = lastNames[Math.floor(id / 10) % 10]
  const segment = id % 10 < 6 ? 'consumer' : id % 10 < 9 ? 'business' : 'enterprise'
  return { customer_id: id, customer_name: `${first} ${last} ${id}`, customer_segment: segment }
}
