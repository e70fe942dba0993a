import { BOOLEAN, type DataType, INTEGER, map } from '../../types/data-type.ts'
import { printed, scalar } from './define.ts'
import { lambdaParts } from './lambda-text.ts'
import { sortedElements } from './nested-order.ts'
import {
  arrayOf,
  type FunctionDefinition,
  K,
  lambda,
  mapOf,
  ORDERABLE,
  type PrintedCall,
  signature,
  T,
  type TypedCall,
  template,
  U,
  V,
  variable,
} from './signature.ts'

const LIST = arrayOf(T)
const SORTABLE = arrayOf(variable('T', ORDERABLE))
const MAP = mapOf(K, V)
const R = variable('R')
const W = variable('W')
/** DuckDB counts from 1 where Spark's lambdas get 0. */
const FROM_ZERO = ['{0}', '({1} - 1)::INTEGER']

/** Functions that take a lambda. */
export const higherOrderFunctions: readonly FunctionDefinition[] = [
  scalar('aggregate reduce', [
    signature([LIST, U, lambda([U, T], U)], U, { nullable: 'always', duckdb: printed(printAggregate) }),
    signature([LIST, U, lambda([U, T], U), lambda([U], R)], R, {
      nullable: 'always',
      duckdb: printed(printAggregate),
    }),
  ]),
  scalar('array_sort', [
    signature([SORTABLE], LIST, { duckdb: printed(printSort) }),
    signature([LIST, lambda([T, T], INTEGER)], LIST, {
      nullable: firstIsNullable,
      duckdb: printed(printSortBy),
    }),
  ]),
  scalar(
    'exists',
    signature([LIST, lambda([T], BOOLEAN)], BOOLEAN, { nullable: 'always' }),
    template('millrace.any_true(list_transform({0}, {1}))'),
  ),
  scalar(
    'filter',
    signature([LIST, lambda([T, INTEGER], BOOLEAN, 1)], LIST, { nullable: firstIsNullable }),
    printed(([list], call) => `list_filter(${list}, ${call.lambda(1, FROM_ZERO)})`),
  ),
  scalar(
    'forall',
    signature([LIST, lambda([T], BOOLEAN)], BOOLEAN, { nullable: 'always' }),
    template('millrace.all_true(list_transform({0}, {1}))'),
  ),
  scalar(
    'transform',
    signature([LIST, lambda([T, INTEGER], R, 1)], arrayOf(R), { nullable: firstIsNullable }),
    printed(([list], call) => `list_transform(${list}, ${call.lambda(1, FROM_ZERO)})`),
  ),
  scalar(
    'zip_with',
    signature([arrayOf(T), arrayOf(U), lambda([T, U], R)], arrayOf(R), {
      nullable: (call) => call.nullables.slice(0, 2).some(Boolean),
    }),
    printed(printZipWith),
  ),
  scalar(
    'map_filter',
    signature([MAP, lambda([K, V], BOOLEAN)], MAP, { nullable: firstIsNullable }),
    printed(([entries], call) => {
      const { head, body } = lambdaParts(call.lambda(1, ['{0}.key', '{0}.value']))
      return `map_from_entries(list_filter(map_entries(${entries}), ${head}: ${body}))`
    }),
  ),
  scalar(
    'map_zip_with',
    signature([mapOf(K, V), mapOf(K, W), lambda([K, V, W], R)], mapOf(K, R), {
      nullable: (call) => call.nullables.slice(0, 2).some(Boolean),
    }),
    printed(printMapZipWith),
  ),
  scalar(
    'transform_keys',
    signature([MAP, lambda([K, V], R)], (call) => keyed(call), { nullable: firstIsNullable }),
    printed(([entries], call) => {
      const { head, body } = lambdaParts(call.lambda(1, ['{0}.key', '{0}.value']))
      const own = head.replace(/^lambda\s+/, '').split(',')[0]!
      return `millrace.map_of(list_transform(map_entries(${entries}), ${head}: {'key': ${body}, 'value': ${own}.value}))`
    }),
  ),
  scalar(
    'transform_values',
    signature([MAP, lambda([K, V], R)], mapOf(K, R), { nullable: firstIsNullable }),
    printed(([entries], call) => {
      const { head, body } = lambdaParts(call.lambda(1, ['{0}.key', '{0}.value']))
      const own = head.replace(/^lambda\s+/, '').split(',')[0]!
      return `map_from_entries(list_transform(map_entries(${entries}), ${head}: {'key': ${own}.key, 'value': ${body}}))`
    }),
  ),
]

function firstIsNullable(call: TypedCall): boolean {
  return call.nullables[0]!
}

function keyed(call: TypedCall): DataType {
  const type = call.types[0]!
  return type.kind === 'map' ? map(call.types[1]!, type.valueType, type.valueContainsNull) : type
}

/** DuckDB folds a list of one type only: start value and elements are fields of one struct. */
function printAggregate([list, start]: readonly string[], call: PrintedCall): string {
  const [listType, sumType] = call.types
  const element = call.typeName(listType!.kind === 'array' ? listType!.elementType : listType!)
  const sum = call.typeName(sumType!)
  const { head, body } = lambdaParts(call.lambda(2, ['{0}.a', '{1}.x']))
  const elements = `list_transform(${list}, lambda fold_: {'a': NULL::${sum}, 'x': fold_::${element}})`
  const folded = `list_reduce([{'a': ${start}::${sum}, 'x': NULL::${element}}] || ${elements}, ${head}: {'a': (${body})::${sum}, 'x': NULL::${element}})`
  if (call.types.length === 3) return `struct_extract(${folded}, 'a')`
  return `list_transform([${folded}], ${call.lambda(3, ['{0}.a'])})[1]`
}

function printSort([list]: readonly string[], { types, quote }: PrintedCall): string {
  const [type] = types
  const element = type!.kind === 'array' ? type!.elementType : type!
  return sortedElements(list!, element, quote, "'ASC', 'NULLS LAST'")
}

/** An insertion sort: each element goes behind those that the comparator puts before it or beside it. */
function printSortBy([list]: readonly string[], call: PrintedCall): string {
  const { dataType } = call
  const element = call.typeName(dataType.kind === 'array' ? dataType.elementType : dataType)
  const { at } = scope(call, 1)
  const [sorted, next] = [`${at}_sorted`, `${at}_next`]
  const { body } = lambdaParts(call.lambda(1, [at, `${next}.x`]))
  const before = `list_filter(${sorted}.l, lambda ${at}: (${body}) <= 0)`
  const behind = `list_filter(${sorted}.l, lambda ${at}: (${body}) > 0)`
  const start = `{'l': []::${element}[], 'x': NULL::${element}}`
  const elements = `list_transform(${list}, lambda sort_: {'l': []::${element}[], 'x': sort_::${element}})`
  return `struct_extract(list_reduce([${start}] || ${elements}, lambda ${sorted}, ${next}: {'l': ${before} || [${next}.x] || ${behind}, 'x': NULL::${element}}), 'l')`
}

function printZipWith([left, right]: readonly string[], call: PrintedCall): string {
  const { both, at } = scope(call)
  const { body } = lambdaParts(call.lambda(2, [`${both}.a[${at}]`, `${both}.b[${at}]`]))
  const items = `list_transform(range(1, greatest(len(${both}.a), len(${both}.b)) + 1), lambda ${at}: ${body})`
  return whenBoth(left!, right!, both, items)
}

function printMapZipWith([left, right]: readonly string[], call: PrintedCall): string {
  const { both, at } = scope(call)
  const { body } = lambdaParts(call.lambda(2, [at, `${both}.a[${at}]`, `${both}.b[${at}]`]))
  const keys = `millrace.array_union(map_keys(${both}.a), map_keys(${both}.b))`
  const items = `map_from_entries(list_transform(${keys}, lambda ${at}: {'key': ${at}, 'value': ${body}}))`
  return whenBoth(left!, right!, both, items)
}

function whenBoth(left: string, right: string, both: string, items: string): string {
  return `list_transform([{'a': ${left}, 'b': ${right}}], lambda ${both}: CASE WHEN ${both}.a IS NOT NULL AND ${both}.b IS NOT NULL THEN ${items} END)[1]`
}

/** Names that no lambda around or inside this one has. */
function scope(call: PrintedCall, index = 2): { readonly both: string; readonly at: string } {
  const given = call.arguments[index]!
  const id = given.kind === 'Lambda' ? given.parameters[0]!.id : 0
  return { both: `both_${id}`, at: `at_${id}` }
}
