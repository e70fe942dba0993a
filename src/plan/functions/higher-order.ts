import { BOOLEAN, type DataType, INTEGER, map } from '../../types/data-type.ts'
import { printed, scalar } from './define.ts'
import { lambdaParts } from './lambda-text.ts'
import {
  arrayOf,
  type FunctionDefinition,
  K,
  lambda,
  mapOf,
  type PrintedCall,
  signature,
  T,
  type TypedCall,
  U,
  V,
  variable,
} from './signature.ts'

const LIST = arrayOf(T)
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
  scalar(
    'exists',
    signature([LIST, lambda([T], BOOLEAN)], BOOLEAN, { nullable: 'always' }),
    printed(([list, test]) => `millrace.any_true(list_transform(${list}, ${test}))`),
  ),
  scalar(
    'filter',
    signature([LIST, lambda([T, INTEGER], BOOLEAN, 1)], LIST, { nullable: firstIsNullable }),
    printed(([list], call) => `list_filter(${list}, ${call.lambda(1, FROM_ZERO)})`),
  ),
  scalar(
    'forall',
    signature([LIST, lambda([T], BOOLEAN)], BOOLEAN, { nullable: 'always' }),
    printed(([list, test]) => `millrace.all_true(list_transform(${list}, ${test}))`),
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
function scope(call: PrintedCall): { readonly both: string; readonly at: string } {
  const given = call.arguments[2]!
  const id = given.kind === 'Lambda' ? given.parameters[0]!.id : 0
  return { both: `both_${id}`, at: `at_${id}` }
}
