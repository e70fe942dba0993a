import {
  BOOLEAN,
  BYTE,
  DAY_TIME_INTERVAL,
  DOUBLE,
  FLOAT,
  INTEGER,
  LONG,
  STRING,
} from '../../types/data-type.ts'
import { call } from '../build.ts'
import { printed, rewritten, scalar } from './define.ts'
import { extremeArgument } from './nested-order.ts'
import {
  type DuckdbForm,
  type FunctionDefinition,
  INTEGRAL,
  macro,
  NUMERIC,
  native,
  ORDERABLE,
  type Parameter,
  type PrintedCall,
  signature,
  type TypedCall,
  template,
  variable,
  variadic,
} from './signature.ts'

const ALWAYS = { nullable: 'always' } as const
const NEVER = { nullable: 'never' } as const
const NUMBER = variable('T', NUMERIC)
const ONLY_INTERVAL: Parameter = { type: DAY_TIME_INTERVAL, casts: 'exact' }
const BITS: Readonly<Record<string, number>> = { byte: 8, short: 16, integer: 32, long: 64 }

/** Mathematical functions. Outside its domain a function of doubles is NaN, a logarithm NULL. */
export const mathFunctions: readonly FunctionDefinition[] = [
  scalar('abs', [
    signature([NUMBER], NUMBER, { duckdb: native('abs') }),
    signature([ONLY_INTERVAL], DAY_TIME_INTERVAL, {
      duckdb: template('to_microseconds(abs(epoch_us({0})))'),
    }),
  ]),
  ofDouble('acos', macro('acos')),
  ofDouble('acosh', native('acosh')),
  ofDouble('asin', macro('asin')),
  ofDouble('asinh', native('asinh')),
  ofDouble('atan', native('atan')),
  scalar('atan2', signature([DOUBLE, DOUBLE], DOUBLE), native('atan2')),
  ofDouble('atanh', macro('atanh')),
  scalar('bin', signature([LONG], STRING), native('bin')),
  scalar('bit_count', [
    signature([INTEGRAL], INTEGER, { duckdb: template('bit_count({0}::BIGINT)', { cast: true }) }),
    signature([BOOLEAN], INTEGER, { duckdb: template('{0}', { cast: true }) }),
  ]),
  scalar('bit_get getbit', signature([INTEGRAL, INTEGER], BYTE), printed(printBitGet, { cast: true })),
  ofDouble('cbrt', macro('cbrt')),
  scalar('conv', signature([STRING, INTEGER, INTEGER], STRING, ALWAYS), macro('conv')),
  ofDouble('cos', native('cos')),
  ofDouble('cosh', native('cosh')),
  ofDouble('cot', template('(1 / tan({0}))')),
  ofDouble('csc', template('(1 / sin({0}))')),
  ofDouble('degrees', native('degrees')),
  scalar('e', signature([], DOUBLE, NEVER), template(`${Math.E}::DOUBLE`)),
  ofDouble('exp', native('exp')),
  ofDouble('expm1', macro('expm1')),
  scalar('factorial', signature([INTEGER], LONG, ALWAYS), macro('factorial')),
  scalar(
    'greatest',
    signature([variadic(variable('T', ORDERABLE), 2)], variable('T'), { nullable: all }),
    extremeArgument('greatest'),
  ),
  scalar('hypot', signature([DOUBLE, DOUBLE], DOUBLE), template('sqrt(pow({0}, 2) + pow({1}, 2))')),
  scalar(
    'isnan',
    [signature([DOUBLE], BOOLEAN, NEVER), signature([FLOAT], BOOLEAN, NEVER)],
    template('coalesce(isnan({0}), false)'),
  ),
  scalar(
    'least',
    signature([variadic(variable('T', ORDERABLE), 2)], variable('T'), { nullable: all }),
    extremeArgument('least'),
  ),
  ofDouble('ln', macro('ln')),
  scalar('log', [
    signature([DOUBLE], DOUBLE, { ...ALWAYS, duckdb: macro('ln') }),
    signature([DOUBLE, DOUBLE], DOUBLE, { ...ALWAYS, duckdb: macro('log') }),
  ]),
  ofDouble('log10', macro('log10')),
  ofDouble('log1p', macro('log1p')),
  ofDouble('log2', macro('log2')),
  scalar('nanvl', [signature([DOUBLE, DOUBLE], DOUBLE), signature([FLOAT, FLOAT], FLOAT)], macro('nanvl')),
  scalar('pi', signature([], DOUBLE, NEVER), template('pi()')),
  rewritten('pmod', { min: 2, max: 2 }, ([value, n]) => call('$pmod', call('%', value!, n!), n!)),
  scalar(
    '$pmod',
    signature([NUMERIC, NUMERIC], (call) => call.types[0]!, ALWAYS),
    macro('pmod', { cast: true }),
  ),
  scalar('pow power', signature([DOUBLE, DOUBLE], DOUBLE), native('pow')),
  ofDouble('radians', native('radians')),
  scalar('rand random', signature([], DOUBLE, NEVER), template('random()'), { volatility: 'random' }),
  scalar('randn', signature([], DOUBLE, NEVER), macro('normal'), { volatility: 'random' }),
  ofDouble('rint', macro('rint')),
  ofDouble('sec', template('(1 / cos({0}))')),
  scalar('sign signum', [
    signature([DOUBLE], DOUBLE, { ...ALWAYS, duckdb: macro('sign') }),
    signature([ONLY_INTERVAL], DOUBLE, {
      ...ALWAYS,
      duckdb: template('sign(epoch_us({0}))', { cast: true }),
    }),
  ]),
  ofDouble('sin', native('sin')),
  ofDouble('sinh', native('sinh')),
  ofDouble('sqrt', macro('sqrt')),
  ofDouble('tan', native('tan')),
  ofDouble('tanh', native('tanh')),
  scalar('width_bucket', signature([DOUBLE, DOUBLE, DOUBLE, LONG], LONG, ALWAYS), macro('width_bucket')),
]

function ofDouble(name: string, form: DuckdbForm): FunctionDefinition {
  return scalar(name, signature([DOUBLE], DOUBLE, ALWAYS), form)
}

function all(call: TypedCall): boolean {
  return call.nullables.every(Boolean)
}

function printBitGet(args: readonly string[], { types }: PrintedCall): string {
  return `millrace.bit_get(${args[0]}, ${args[1]}, ${BITS[types[0]!.kind] ?? 64})`
}
