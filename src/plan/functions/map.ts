import { PipelineError } from '../../errors/index.ts'
import { array, BOOLEAN, type DataType, field, map, STRING, struct } from '../../types/data-type.ts'
import type { ResolvedExpression } from '../resolved.ts'
import { printed, scalar } from './define.ts'
import {
  arrayOf,
  type FunctionDefinition,
  K,
  macro,
  mapOf,
  native,
  type PrintedCall,
  type ResolveContext,
  type ResolvedArguments,
  signature,
  type TypedCall,
  template,
  V,
} from './signature.ts'

const MAP = mapOf(K, V)

/** Functions of maps without lambdas. A key is never NULL and stands once. */
export const mapFunctions: readonly FunctionDefinition[] = [
  {
    name: 'map',
    kind: 'scalar',
    arity: { min: 0, max: Number.POSITIVE_INFINITY },
    resolve: resolveMap,
    duckdb: printed(printMap, { cast: true }),
  },
  {
    name: 'map_concat',
    kind: 'scalar',
    arity: { min: 0, max: Number.POSITIVE_INFINITY },
    resolve: resolveConcat,
    duckdb: printed(printMapConcat, { cast: true }),
  },
  scalar('map_contains_key', signature([MAP, K], BOOLEAN), template('list_contains(map_keys({0}), {1})')),
  scalar(
    'map_entries',
    signature([MAP], (call) => entries(call.types[0]!)),
    native('map_entries'),
  ),
  scalar('map_from_arrays', signature([arrayOf(K), arrayOf(V)], mapOf(K, V)), macro('map_from_arrays')),
  {
    name: 'map_from_entries',
    kind: 'scalar',
    arity: { min: 1, max: 1 },
    resolve: resolveEntries,
    duckdb: printed(printFromEntries),
  },
  scalar('map_keys', signature([MAP], arrayOf(K)), native('map_keys')),
  scalar('map_values', signature([MAP], arrayOf(V)), native('map_values')),
]

function resolveMap(args: readonly ResolvedExpression[], context: ResolveContext): ResolvedArguments {
  if (args.length % 2 === 1) {
    throw new PipelineError('WRONG_NUM_ARGS.WITHOUT_SUGGESTION', {
      functionName: 'map',
      expectedNum: 'an even number of',
      actualNum: String(args.length),
    })
  }
  const keys = args.filter((_, i) => i % 2 === 0)
  const values = args.filter((_, i) => i % 2 === 1)
  const keyType = keys.length === 0 ? VOID_MAP.keyType : context.widen(keys)
  const valueType = values.length === 0 ? VOID_MAP.valueType : context.widen(values)
  return {
    arguments: args.map((arg, i) => context.cast(arg, i % 2 === 0 ? keyType : valueType)),
    dataType: map(
      keyType,
      valueType,
      values.some((each) => each.nullable),
    ),
    nullable: false,
  }
}

const VOID_MAP = map({ kind: 'void' }, { kind: 'void' }, false)

function printMap(args: readonly string[]): string {
  if (args.length === 0) return 'MAP {}'
  const items = Array.from(
    { length: args.length / 2 },
    (_, i) => `{'key': ${args[2 * i]}, 'value': ${args[2 * i + 1]}}`,
  )
  return `millrace.map_of([${items.join(', ')}])`
}

function resolveConcat(args: readonly ResolvedExpression[], context: ResolveContext): ResolvedArguments {
  const other = args.findIndex((arg) => arg.dataType.kind !== 'map' && arg.dataType.kind !== 'unknown')
  if (other >= 0) context.refuse(other, 'MAP')
  const dataType = args.length === 0 ? map(STRING, STRING, false) : context.widen(args)
  return {
    arguments: args.map((arg) => context.cast(arg, dataType)),
    dataType,
    nullable: args.some((arg) => arg.nullable),
  }
}

function printMapConcat(args: readonly string[]): string {
  if (args.length === 0) return 'MAP {}'
  return `millrace.map_of(${args.map((arg) => `map_entries(${arg})`).join(' || ')})`
}

function entries(type: DataType): DataType {
  if (type.kind !== 'map') return type
  return array(
    struct([field('key', type.keyType, false), field('value', type.valueType, type.valueContainsNull)]),
    false,
  )
}

function resolveEntries([list]: readonly ResolvedExpression[], context: ResolveContext): ResolvedArguments {
  const type = list!.dataType
  const element = type.kind === 'array' ? type.elementType : undefined
  if (type.kind === 'unknown') return { arguments: [list!], dataType: type, nullable: true }
  if (type.kind !== 'array' || element?.kind !== 'struct' || element.fields.length !== 2) {
    return context.refuse(0, 'an ARRAY of pairs')
  }
  const [key, value] = element.fields
  return {
    arguments: [list!],
    dataType: map(key!.dataType, value!.dataType, value!.nullable),
    nullable: list!.nullable || type.containsNull,
  }
}

function printFromEntries([list]: readonly string[], call: PrintedCall): string {
  const type = (call as TypedCall).types[0]!
  const element = type.kind === 'array' ? type.elementType : type
  const [key, value] = element.kind === 'struct' ? element.fields.map((each) => call.quote(each.name)) : []
  return `millrace.map_of(list_transform(${list}, lambda pair_: CASE WHEN pair_ IS NOT NULL
    THEN {'key': struct_extract(pair_, ${key}), 'value': struct_extract(pair_, ${value})} END))`
}
