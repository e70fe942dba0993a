import { asNullable } from '../../types/as-nullable.ts'
import type { DataType, StructType } from '../../types/data-type.ts'
import { scalar } from './define.ts'
import { type DuckdbForm, type FunctionDefinition, type PrintedCall, signature, T } from './signature.ts'

/**
 * Structs and arrays are compared field by field, and a NULL in one comes before every value; DuckDB puts it behind them.
 * Where there can be such NULLs, the order is that of a key: each value that may be NULL stands in it behind whether it is there.
 */
export const nestedOrderFunctions: readonly FunctionDefinition[] = [
  scalar('$order_key', signature([T], T), {
    kind: 'scalar',
    print: ([value], call) => orderKey(value!, call.types[0]!, call.quote),
  }),
]

/** True for a struct or an array in which something may be NULL. */
export function holdsNulls(type: DataType): boolean {
  switch (type.kind) {
    case 'struct':
      return type.fields.some((each) => each.nullable || holdsNulls(each.dataType))
    case 'array':
      return type.containsNull || holdsNulls(type.elementType)
    default:
      return false
  }
}

type Quote = PrintedCall['quote']

/** What compares as the value does in Spark; NULL for NULL. */
export function orderKey(value: string, type: DataType, quote: Quote): string {
  return holdsNulls(type) ? bound(value, (item) => keyOf(item, type, quote, 1)) : value
}

/** The call's arguments, which are of one type but for what may be NULL in each, or what compares as they do. */
export function orderKeys(args: readonly string[], { types, quote }: PrintedCall): readonly string[] {
  if (!types.some(holdsNulls)) return args
  return args.map((each, i) => orderKey(each, asNullable(types[i]!), quote))
}

/** The greatest or least of many values, by `choose`, which compares keys; the function itself where values compare as in Spark. */
export function extremeOf(
  value: string,
  type: DataType,
  quote: Quote,
  choose: (value: string) => string,
): string {
  if (!holdsNulls(type)) return choose(value)
  return valueIn(choose(bound(value, (item) => withKey(item, type, quote))))
}

/** A function of a list that compares its elements. */
function overElements(
  list: string,
  element: DataType,
  quote: Quote,
  apply: (list: string) => string,
): string {
  if (!holdsNulls(element)) return apply(list)
  return apply(`list_transform(${list}, lambda keyed_: ${withKey('keyed_', element, quote)})`)
}

/** `list_max` and the like over the elements of an array. */
export function extremeElement(name: 'list_max' | 'list_min'): DuckdbForm {
  return {
    kind: 'scalar',
    print: ([list], { dataType, quote }) => {
      const found = overElements(list!, dataType, quote, (each) => `${name}(${each})`)
      return holdsNulls(dataType) ? valueIn(found) : found
    },
  }
}

/** `greatest` and `least`, which pass over NULL. */
export function extremeArgument(name: 'greatest' | 'least'): DuckdbForm {
  const ofList = name === 'greatest' ? 'list_max' : 'list_min'
  return {
    kind: 'scalar',
    print: (args, { dataType, quote }) =>
      holdsNulls(dataType)
        ? valueIn(overElements(`[${args.join(', ')}]`, dataType, quote, (each) => `${ofList}(${each})`))
        : `${name}(${args.join(', ')})`,
  }
}

/** A sorted array; `how` is what `list_sort` takes beside it. */
export function sortedElements(list: string, element: DataType, quote: Quote, how: string): string {
  const sorted = overElements(list, element, quote, (each) => `list_sort(${each}, ${how})`)
  return holdsNulls(element) ? `list_transform(${sorted}, lambda keyed_: ${valueIn('keyed_')})` : sorted
}

function withKey(item: string, type: DataType, quote: Quote): string {
  return `CASE WHEN ${item} IS NOT NULL THEN {'key': ${keyOf(item, type, quote, 1)}, 'value': ${item}} END`
}

function valueIn(pair: string): string {
  return `struct_extract(${pair}, 'value')`
}

/** An expression that names the value several times. */
function bound(value: string, body: (item: string) => string): string {
  return `list_transform([${value}], lambda keyed_: ${body('keyed_')})[1]`
}

function keyOf(value: string, type: DataType, quote: Quote, depth: number): string {
  if (!holdsNulls(type)) return value
  if (type.kind === 'struct') return keyOfStruct(value, type, quote, depth)
  if (type.kind !== 'array') return value
  const item = `keyed_${depth}`
  const key = mayBeNull(item, keyOf(item, type.elementType, quote, depth + 1), type.containsNull)
  return `list_transform(${value}, lambda ${item}: ${key})`
}

function keyOfStruct(value: string, { fields }: StructType, quote: Quote, depth: number): string {
  const keys = fields.map(({ name, dataType, nullable }, i) => {
    const item = `struct_extract(${value}, ${quote(name)})`
    return `'k${i}': ${mayBeNull(item, keyOf(item, dataType, quote, depth), nullable)}`
  })
  return `CASE WHEN ${value} IS NOT NULL THEN {${keys.join(', ')}} END`
}

function mayBeNull(item: string, key: string, nullable: boolean): string {
  return nullable ? `{'is': ${item} IS NOT NULL, 'key': ${key}}` : key
}
