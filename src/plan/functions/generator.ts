import { PipelineError } from '../../errors/index.ts'
import { type DataType, field, INTEGER, struct } from '../../types/data-type.ts'
import { constantOf } from '../analyzer/cast.ts'
import type { ResolvedExpression } from '../resolved.ts'
import {
  ANY_STRUCT,
  arrayOf,
  type FunctionDefinition,
  K,
  mapOf,
  type ResolveContext,
  type ResolvedArguments,
  type Signature,
  signature,
  T,
  type TypedCall,
  V,
} from './signature.ts'

/**
 * Functions that give rows. Their type is a struct of the columns; with one column the printed list holds the values
 * themselves, else structs of them. An `_outer` form gives a row of NULLs where there is none.
 */
export const generatorFunctions: readonly FunctionDefinition[] = [
  ...['explode', 'explode_outer'].map(
    (name): FunctionDefinition => ({
      name,
      kind: 'generator',
      signatures: [
        {
          ...signature([arrayOf(T)], (call) => struct([elementField(call)])),
          duckdb: { kind: 'generator', print: ([list]) => list! },
        },
        entries((call) => mapFields(call)),
      ],
    }),
  ),
  ...['posexplode', 'posexplode_outer'].map(
    (name): FunctionDefinition => ({
      name,
      kind: 'generator',
      signatures: [
        {
          ...signature([arrayOf(T)], (call) => struct([POSITION, elementField(call)])),
          duckdb: {
            kind: 'generator',
            print: ([list]) =>
              `list_transform(${list}, lambda col_, pos_: {'pos': CAST(pos_ - 1 AS INTEGER), 'col': col_})`,
          },
        },
        {
          ...entries((call) => [POSITION, ...mapFields(call)]),
          duckdb: {
            kind: 'generator',
            print: ([map]) =>
              `list_transform(map_entries(${map}), lambda entry_, pos_: {'pos': CAST(pos_ - 1 AS INTEGER), 'key': entry_.key, 'value': entry_.value})`,
          },
        },
      ],
    }),
  ),
  ...['inline', 'inline_outer'].map(
    (name): FunctionDefinition => ({
      name,
      kind: 'generator',
      signatures: [signature([arrayOf(ANY_STRUCT)], inlineFields)],
      duckdb: { kind: 'generator', print: ([list]) => list! },
    }),
  ),
  {
    name: 'stack',
    kind: 'generator',
    arity: { min: 2, max: Number.POSITIVE_INFINITY },
    resolve: resolveStack,
    duckdb: { kind: 'generator', print: (args, call) => printStack(args, call) },
  },
]

const POSITION = field('pos', INTEGER, false)

function elementField({ types }: TypedCall) {
  const [list] = types
  if (list?.kind !== 'array') return field('col', ANY_VALUE)
  return field('col', list.elementType, list.containsNull)
}

const ANY_VALUE: DataType = { kind: 'void' }

function mapFields({ types }: TypedCall) {
  const [map] = types
  if (map?.kind !== 'map') return []
  return [field('key', map.keyType, false), field('value', map.valueType, map.valueContainsNull)]
}

function entries(fields: (call: TypedCall) => ReturnType<typeof mapFields>): Signature {
  return {
    ...signature([mapOf(K, V)], (call) => struct(fields(call))),
    duckdb: { kind: 'generator', print: ([map]) => `map_entries(${map})` },
  }
}

function inlineFields({ types }: TypedCall): DataType {
  const [list] = types
  return list?.kind === 'array' ? list.elementType : struct([])
}

/** `stack(n, v1, v2, ...)`: the values in n rows, filled up with NULL. */
function resolveStack(args: readonly ResolvedExpression[], call: ResolveContext): ResolvedArguments {
  const [count, ...values] = args
  const rows = Number(constantOf(count!) ?? 0)
  if (!Number.isInteger(rows) || rows < 1) call.refuse(0, 'a constant INT above 0')
  const width = Math.ceil(values.length / rows)
  const columns = Array.from({ length: width }, (_, column) => {
    const cells = values.filter((_, i) => i % width === column)
    return { cells, type: call.widen(cells) }
  })
  const cast = values.map((each, i) => call.cast(each, columns[i % width]!.type))
  const dataType = struct(columns.map(({ type }, i) => field(`col${i}`, type)))
  return { arguments: [count!, ...cast], dataType, nullable: true }
}

function printStack([, ...values]: readonly string[], call: TypedCall & { dataType: DataType }): string {
  if (call.dataType.kind !== 'struct') {
    throw new PipelineError('INTERNAL_ERROR', { detail: 'stack has no columns' })
  }
  const { fields } = call.dataType
  if (fields.length === 1) return `[${values.join(', ')}]`
  const rows: string[] = []
  for (let start = 0; start < values.length; start += fields.length) {
    const cells = fields.map((each, i) => `'${each.name}': ${values[start + i] ?? 'NULL'}`)
    rows.push(`{${cells.join(', ')}}`)
  }
  return `[${rows.join(', ')}]`
}
