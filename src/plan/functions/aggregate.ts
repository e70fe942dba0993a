import {
  array,
  BOOLEAN,
  DAY_TIME_INTERVAL,
  type DataType,
  DOUBLE,
  LONG,
  STRING,
} from '../../types/data-type.ts'
import { grownDecimal } from '../../types/decimal-rules.ts'
import { call } from '../build.ts'
import { aggregate } from './define.ts'
import { orderKey } from './nested-order.ts'
import { percentileFunctions } from './percentile.ts'
import {
  ANY,
  ANY_DECIMAL,
  constant,
  type DuckdbForm,
  type FunctionDefinition,
  INTEGRAL,
  type NativeAggregate,
  NUMERIC,
  native,
  ORDERABLE,
  optional,
  type Parameter,
  type PrintedCall,
  type Signature,
  signature,
  T,
  type TypedCall,
  U,
  variable,
} from './signature.ts'

const ALWAYS = { nullable: 'always' } as const
const NEVER = { nullable: 'never' } as const
const INTEGRAL_TYPE = variable('T', INTEGRAL)
const COMPARABLE = variable('T', ORDERABLE)
const ONLY_DECIMAL: Parameter = { type: ANY_DECIMAL, casts: 'exact' }
const _IGNORE_NULLS: Parameter = { ...constant(BOOLEAN), optional: true, default: false }

/** Aggregate functions; each may take DISTINCT, FILTER and OVER. */
export const aggregateFunctions: readonly FunctionDefinition[] = [
  chosen('any_value', '$first'),
  aggregate(
    'approx_count_distinct',
    signature([ANY, optional(DOUBLE, 0.05)], LONG, NEVER),
    printed(([value], _, native) => native('approx_count_distinct', [value!]), { cast: true }),
  ),
  ...['bit_and', 'bit_or', 'bit_xor'].map((name) =>
    aggregate(name, signature([INTEGRAL_TYPE], INTEGRAL_TYPE, ALWAYS), native(name)),
  ),
  aggregate('bool_and every', signature([BOOLEAN], BOOLEAN, ALWAYS), native('bool_and')),
  aggregate('bool_or some any', signature([BOOLEAN], BOOLEAN, ALWAYS), native('bool_or')),
  aggregate(
    'collect_list array_agg',
    signature([T], (call) => array(call.types[0]!, false), NEVER),
    printed(([value], _, native) => `coalesce(${listOf(value!, native)}, [])`),
    { volatility: 'random' },
  ),
  aggregate(
    'collect_set',
    signature([T], (call) => array(call.types[0]!, false), NEVER),
    printed(([value], _, native) => `coalesce(${listOf(value!, native, true)}, [])`),
    { volatility: 'random' },
  ),
  aggregate(
    'corr',
    signature([DOUBLE, DOUBLE], DOUBLE, ALWAYS),
    printed((args, _, native) => `millrace.nan_to_null(${native('corr', args)})`),
  ),
  aggregate(
    'count_if',
    signature([BOOLEAN], LONG, NEVER),
    printed(([condition], _, native) => native('count', [condition!], { where: condition! })),
  ),
  aggregate('covar_pop', signature([DOUBLE, DOUBLE], DOUBLE, ALWAYS), native('covar_pop')),
  aggregate('covar_samp', signature([DOUBLE, DOUBLE], DOUBLE, ALWAYS), native('covar_samp')),
  chosen('first first_value', '$first'),
  oneOfThem('$first', 'first'),
  aggregate('kurtosis', signature([DOUBLE], DOUBLE, ALWAYS), native('kurtosis_pop')),
  chosen('last last_value', '$last'),
  oneOfThem('$last', 'last'),
  aggregate(
    'listagg string_agg',
    signature([STRING, { ...constant(STRING), optional: true, default: '' }], STRING, ALWAYS),
    printed((args, _, native) => native('string_agg', args)),
    { volatility: 'random' },
  ),
  aggregate('max_by', signature([U, COMPARABLE], U, ALWAYS), extremeBy('arg_max_null'), {
    volatility: 'random',
  }),
  aggregate('min_by', signature([U, COMPARABLE], U, ALWAYS), extremeBy('arg_min_null'), {
    volatility: 'random',
  }),
  aggregate('mode', signature([T], T, ALWAYS), native('mode'), { volatility: 'random' }),
  aggregate('regr_count', signature([DOUBLE, DOUBLE], LONG, NEVER), native('regr_count', { cast: true })),
  ...['avgx', 'avgy', 'intercept', 'r2', 'slope', 'sxx', 'sxy', 'syy'].map((name) =>
    aggregate(
      `regr_${name}`,
      signature([DOUBLE, DOUBLE], DOUBLE, ALWAYS),
      printed((args, _, native) => `millrace.nan_to_null(${native(`regr_${name}`, args)})`),
    ),
  ),
  aggregate('skewness', signature([DOUBLE], DOUBLE, ALWAYS), printed(printSkewness)),
  aggregate('stddev stddev_samp std', signature([DOUBLE], DOUBLE, ALWAYS), native('stddev_samp')),
  aggregate('stddev_pop', signature([DOUBLE], DOUBLE, ALWAYS), native('stddev_pop')),
  aggregate('sum', sums('millrace.sum_long')),
  aggregate('try_sum', sums('millrace.try_sum_long')),
  aggregate('variance var_samp', signature([DOUBLE], DOUBLE, ALWAYS), native('var_samp')),
  aggregate('var_pop', signature([DOUBLE], DOUBLE, ALWAYS), native('var_pop')),
  ...percentileFunctions,
]

function printed(
  print: (args: readonly string[], call: PrintedCall, native: NativeAggregate) => string,
  options: { readonly cast?: boolean } = {},
): DuckdbForm {
  return { kind: 'aggregate', print, ...options }
}

/** The values but NULLs, or undefined where there are none. */
function listOf(value: string, native: NativeAggregate, distinct?: boolean): string {
  return native('list', [value], { where: `${value} IS NOT NULL`, ...(distinct ? { distinct } : {}) })
}

/** `first(x, true)` is `first(x) IGNORE NULLS`. */
function chosen(names: string, name: string): FunctionDefinition {
  const [own, ...aliases] = names.split(' ')
  return {
    name: own!,
    aliases,
    kind: 'aggregate',
    arity: { min: 1, max: 2 },
    volatility: 'random',
    replace: ([value, ignore]) => ({
      ...call(name, value!),
      ...(ignore?.kind === 'Literal' && ignore.value === true ? { nulls: 'ignore' as const } : {}),
    }),
  }
}

/** DuckDB takes IGNORE NULLS over a window only, and FILTER of these only elsewhere. */
function oneOfThem(name: string, duckdbName: string): FunctionDefinition {
  const form = printed(([value], { call, isWindowed }, native) => {
    const filters = call.nulls === 'ignore' && !isWindowed
    return native(duckdbName, [value!], filters ? { where: `${value} IS NOT NULL` } : {})
  })
  return aggregate(name, signature([T], T, ALWAYS), form, { volatility: 'random' })
}

function extremeBy(name: string): DuckdbForm {
  return printed(([value, by], { types, quote }, native) =>
    native(name, [value!, orderKey(by!, types[1]!, quote)], { where: `${by} IS NOT NULL` }),
  )
}

/** `count(a, b)` counts rows in which none is NULL. */
function _printCount(args: readonly string[], _: PrintedCall, native: NativeAggregate): string {
  if (args.length === 1) return native('count', args)
  return native('count', [`(${args.join(', ')})`], {
    where: args.map((arg) => `${arg} IS NOT NULL`).join(' AND '),
  })
}

/** DuckDB's is the sample's skewness; Spark's is the population's. */
function printSkewness(args: readonly string[], _: PrintedCall, native: NativeAggregate): string {
  return `millrace.skewness(${native('skewness', args)}, ${native('count', args)}, ${native('var_pop', args)})`
}

function sums(ofLong: string): readonly Signature[] {
  return [
    signature([{ type: DOUBLE, casts: 'exact' }], DOUBLE, { ...ALWAYS, duckdb: native('sum') }),
    signature([INTEGRAL], LONG, {
      ...ALWAYS,
      duckdb: printed((args, _, native) => `${ofLong}(${native('sum', args)})`),
    }),
    signature([ONLY_DECIMAL], grown(10, 0), { ...ALWAYS, duckdb: native('sum', { cast: true }) }),
    signature([{ type: DAY_TIME_INTERVAL, casts: 'exact' }], DAY_TIME_INTERVAL, {
      ...ALWAYS,
      duckdb: printed(
        ([value], _, native) => `to_microseconds(${native('sum', [`epoch_us(${value})`])}::BIGINT)`,
      ),
    }),
    signature([NUMERIC], DOUBLE, {
      ...ALWAYS,
      duckdb: printed(([value], _, native) => native('sum', [`${value}::DOUBLE`])),
    }),
  ]
}

function grown(precision: number, scale: number): (call: TypedCall) => DataType {
  return (call) => {
    const type = call.types[0]!
    return type.kind === 'decimal' ? grownDecimal(type, precision, scale) : DOUBLE
  }
}
