import { type DataType, type DecimalType, DOUBLE, decimal, INTEGER, LONG } from '../../types/data-type.ts'
import { grownDecimal } from '../../types/decimal-rules.ts'
import { printDecimalAverage } from './decimal-forms.ts'
import { scalar } from './define.ts'
import { extremeOf } from './nested-order.ts'
import {
  ANY,
  ANY_DECIMAL,
  ANY_INTERVAL,
  constant,
  type DuckdbForm,
  FRACTIONAL,
  type FunctionDefinition,
  native,
  ORDERABLE,
  signature,
  T,
  variable,
  variadic,
} from './signature.ts'

const ALWAYS = { nullable: 'always' } as const

/** `count(a, b)` counts rows where none is NULL; distinct ones by all of them together. */
const printCount: Extract<DuckdbForm, { kind: 'aggregate' }>['print'] = (args, call, aggregate) => {
  if (call.arguments[0]!.kind === 'Literal' && args.length === 1 && !call.call.distinct) {
    return aggregate('count', call.literals[0] === null ? ['NULL'] : ['*'])
  }
  if (args.length === 1) return aggregate('count', args)
  const where = args.map((each) => `${each} IS NOT NULL`).join(' AND ')
  return aggregate('count', [`row(${args.join(', ')})`], { where })
}

/** count, avg, min, max: Spark's result types, which DuckDB's own are not. */
export const coreAggregates: readonly FunctionDefinition[] = [
  {
    name: 'count',
    kind: 'aggregate',
    signatures: [signature([variadic(ANY, 1)], LONG, { nullable: 'never' })],
    duckdb: { kind: 'aggregate', print: printCount },
  },
  {
    name: 'avg',
    aliases: ['mean', 'try_avg'],
    kind: 'aggregate',
    signatures: [
      signature([{ type: ANY_DECIMAL, casts: 'exact' }], (call) => averageType(call.types[0]!), {
        ...ALWAYS,
        duckdb: decimalAverage(),
      }),
      signature([FRACTIONAL], DOUBLE, { ...ALWAYS, duckdb: native('avg') }),
      signature([{ type: ANY_INTERVAL, casts: 'exact' }], (call) => call.types[0]!, {
        ...ALWAYS,
        duckdb: native('avg'),
      }),
    ],
  },
  extreme('min'),
  extreme('max'),
]

/** `$average(sum, count, scale)`: what `avg` gives of decimals whose sum and count are known. */
export const averageOfParts: readonly FunctionDefinition[] = [
  scalar(
    '$average',
    signature(
      [{ type: ANY_DECIMAL, casts: 'exact' }, LONG, constant(INTEGER)],
      (call) => decimal(38, call.literals[2] as number),
      ALWAYS,
    ),
    {
      kind: 'scalar',
      print: ([sum, count], call) => printDecimalAverage(sum!, count!, call.types[0] as DecimalType, call),
    },
  ),
]

function extreme(name: 'min' | 'max'): FunctionDefinition {
  return {
    name,
    kind: 'aggregate',
    signatures: [signature([variable('T', ORDERABLE)], T, ALWAYS)],
    duckdb: {
      kind: 'aggregate',
      print: ([value], { types, quote }, aggregate) =>
        extremeOf(value!, types[0]!, quote, (each) => aggregate(name, [each])),
    },
  }
}

function averageType(type: DataType): DataType {
  return type.kind === 'decimal' ? grownDecimal(type, 4, 4) : DOUBLE
}

/** The exact sum over the count, rounded half up; DuckDB's own average of decimals is a double. */
function decimalAverage(): DuckdbForm {
  return {
    kind: 'aggregate',
    print: ([value], call, aggregate) => {
      const type = call.types[0] as DecimalType
      const [sum, count] = [aggregate('sum', [value!]), aggregate('count', [value!])]
      return printDecimalAverage(sum, count, decimal(38, type.scale), call)
    },
  }
}
