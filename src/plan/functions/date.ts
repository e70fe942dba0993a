import { PipelineError } from '../../errors/index.ts'
import {
  DATE,
  DAY_TIME_INTERVAL,
  type DataType,
  decimal,
  INTEGER,
  STRING,
  TIMESTAMP,
  YEAR_MONTH_INTERVAL,
} from '../../types/data-type.ts'
import { call } from '../build.ts'
import type { Expression } from '../expression.ts'
import { checkDatetimeParse, printDatetimeParse } from './datetime-parse.ts'
import { printed, rewritten, scalar } from './define.ts'
import {
  constant,
  type FunctionDefinition,
  INTEGRAL,
  macro,
  native,
  type PrintedCall,
  type Signature,
  signature,
  type TypedCall,
  template,
} from './signature.ts'

const ALWAYS = { nullable: 'always' } as const
const DATE_TRUNC_UNITS: Readonly<Record<string, string>> = {
  YEAR: 'year',
  YYYY: 'year',
  YY: 'year',
  QUARTER: 'quarter',
  MONTH: 'month',
  MM: 'month',
  MON: 'month',
  WEEK: 'week',
}

/** What EXTRACT can take out of a date, time or interval, by the function that does it. */
const EXTRACTS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    $extract_year: 'YEAR Y YEARS YR YRS',
    $year_of_week: 'YEAROFWEEK',
    quarter: 'QUARTER QTR',
    $extract_month: 'MONTH MON MONS MONTHS',
    weekofyear: 'WEEK W WEEKS',
    $extract_day: 'DAY D DAYS',
    dayofweek: 'DAYOFWEEK DOW',
    $iso_day_of_week: 'DAYOFWEEK_ISO DOW_ISO',
    dayofyear: 'DOY',
    $extract_hour: 'HOUR H HOURS HR HRS',
    $extract_minute: 'MINUTE M MIN MINS MINUTES',
    $extract_second: 'SECOND S SEC SECONDS SECS',
  }).flatMap(([name, fields]) => fields.split(' ').map((field) => [field, name])),
)

/** Functions of dates. A timestamp or text where a date is wanted is cast to one. */
export const dateFunctions: readonly FunctionDefinition[] = [
  scalar('add_months', signature([DATE, INTEGER], DATE), template('({0} + to_months({1}))', { cast: true })),
  rewritten('curdate', { min: 0, max: 0 }, () => call('current_date')),
  scalar('current_date', signature([], DATE, { nullable: 'never' }), printed(printToday), {
    volatility: 'time',
  }),
  scalar('date_add dateadd', shifted('+')),
  scalar('date_sub', shifted('-')),
  scalar('datediff date_diff', signature([DATE, DATE], INTEGER), template('({0} - {1})', { cast: true })),
  scalar('date_from_unix_date', signature([INTEGER], DATE), template("(DATE '1970-01-01' + {0})")),
  rewritten('date_part datepart extract', { min: 2, max: 2 }, ([field, source]) =>
    extracted(field!, source!),
  ),
  scalar('day dayofmonth', signature([DATE], INTEGER), native('day', { cast: true })),
  scalar('dayname', signature([DATE], STRING), template("strftime({0}, '%a')")),
  scalar('dayofweek', signature([DATE], INTEGER), template('(dayofweek({0}) + 1)', { cast: true })),
  scalar('dayofyear', signature([DATE], INTEGER), native('dayofyear', { cast: true })),
  scalar('last_day', signature([DATE], DATE), native('last_day')),
  scalar('make_date', signature([INTEGER, INTEGER, INTEGER], DATE), macro('make_date')),
  scalar('month', signature([DATE], INTEGER), native('month', { cast: true })),
  scalar('monthname', signature([DATE], STRING), template("strftime({0}, '%b')")),
  scalar('next_day', signature([DATE, STRING], DATE, ALWAYS), macro('next_day')),
  scalar('quarter', signature([DATE], INTEGER), native('quarter', { cast: true })),
  scalar('to_date', [
    signature([DATE], DATE, { duckdb: template('{0}') }),
    signature([STRING, constant(STRING)], readAs(DATE), { duckdb: printed(printToDate) }),
    signature([DATE, constant(STRING)], DATE, { duckdb: template('{0}') }),
  ]),
  scalar('try_to_date', [
    signature([DATE], DATE, { ...ALWAYS, duckdb: template('{0}') }),
    signature([STRING], DATE, {
      ...ALWAYS,
      duckdb: printed((args, { castText }) => castText(args[0]!, STRING, DATE, 'try')),
    }),
    signature([STRING, constant(STRING)], readAs(DATE), { ...ALWAYS, duckdb: printed(printToDate) }),
  ]),
  scalar('trunc', signature([DATE, STRING], DATE, ALWAYS), printed(printTrunc)),
  scalar('unix_date', signature([DATE], INTEGER), template("({0} - DATE '1970-01-01')", { cast: true })),
  scalar('weekday', signature([DATE], INTEGER), template('(isodow({0}) - 1)', { cast: true })),
  scalar('weekofyear', signature([DATE], INTEGER), native('weekofyear', { cast: true })),
  scalar('year', signature([DATE], INTEGER), native('year', { cast: true })),
  scalar('$year_of_week', signature([DATE], INTEGER), native('isoyear', { cast: true })),
  scalar('$iso_day_of_week', signature([DATE], INTEGER), native('isodow', { cast: true })),
  datePart('$extract_year', 'year({0})', YEAR_MONTH_INTERVAL, "date_part('year', {0})"),
  datePart('$extract_month', 'month({0})', YEAR_MONTH_INTERVAL, "date_part('month', {0})"),
  datePart('$extract_day', 'day({0})', DAY_TIME_INTERVAL, '(epoch_us({0}) // 86400000000)'),
  timePart('$extract_hour', 'hour(millrace.utc({0}))', '(epoch_us({0}) // 3600000000 % 24)'),
  timePart('$extract_minute', 'minute(millrace.utc({0}))', '(epoch_us({0}) // 60000000 % 60)'),
  scalar('$extract_second', [
    signature([TIMESTAMP], decimal(8, 6), {
      duckdb: template("(date_part('microsecond', millrace.utc({0}))::DECIMAL(8,0) * 0.000001)", {
        cast: true,
      }),
    }),
    signature([DAY_TIME_INTERVAL], decimal(8, 6), {
      duckdb: template('((epoch_us({0}) % 60000000)::DECIMAL(18,0) * 0.000001)', { cast: true }),
    }),
  ]),
]

/** A whole number of days; text is read as one, a fraction is refused. */
function shifted(sign: '+' | '-'): readonly Signature[] {
  const byText = printed(
    ([date, days], { castText, ansi }) =>
      `(${date} ${sign} ${castText(days!, STRING, INTEGER, ansi ? 'ansi' : 'try')})`,
  )
  return [
    signature([DATE, INTEGRAL], DATE, { duckdb: template(`({0} ${sign} ({1})::INTEGER)`) }),
    signature([DATE, { type: STRING, casts: 'exact' }], DATE, { ...ALWAYS, duckdb: byText }),
  ]
}

/** A part that dates have and one kind of interval. */
function datePart(
  name: string,
  ofDate: string,
  interval: typeof DAY_TIME_INTERVAL | typeof YEAR_MONTH_INTERVAL,
  ofInterval: string,
): FunctionDefinition {
  return scalar(name, [
    signature([DATE], INTEGER, { duckdb: template(ofDate, { cast: true }) }),
    signature([interval], INTEGER, { duckdb: template(ofInterval, { cast: true }) }),
  ])
}

function timePart(name: string, ofTimestamp: string, ofInterval: string): FunctionDefinition {
  return scalar(name, [
    signature([TIMESTAMP], INTEGER, { duckdb: template(ofTimestamp, { cast: true }) }),
    signature([DAY_TIME_INTERVAL], INTEGER, { duckdb: template(ofInterval, { cast: true }) }),
  ])
}

function extracted(field: Expression, source: Expression): Expression {
  const text = field.kind === 'Literal' && typeof field.value === 'string' ? field.value : ''
  const name = EXTRACTS[text.toUpperCase()]
  if (name === undefined) {
    const context = field.position === undefined ? {} : { position: field.position }
    const fields = Object.keys(EXTRACTS).join(', ')
    throw new PipelineError('INVALID_EXTRACT_FIELD', { field: text, fields }, context)
  }
  return call(name, source)
}

function printToday(_: readonly string[], { timestampMicros }: PrintedCall): string {
  return `make_timestamp(${timestampMicros})::DATE`
}

function printToDate(args: readonly string[], call: PrintedCall): string {
  return `(${printParsed(args, call)})::DATE`
}

/** The type, once a literal pattern is known to be one that text can be read by. */
export function readAs(type: DataType): (call: TypedCall) => DataType {
  return (call) => {
    const pattern = call.literals[1]
    if (typeof pattern === 'string') checkDatetimeParse(pattern)
    return type
  }
}

/** Text read by a literal pattern; what does not fit fails the query, or is NULL for the `try_` function. */
export function printParsed(args: readonly string[], call: PrintedCall): string {
  const pattern = call.literals[1]
  if (typeof pattern !== 'string') return 'NULL::TIMESTAMP'
  const isTry = call.call.function.startsWith('try_') || !call.ansi
  if (isTry) return printDatetimeParse(args[0]!, pattern, call.quote)
  const parsed = printDatetimeParse('parsed_', pattern, call.quote)
  return `list_transform([${args[0]}], lambda parsed_: millrace.parsed(${parsed}, parsed_, ${call.quote(pattern)}))[1]`
}

function printTrunc(args: readonly string[], call: PrintedCall): string {
  const unit = call.literals[1]
  if (unit === undefined) return `millrace.trunc(${args.join(', ')})`
  const known = typeof unit === 'string' ? DATE_TRUNC_UNITS[unit.toUpperCase()] : undefined
  return known === undefined ? 'NULL::DATE' : `date_trunc('${known}', ${args[0]})::DATE`
}
