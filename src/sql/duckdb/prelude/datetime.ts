import { bind, bound, type Macro, plain } from './macro.ts'
import { raise } from './raise.ts'

const DAY_MICROS = 86_400_000_000
const WEEKDAYS = [
  ['MO', 'MON', 'MONDAY'],
  ['TU', 'TUE', 'TUESDAY'],
  ['WE', 'WED', 'WEDNESDAY'],
  ['TH', 'THU', 'THURSDAY'],
  ['FR', 'FRI', 'FRIDAY'],
  ['SA', 'SAT', 'SATURDAY'],
  ['SU', 'SUN', 'SUNDAY'],
]
const TRUNC_UNITS: readonly [string, readonly string[]][] = [
  ['year', ['YEAR', 'YYYY', 'YY']],
  ['quarter', ['QUARTER']],
  ['month', ['MONTH', 'MM', 'MON']],
  ['week', ['WEEK']],
  ['day', ['DAY', 'DD']],
  ['hour', ['HOUR']],
  ['minute', ['MINUTE']],
  ['second', ['SECOND']],
  ['millisecond', ['MILLISECOND']],
  ['microsecond', ['MICROSECOND']],
]
/**
 * Dates and timestamps. Timestamps come and go as TIMESTAMP, in UTC: DuckDB's functions of TIMESTAMP WITH TIME ZONE ask
 * ICU for each value and take twenty times as long.
 */
export const datetimeMacros: readonly Macro[] = [
  plain('utc', ['t'], 'make_timestamp(epoch_us({t}))'),
  plain('moment', ['t'], 'make_timestamptz(epoch_us({t}))'),
  plain('floor_seconds', ['micros'], '(({micros} + 4000000000000000000) // 1000000 - 4000000000000)'),
  plain('floor_millis', ['micros'], '(({micros} + 4000000000000000000) // 1000 - 4000000000000000)'),
  bound(
    'make_date',
    ['y', 'm', 'd'],
    `CASE WHEN {y} IS NOT NULL AND {m} IS NOT NULL AND {d} IS NOT NULL
      THEN coalesce(TRY(make_date({y}, {m}, {d})), ${outOfBounds(`{y} || '-' || {m} || '-' || {d}`)}) END`,
  ),
  bound(
    'date_time',
    ['p'],
    `CASE WHEN {p}.h BETWEEN 0 AND 23 AND {p}.n BETWEEN 0 AND 59 AND {p}.s >= 0 AND {p}.s <= 60
      THEN TRY(make_date({p}.y, {p}.m, {p}.d))::TIMESTAMP
        + to_microseconds((({p}.h * 60 + {p}.n) * 60)::BIGINT * 1000000 + ({p}.s * 1000000)::BIGINT) END`,
  ),
  bound(
    'date_time_strict',
    ['p'],
    `CASE WHEN {p}.y IS NOT NULL AND {p}.m IS NOT NULL AND {p}.d IS NOT NULL AND {p}.h IS NOT NULL AND {p}.n IS NOT NULL
      AND {p}.s IS NOT NULL THEN coalesce(millrace.date_time({p}),
        ${outOfBounds(`{p}.y || '-' || {p}.m || '-' || {p}.d || ' ' || {p}.h || ':' || {p}.n || ':' || {p}.s`)}) END`,
  ),
  plain('make_timestamp', ['y', 'm', 'd', 'h', 'min', 's'], timestampOfParts('millrace.date_time_strict')),
  plain('try_make_timestamp', ['y', 'm', 'd', 'h', 'min', 's'], timestampOfParts('millrace.date_time')),
  bound(
    'months_between',
    ['a', 'b', 'round_off'],
    `CASE WHEN {a} IS NULL OR {b} IS NULL OR {round_off} IS NULL THEN NULL
      WHEN day({a}) = day({b}) OR ({a}::DATE = last_day({a}) AND {b}::DATE = last_day({b}))
      THEN ((year({a}) - year({b})) * 12 + month({a}) - month({b}))::DOUBLE
      ELSE list_transform([(year({a}) - year({b})) * 12 + month({a}) - month({b})
          + ((day({a}) - day({b})) * 86400 + (${seconds('{a}')} - ${seconds('{b}')})) / 2678400.0::DOUBLE],
        lambda months_between_exact: CASE WHEN {round_off} THEN months_between_exact::VARCHAR::DECIMAL(38,8)::DOUBLE
          ELSE months_between_exact END)[1] END`,
  ),
  bound(
    'months_diff',
    ['a', 'b'],
    bind(
      'months_diff_',
      {
        months: '(year({b}) - year({a})) * 12 + month({b}) - month({a})',
        rest: `day({b}) * ${DAY_MICROS} + ${microsOfDay('{b}')} - day({a}) * ${DAY_MICROS} - ${microsOfDay('{a}')}`,
      },
      `({months} - CASE WHEN {months} > 0 AND {rest} < 0 THEN 1 WHEN {months} < 0 AND {rest} > 0 THEN -1 ELSE 0 END)`,
    ).replaceAll('months_diff_', 'months_diff_parts'),
  ),
  bound(
    'next_day',
    ['d', 'name'],
    `CASE WHEN {d} IS NOT NULL AND {name} IS NOT NULL THEN
      {d} + ((CASE ${WEEKDAYS.map((names, i) => `WHEN upper({name}) IN (${quoted(names)}) THEN ${i + 1}`).join(' ')}
        ELSE ${raise('ILLEGAL_DAY_OF_WEEK', { string: '{name}' })} END - isodow({d}) + 6) % 7 + 1)::INTEGER END`,
  ),
  bound(
    'date_trunc',
    ['unit', 't'],
    `CASE ${TRUNC_UNITS.map(([unit, names]) => `WHEN upper({unit}) IN (${quoted(names)}) THEN date_trunc('${unit}', {t})`).join(' ')} END`,
  ),
  bound(
    'trunc',
    ['d', 'unit'],
    `CASE ${TRUNC_UNITS.slice(0, 4)
      .map(
        ([unit, names]) => `WHEN upper({unit}) IN (${quoted(names)}) THEN date_trunc('${unit}', {d})::DATE`,
      )
      .join(' ')} END`,
  ),
  bound(
    'day_time_text',
    ['us'],
    `'INTERVAL ''' || CASE WHEN {us} < 0 THEN '-' ELSE '' END || printf('%d %02d:%02d:%02d', abs({us}) // ${DAY_MICROS},
      abs({us}) // 3600000000 % 24, abs({us}) // 60000000 % 60, abs({us}) // 1000000 % 60)
      || rtrim(rtrim(printf('.%06d', abs({us}) % 1000000), '0'), '.') || ''' DAY TO SECOND'`,
  ),
  bound(
    'year_month_text',
    ['months'],
    `'INTERVAL ''' || CASE WHEN {months} < 0 THEN '-' ELSE '' END || abs({months}) // 12 || '-' || abs({months}) % 12
      || ''' YEAR TO MONTH'`,
  ),
  plain(
    'parse_iso',
    ['s', 'regexp'],
    bind('parse_iso_', ['s'], 'CASE WHEN regexp_matches({s}, regexp) THEN try_cast({s} AS TIMESTAMP) END'),
  ),
  plain(
    'parsed',
    ['value', 'text', 'pattern'],
    `coalesce({value}, ${bind('parsed_text', ['text'], `CASE WHEN {text} IS NOT NULL THEN ${raise('CANNOT_PARSE_TIMESTAMP', { text: '{text}', pattern: 'pattern' })} END`)})`,
  ),
  bound(
    'clock_hour',
    ['h', 'noon'],
    'CASE WHEN try_cast({h} AS INTEGER) BETWEEN 1 AND 12 THEN (try_cast({h} AS INTEGER) % 12 + {noon})::VARCHAR END',
  ),
  bound(
    'zone_offset',
    ['z'],
    `CASE WHEN {z} IN ('Z', 'z', 'UTC', 'GMT') THEN to_microseconds(0)
      ELSE to_microseconds(CASE {z}[1] WHEN '-' THEN -60000000::BIGINT ELSE 60000000::BIGINT END
        * ({z}[2:3]::INTEGER * 60 + coalesce(try_cast(replace({z}[4:], ':', '') AS INTEGER), 0))) END`,
  ),
]

function outOfBounds(value: string): string {
  return raise('DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION', { value })
}

function timestampOfParts(macro: string): string {
  return `${macro}({'y': {y}, 'm': {m}, 'd': {d}, 'h': {h}, 'n': {min}, 's': {s}})`
}

function microsOfDay(t: string): string {
  return `(epoch_us(${t}) - epoch_us(${t}::DATE))`
}

function seconds(t: string): string {
  return `${microsOfDay(t)} // 1000000`
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ')
}
