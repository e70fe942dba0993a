import { PipelineError } from '../../errors/index.ts'
import {
  BOOLEAN,
  DAY_TIME_INTERVAL,
  type DataType,
  DOUBLE,
  decimal,
  INTEGER,
  LONG,
  STRING,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  YEAR_MONTH_INTERVAL,
} from '../../types/data-type.ts'
import { call } from '../build.ts'
import { printParsed, readAs } from './date.ts'
import { printDatetimeFormat } from './datetime-format.ts'
import { parseDatetimePattern } from './datetime-pattern.ts'
import { printed, rewritten, scalar } from './define.ts'
import {
  ANY_DECIMAL,
  ANY_TIMESTAMP,
  constant,
  type FunctionDefinition,
  INTEGRAL,
  macro,
  NUMERIC,
  optional,
  type Parameter,
  type PrintedCall,
  type Signature,
  signature,
  type TypedCall,
  template,
} from './signature.ts'
import { inZone, printFromLocal, printToLocal } from './time-zone.ts'

const ALWAYS = { nullable: 'always' } as const
const NEVER = { nullable: 'never' } as const
const SECONDS = decimal(16, 6)
const DEFAULT_FORMAT: Parameter = { ...constant(STRING), optional: true, default: 'yyyy-MM-dd HH:mm:ss' }
const TRUNC_UNITS: Readonly<Record<string, string>> = {
  YEAR: 'year',
  YYYY: 'year',
  YY: 'year',
  QUARTER: 'quarter',
  MONTH: 'month',
  MM: 'month',
  MON: 'month',
  WEEK: 'week',
  DAY: 'day',
  DD: 'day',
  HOUR: 'hour',
  MINUTE: 'minute',
  SECOND: 'second',
  MILLISECOND: 'millisecond',
  MICROSECOND: 'microsecond',
}
/** Units of timestampadd and timestampdiff: so many months, or so many microseconds. */
const UNITS: Readonly<Record<string, { readonly months: number } | { readonly micros: number }>> = {
  YEAR: { months: 12 },
  QUARTER: { months: 3 },
  MONTH: { months: 1 },
  WEEK: { micros: 604_800_000_000 },
  DAY: { micros: 86_400_000_000 },
  DAYOFYEAR: { micros: 86_400_000_000 },
  HOUR: { micros: 3_600_000_000 },
  MINUTE: { micros: 60_000_000 },
  SECOND: { micros: 1_000_000 },
  MILLISECOND: { micros: 1000 },
  MICROSECOND: { micros: 1 },
}

/** Functions of timestamps and intervals. The session's time zone is UTC. */
export const timestampFunctions: readonly FunctionDefinition[] = [
  scalar(
    'convert_timezone',
    signature([STRING, STRING, TIMESTAMP_NTZ], inZone(TIMESTAMP_NTZ, 0)),
    printed(([from, to, local], call) => printToLocal(printFromLocal(local!, from!, call, 0), to!, call, 1)),
  ),
  scalar('current_timestamp now', signature([], TIMESTAMP, NEVER), printed(printNow), { volatility: 'time' }),
  scalar('localtimestamp', signature([], TIMESTAMP_NTZ, NEVER), printed(printLocalNow), {
    volatility: 'time',
  }),
  scalar('current_timezone', signature([], STRING, NEVER), template("'UTC'")),
  scalar('date_format', signature([TIMESTAMP, constant(STRING)], written), printed(printDateFormat)),
  scalar('date_trunc', signature([STRING, TIMESTAMP], TIMESTAMP, ALWAYS), printed(printDateTrunc)),
  scalar(
    'from_unixtime',
    signature([LONG, DEFAULT_FORMAT], written, ALWAYS),
    printed(([seconds], { literals, quote }) =>
      format(`make_timestamp(${seconds} * 1000000)`, literals[1], quote),
    ),
  ),
  scalar(
    'from_utc_timestamp',
    signature([TIMESTAMP, STRING], inZone(TIMESTAMP, 1)),
    printed(([t, zone], call) => `millrace.moment(${printToLocal(`millrace.utc(${t})`, zone!, call, 1)})`),
  ),
  scalar(
    'to_utc_timestamp',
    signature([TIMESTAMP, STRING], inZone(TIMESTAMP, 1)),
    printed(([t, zone], call) => `millrace.moment(${printFromLocal(`millrace.utc(${t})`, zone!, call, 1)})`),
  ),
  ...['hour', 'minute', 'second'].map((part) =>
    scalar(part, [
      signature([TIMESTAMP], INTEGER, { duckdb: template(`${part}(millrace.utc({0}))`, { cast: true }) }),
      signature([TIMESTAMP_NTZ], INTEGER, { duckdb: template(`${part}({0})`, { cast: true }) }),
    ]),
  ),
  scalar('make_timestamp make_timestamp_ltz', madeTimestamps(TIMESTAMP, 'make_timestamp')),
  scalar('try_make_timestamp', madeTimestamps(TIMESTAMP, 'try_make_timestamp')),
  scalar(
    'make_timestamp_ntz',
    signature([INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, SECONDS], TIMESTAMP_NTZ),
    macro('make_timestamp'),
  ),
  scalar(
    'make_dt_interval',
    signature(
      [optional(INTEGER, 0), optional(INTEGER, 0), optional(INTEGER, 0), optional(decimal(18, 6), '0')],
      DAY_TIME_INTERVAL,
    ),
    template('to_microseconds((({0}::BIGINT * 24 + {1}) * 60 + {2}) * 60000000 + ({3} * 1000000)::BIGINT)'),
  ),
  scalar(
    'make_ym_interval',
    signature([optional(INTEGER, 0), optional(INTEGER, 0)], YEAR_MONTH_INTERVAL),
    template('to_months({0} * 12 + {1})'),
  ),
  scalar(
    'months_between',
    signature([TIMESTAMP, TIMESTAMP, optional(BOOLEAN, true)], DOUBLE),
    template('millrace.months_between(millrace.utc({0}), millrace.utc({1}), {2})'),
  ),
  scalar('timestamp_micros', signature([INTEGRAL], TIMESTAMP), template('make_timestamptz({0}::BIGINT)')),
  scalar(
    'timestamp_millis',
    signature([INTEGRAL], TIMESTAMP),
    template('make_timestamptz({0}::BIGINT * 1000)'),
  ),
  scalar('timestamp_seconds', [
    signature([INTEGRAL], TIMESTAMP, { duckdb: template('make_timestamptz({0}::BIGINT * 1000000)') }),
    signature([ANY_DECIMAL], TIMESTAMP, {
      duckdb: template('make_timestamptz(({0}::DECIMAL(38,6) * 1000000)::BIGINT)'),
    }),
    signature([DOUBLE], TIMESTAMP, {
      ...ALWAYS,
      duckdb: template('make_timestamptz(trunc({0} * 1000000)::BIGINT)'),
    }),
  ]),
  scalar(
    'timestampadd',
    signature([constant(STRING), INTEGRAL, ANY_TIMESTAMP], (call) => unitChecked(call, call.types[2]!)),
    printed(printTimestampAdd),
  ),
  scalar(
    'timestampdiff',
    signature([constant(STRING), TIMESTAMP, TIMESTAMP], (call) => unitChecked(call, LONG)),
    printed(printTimestampDiff),
  ),
  scalar('to_timestamp to_timestamp_ltz', [
    signature([TIMESTAMP], TIMESTAMP, { duckdb: template('{0}') }),
    signature([NUMERIC], TIMESTAMP, { duckdb: printed(printNumericTimestamp) }),
    signature([STRING, constant(STRING)], readAs(TIMESTAMP), { duckdb: printed(printToTimestamp) }),
    signature([TIMESTAMP, constant(STRING)], TIMESTAMP, { duckdb: template('{0}') }),
  ]),
  scalar('to_timestamp_ntz', [
    signature([TIMESTAMP_NTZ], TIMESTAMP_NTZ, { duckdb: template('{0}') }),
    signature([STRING, constant(STRING)], readAs(TIMESTAMP_NTZ), { duckdb: printed(printParsed) }),
  ]),
  scalar('try_to_timestamp', [
    signature([TIMESTAMP], TIMESTAMP, { ...ALWAYS, duckdb: template('{0}') }),
    signature([STRING], TIMESTAMP, {
      ...ALWAYS,
      duckdb: printed((args, { castText }) => castText(args[0]!, STRING, TIMESTAMP, 'try')),
    }),
    signature([STRING, constant(STRING)], readAs(TIMESTAMP), {
      ...ALWAYS,
      duckdb: printed(printToTimestamp),
    }),
  ]),
  scalar('unix_micros', signature([TIMESTAMP], LONG), template('epoch_us({0})')),
  scalar('unix_millis', signature([TIMESTAMP], LONG), template('millrace.floor_millis(epoch_us({0}))')),
  scalar('unix_seconds', signature([TIMESTAMP], LONG), template('millrace.floor_seconds(epoch_us({0}))')),
  scalar('to_unix_timestamp', unixTimestamps()),
  rewritten(
    'unix_timestamp',
    { min: 0, max: 2 },
    (args) =>
      args.length === 0
        ? call('unix_seconds', call('current_timestamp'))
        : call('to_unix_timestamp', ...args),
    { volatility: 'time' },
  ),
]

function unixTimestamps(): readonly Signature[] {
  return [
    signature([TIMESTAMP, DEFAULT_FORMAT], LONG, {
      duckdb: template('(epoch_us({0}) // 1000000)'),
    }),
    signature([STRING, DEFAULT_FORMAT], readAs(LONG), { duckdb: printed(printUnixSeconds) }),
  ]
}

/** Year, month, day, hour, minute, seconds and perhaps the zone that they are local to. */
function madeTimestamps(type: DataType, name: string): readonly Signature[] {
  const parts = [INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, SECONDS]
  const nullable = name.startsWith('try_') ? ALWAYS : {}
  const print = (args: readonly string[], call: PrintedCall) => {
    const local = `millrace.${name}(${args.slice(0, 6).join(', ')})`
    return `millrace.moment(${args.length === 6 ? local : printFromLocal(local, args[6]!, call, 6)})`
  }
  return [
    signature(parts, type, { ...nullable, duckdb: printed(print) }),
    signature([...parts, STRING], inZone(type, 6), { ...nullable, duckdb: printed(print) }),
  ]
}

function printNow(_: readonly string[], { timestampMicros }: PrintedCall): string {
  return `make_timestamptz(${timestampMicros})`
}

function printLocalNow(_: readonly string[], { timestampMicros }: PrintedCall): string {
  return `make_timestamp(${timestampMicros})`
}

/** STRING, once the literal pattern is known to be good. */
function written(call: TypedCall): DataType {
  const pattern = call.literals[1]
  if (typeof pattern === 'string') parseDatetimePattern(pattern)
  return STRING
}

function printDateFormat(args: readonly string[], { literals, quote }: PrintedCall): string {
  return format(`millrace.utc(${args[0]})`, literals[1], quote)
}

function format(timestamp: string, pattern: unknown, quote: (text: string) => string): string {
  return typeof pattern === 'string' ? printDatetimeFormat(timestamp, pattern, quote) : 'NULL::VARCHAR'
}

function printDateTrunc(args: readonly string[], { literals }: PrintedCall): string {
  const [unit, t] = args
  if (literals[0] === undefined) return `millrace.moment(millrace.date_trunc(${unit}, millrace.utc(${t})))`
  const known = TRUNC_UNITS[String(literals[0]).toUpperCase()]
  return known === undefined
    ? 'NULL::TIMESTAMPTZ'
    : `millrace.moment(date_trunc('${known}', millrace.utc(${t})))`
}

function printToTimestamp(args: readonly string[], call: PrintedCall): string {
  return `millrace.moment(${printParsed(args, call)})`
}

function printNumericTimestamp(args: readonly string[], call: PrintedCall): string {
  return call.castText(args[0]!, call.types[0]!, TIMESTAMP, call.ansi ? 'ansi' : 'try')
}

function printUnixSeconds(args: readonly string[], call: PrintedCall): string {
  return `(epoch_us(${printParsed(args, call)}) // 1000000)`
}

function unitChecked(call: TypedCall, type: DataType): DataType {
  const unit = String(call.literals[0]).toUpperCase()
  if (UNITS[unit] === undefined) {
    throw new PipelineError('INVALID_PARAMETER_VALUE.DATETIME_UNIT', {
      invalidValue: unit,
      units: Object.keys(UNITS).join(', '),
    })
  }
  return type
}

function printTimestampAdd(args: readonly string[], call: PrintedCall): string {
  const [, count, t] = args
  const unit = UNITS[String(call.literals[0]).toUpperCase()]!
  const isLocal = call.types[2]!.kind === 'timestamp_ntz'
  const wrap = isLocal ? 'make_timestamp' : 'make_timestamptz'
  if ('micros' in unit) return `${wrap}(epoch_us(${t}) + ${count}::BIGINT * ${unit.micros})`
  const local = isLocal ? t : `millrace.utc(${t})`
  return `${wrap}(epoch_us(${local} + to_months((${count} * ${unit.months})::INTEGER)))`
}

function printTimestampDiff(args: readonly string[], call: PrintedCall): string {
  const [, from, to] = args
  const unit = UNITS[String(call.literals[0]).toUpperCase()]!
  return 'micros' in unit
    ? `((epoch_us(${to}) - epoch_us(${from})) // ${unit.micros})`
    : `(millrace.months_diff(millrace.utc(${from}), millrace.utc(${to})) // ${unit.months})`
}
