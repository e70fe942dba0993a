import { INTEGER, LONG } from '../../types/data-type.ts'
import {
  ANY_INTERVAL,
  type DuckdbForm,
  type FunctionDefinition,
  INTEGRAL,
  NUMERIC,
  type PrintedCall,
  signature,
  template,
  variable,
} from './signature.ts'

const N = variable('N', INTEGRAL)
const M = variable('N', NUMERIC)

/** Bit operators, shifts and signs. Shifts count modulo the width, as Java's do. */
export const bitwiseFunctions: readonly FunctionDefinition[] = [
  { name: '&', kind: 'scalar', signatures: [signature([N, N], N)], duckdb: template('{0} & {1}') },
  { name: '|', kind: 'scalar', signatures: [signature([N, N], N)], duckdb: template('{0} | {1}') },
  { name: '^', kind: 'scalar', signatures: [signature([N, N], N)], duckdb: template('xor({0}, {1})') },
  { name: '~', kind: 'scalar', signatures: [signature([N], N)], duckdb: template('~{0}') },
  shift('<<', 'shiftleft', 'shift_left'),
  shift('>>', 'shiftright', 'shift_right'),
  shift('>>>', 'shiftrightunsigned', 'shift_right_unsigned'),
  {
    name: 'negative',
    kind: 'scalar',
    signatures: [
      signature([M], M),
      signature([{ type: ANY_INTERVAL, casts: 'exact' }], (call) => call.types[0]!),
    ],
    duckdb: { kind: 'scalar', print: ([value], { ansi }) => (ansi ? `-${value}` : `TRY(-${value})`) },
  },
  { name: 'positive', kind: 'scalar', signatures: [signature([M], M)], duckdb: template('{0}') },
]

function shift(name: string, alias: string, macro: string): FunctionDefinition {
  return {
    name,
    aliases: [alias],
    kind: 'scalar',
    signatures: [signature([INTEGER, INTEGER], INTEGER), signature([LONG, INTEGER], LONG)],
    duckdb: shiftForm(macro),
  }
}

function shiftForm(macro: string): DuckdbForm {
  const print = ([value, count]: readonly string[], { dataType }: PrintedCall): string =>
    `millrace.${macro}(${value}, ${count}, ${dataType.kind === 'long' ? 64 : 32})`
  return { kind: 'scalar', print, cast: true }
}
