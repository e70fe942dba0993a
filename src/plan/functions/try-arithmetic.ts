import { arithmeticFunctions } from './arithmetic.ts'
import type { FunctionDefinition } from './signature.ts'

const OPERATORS = {
  try_add: '+',
  try_subtract: '-',
  try_multiply: '*',
  try_divide: '/',
  try_mod: '%',
} as const

/** Arithmetic that gives NULL where the operator fails: beyond the range, or by zero. */
export const tryArithmeticFunctions: readonly FunctionDefinition[] = Object.entries(OPERATORS).map(
  ([name, symbol]) => tried(name, arithmeticFunctions.find((each) => each.name === symbol)!),
)

function tried(name: string, operator: FunctionDefinition): FunctionDefinition {
  const { resolve, duckdb } = operator
  return {
    name,
    kind: 'scalar',
    arity: { min: 2, max: 2 },
    resolve: (args, call) => ({ ...resolve!(args, call), nullable: true }),
    duckdb: {
      kind: 'scalar',
      print: (args, call) => (duckdb?.kind === 'scalar' ? duckdb.print(args, { ...call, ansi: false }) : ''),
    },
  }
}
