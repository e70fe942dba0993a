import { PipelineError } from '../../errors/index.ts'
import { array, type DataType, DOUBLE, INTEGER } from '../../types/data-type.ts'
import { aggregate } from './define.ts'
import {
  arrayOf,
  type DuckdbForm,
  type FunctionDefinition,
  NUMERIC,
  optional,
  type Parameter,
  type Signature,
  signature,
  type TypedCall,
  variable,
} from './signature.ts'

const ALWAYS = { nullable: 'always' } as const
const NUMBER = variable('T', NUMERIC)
const SHARE: Parameter = { type: DOUBLE, literal: true }
const SHARES: Parameter = { type: arrayOf(DOUBLE) }

/** Percentiles: exact ones between two values, and `approx` ones, which are exact here too, of the values themselves. */
export const percentileFunctions: readonly FunctionDefinition[] = [
  aggregate('median', signature([DOUBLE], DOUBLE, ALWAYS), quantile('quantile_cont', '0.5')),
  aggregate('percentile', [
    signature([DOUBLE, SHARE], share(DOUBLE), { ...ALWAYS, duckdb: quantile('quantile_cont') }),
    signature([DOUBLE, SHARES], array(DOUBLE, false), { ...ALWAYS, duckdb: quantile('quantile_cont') }),
  ]),
  aggregate('percentile_approx approx_percentile', [
    signature([NUMBER, SHARE, optional(INTEGER, 10000)], share(), {
      ...ALWAYS,
      duckdb: quantile('quantile_disc'),
    }),
    signature([NUMBER, SHARES, optional(INTEGER, 10000)], (call) => array(call.types[0]!, false), {
      ...ALWAYS,
      duckdb: quantile('quantile_disc'),
    }),
  ]),
]

function quantile(name: string, at?: string): DuckdbForm {
  return { kind: 'aggregate', print: ([value, share], _, native) => native(name, [value!, at ?? share!]) }
}

/** The type, once the literal percentage is known to lie between 0 and 1. */
function share(type?: DataType): Signature['returns'] {
  return (call: TypedCall) => {
    const percentage = call.literals[1]
    if (
      percentage !== null &&
      percentage !== undefined &&
      !(Number(percentage) >= 0 && Number(percentage) <= 1)
    ) {
      throw new PipelineError('DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE', {
        exprName: 'percentage',
        valueRange: '[0.0, 1.0]',
        currentValue: String(percentage),
      })
    }
    return type ?? call.types[0]!
  }
}
