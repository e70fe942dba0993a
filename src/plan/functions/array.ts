import { array, BOOLEAN, type DataType, field, INTEGER, LONG, STRING, struct } from '../../types/data-type.ts'
import type { ResolvedExpression } from '../resolved.ts'
import { printed, scalar } from './define.ts'
import { extremeElement, sortedElements } from './nested-order.ts'
import {
  ANY_MAP,
  arrayOf,
  constant,
  type FunctionDefinition,
  K,
  macro,
  mapOf,
  native,
  ORDERABLE,
  optional,
  type PrintedCall,
  signature,
  T,
  type TypedCall,
  template,
  V,
  variable,
  variadic,
} from './signature.ts'

const ALWAYS = { nullable: 'always' } as const
const NEVER = { nullable: 'never' } as const
const LIST = arrayOf(T)
const SORTABLE = arrayOf(variable('T', ORDERABLE))

/** Functions of arrays without lambdas. Positions count from 1 except for `get`. */
export const arrayFunctions: readonly FunctionDefinition[] = [
  scalar('array', signature([variadic(T)], LIST, NEVER), template('[{*}]', { cast: true })),
  scalar(
    'array_append',
    signature([LIST, T], (call) => withNull(call, 0)),
    template('({0} || [{1}])', { cast: true }),
  ),
  scalar(
    'array_compact',
    signature([LIST], (call) => array(elementOf(call.types[0]!), false)),
    template('list_filter({0}, lambda compact_: compact_ IS NOT NULL)'),
  ),
  scalar(
    'array_contains',
    signature([LIST, T], BOOLEAN, { nullable: mayLackAnswer }),
    printed(printContains),
  ),
  scalar('array_distinct', signature([LIST], LIST), macro('array_distinct')),
  scalar('array_except', signature([LIST, LIST], LIST), macro('array_except')),
  scalar(
    'array_insert',
    signature([LIST, INTEGER, T], (call) => withNull(call, 0)),
    macro('array_insert', { cast: true }),
  ),
  scalar('array_intersect', signature([LIST, LIST], LIST), macro('array_intersect')),
  scalar(
    'array_join',
    signature([arrayOf(STRING), STRING, optional(STRING, null)], STRING, {
      nullable: (call) => call.nullables.slice(0, 2).some(Boolean),
    }),
    printed(printJoin),
  ),
  scalar('array_max', signature([SORTABLE], T, ALWAYS), extremeElement('list_max')),
  scalar('array_min', signature([SORTABLE], T, ALWAYS), extremeElement('list_min')),
  scalar('array_position', signature([LIST, T], LONG), macro('array_position')),
  scalar(
    'array_prepend',
    signature([LIST, T], (call) => withNull(call, 0)),
    template('([{1}] || {0})', { cast: true }),
  ),
  scalar('array_remove', signature([LIST, T], LIST), macro('array_remove')),
  scalar(
    'array_repeat',
    signature([T, INTEGER], LIST, { nullable: (call) => call.nullables[1]! }),
    template('list_transform(range({1}), lambda repeat_: {0})'),
  ),
  scalar('array_size', signature([LIST], INTEGER), native('len', { cast: true })),
  scalar('array_union', signature([LIST, LIST], LIST), macro('array_union')),
  scalar(
    'arrays_overlap',
    signature([LIST, LIST], BOOLEAN, { nullable: mayLackAnswer }),
    macro('arrays_overlap'),
  ),
  {
    name: 'arrays_zip',
    kind: 'scalar',
    arity: { min: 1, max: Number.POSITIVE_INFINITY },
    resolve: (args) => ({
      arguments: args,
      dataType: zipped(args),
      nullable: args.some((each) => each.nullable),
    }),
    duckdb: printed(printZip),
  },
  scalar('element_at', [
    signature([LIST, INTEGER], T, { duckdb: macro('element_at') }),
    signature([mapOf(K, V), K], V, { ...ALWAYS, duckdb: template('{0}[{1}]') }),
  ]),
  scalar('flatten', signature([arrayOf(arrayOf(T))], LIST, { nullable: mayLackAnswer }), macro('flatten')),
  scalar('get', signature([LIST, INTEGER], T, ALWAYS), macro('get_item')),
  scalar('shuffle', signature([LIST], LIST), macro('shuffle'), { volatility: 'random' }),
  scalar('size cardinality', [
    signature([LIST], INTEGER, { duckdb: native('len', { cast: true }) }),
    signature([ANY_MAP], INTEGER, { duckdb: native('cardinality', { cast: true }) }),
  ]),
  scalar('slice', signature([LIST, INTEGER, INTEGER], LIST), macro('slice')),
  scalar(
    'sort_array',
    signature([SORTABLE, { ...constant(BOOLEAN), optional: true, default: true }], LIST),
    printed(printSortArray),
  ),
  scalar('try_element_at', [
    signature([LIST, INTEGER], T, { ...ALWAYS, duckdb: macro('try_element_at') }),
    signature([mapOf(K, V), K], V, { ...ALWAYS, duckdb: template('{0}[{1}]') }),
  ]),
]

function elementOf(type: DataType): DataType {
  return type.kind === 'array' ? type.elementType : type
}

/** The array's type, which may hold NULL now. */
function withNull(call: TypedCall, index: number): DataType {
  return array(elementOf(call.types[index]!))
}

/** Whether NULL among the elements can leave the question open. */
function mayLackAnswer(call: TypedCall): boolean {
  return call.nullables.some(Boolean) || call.types.some((type) => type.kind === 'array' && type.containsNull)
}

/** Where NULL can be in neither, the engine's own function answers as Spark's does, and no macro has to be bound. */
function printContains([list, value]: readonly string[], { types, nullables }: PrintedCall): string {
  const [type] = types
  const isExact = type?.kind === 'array' && !type.containsNull && !nullables[1]
  return `${isExact ? 'list_contains' : 'millrace.array_contains'}(${list}, ${value})`
}

function zipped(args: readonly ResolvedExpression[]): DataType {
  const fields = args.map((arg, i) => {
    const named = arg.kind === 'Column' || arg.kind === 'Field' || arg.kind === 'Parameter'
    return field(named ? arg.name : String(i), elementOf(arg.dataType))
  })
  return array(struct(fields), false)
}

/** Arrays side by side, as long as the longest. */
function printZip(args: readonly string[], call: PrintedCall): string {
  const element = elementOf(call.dataType)
  const names = element.kind === 'struct' ? element.fields.map((each) => call.quote(each.name)) : []
  const lists = args.map((arg, i) => `'l${i}': ${arg}`).join(', ')
  const lengths = args.map((_, i) => `len(zip_.l${i})`)
  const length = args.length === 1 ? lengths[0] : `greatest(${lengths.join(', ')})`
  const items = names.map((name, i) => `${name}: zip_.l${i}[zip_at]`).join(', ')
  const isWhole = args.map((_, i) => `zip_.l${i} IS NOT NULL`).join(' AND ')
  return `list_transform([{${lists}}], lambda zip_: CASE WHEN ${isWhole}
    THEN list_transform(range(1, ${length} + 1), lambda zip_at: {${items}}) END)[1]`
}

/** DuckDB joins by a constant only. */
function printJoin(args: readonly string[], { literals }: PrintedCall): string {
  return typeof literals[1] === 'string' && literals[2] === null
    ? `millrace.join_text(${args[0]}, ${args[1]})`
    : `millrace.array_join(${args.join(', ')})`
}

function printSortArray([list]: readonly string[], { types, literals, quote }: PrintedCall): string {
  const how = literals[1] === false ? "'DESC', 'NULLS LAST'" : "'ASC', 'NULLS FIRST'"
  return sortedElements(list!, elementOf(types[0]!), quote, how)
}
