import { type FunctionDefinition, type PrintedCall, template } from './signature.ts'

const NO_SIGNATURE = { kind: 'scalar', arity: { min: 2, max: 2 } } as const

/** What `a[0]`, `m['k']` and `items.price` resolve to; no name reaches them. */
export const elementFunctions: readonly FunctionDefinition[] = [
  { name: '$array_item', ...NO_SIGNATURE, duckdb: { kind: 'scalar', print: printItem } },
  { name: '$map_value', ...NO_SIGNATURE, duckdb: template('{0}[{1}]') },
  {
    name: '$array_field',
    ...NO_SIGNATURE,
    duckdb: template('list_transform({0}, lambda each_: struct_extract(each_, {1}))'),
  },
]

/** Positions count from 0; one outside the array is an error under ANSI, else NULL. */
function printItem([list, index]: readonly string[], { ansi, literals }: PrintedCall): string {
  if (ansi) return `millrace.array_item(${list}, ${index})`
  const position = literals[1]
  if (position === undefined || position === null) return `millrace.get_item(${list}, ${index})`
  return Number(position) < 0 ? `${list}[0]` : `${list}[${Number(position) + 1}]`
}
