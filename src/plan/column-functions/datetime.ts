import { type Column, type ColumnOrLiteral, type ColumnOrName, call, columnOf } from '../column.ts'

// Functions of dates, timestamps and intervals. The session zone is UTC; names of columns may stand for them.

/** `add_months(date, months)`: so many months later, on the last day at the latest */
export function addMonths(date: ColumnOrName, months: ColumnOrLiteral): Column {
  return call('add_months', columnOf(date), months)
}

/** `convert_timezone(from, to, timestamp)`: a local time of one zone as one of another */
export function convertTimezone(from: ColumnOrLiteral, to: ColumnOrLiteral, timestamp: ColumnOrName): Column {
  return call('convert_timezone', from, to, columnOf(timestamp))
}

/** `current_date()`: the date of the batch */
export function currentDate(): Column {
  return call('current_date')
}

/** `current_timestamp()`: the time of the batch, the same in all its rows */
export function currentTimestamp(): Column {
  return call('current_timestamp')
}

/** `now()`: the time of the batch, the same in all its rows */
export function now(): Column {
  return call('now')
}

/** `localtimestamp()`: the time of the batch, without zone */
export function localTimestamp(): Column {
  return call('localtimestamp')
}

/** `current_timezone()`: the zone of the session */
export function currentTimezone(): Column {
  return call('current_timezone')
}

/** `date_add(date, days)`: so many days later */
export function dateAdd(date: ColumnOrName, days: ColumnOrLiteral): Column {
  return call('date_add', columnOf(date), days)
}

/** `date_sub(date, days)`: so many days earlier */
export function dateSub(date: ColumnOrName, days: ColumnOrLiteral): Column {
  return call('date_sub', columnOf(date), days)
}

/** `date_diff(end, start)`: the days from start to end */
export function dateDiff(end: ColumnOrName, start: ColumnOrName): Column {
  return call('date_diff', columnOf(end), columnOf(start))
}

/** `datediff(end, start)`: the days from start to end */
export function datediff(end: ColumnOrName, start: ColumnOrName): Column {
  return call('datediff', columnOf(end), columnOf(start))
}

/** `date_format(timestamp, pattern)`: as text, by a pattern such as `yyyy-MM-dd HH:mm` */
export function dateFormat(timestamp: ColumnOrName, pattern: ColumnOrLiteral): Column {
  return call('date_format', columnOf(timestamp), pattern)
}

/** `date_from_unix_date(days)`: the date so many days after 1970-01-01 */
export function dateFromUnixDate(days: ColumnOrName): Column {
  return call('date_from_unix_date', columnOf(days))
}

/** `date_part(field, source)`: YEAR, MONTH, DAY, HOUR, ... of a time or interval */
export function datePart(field: ColumnOrLiteral, source: ColumnOrName): Column {
  return call('date_part', field, columnOf(source))
}

/** `extract(field, source)`: YEAR, MONTH, DAY, HOUR, ... of a time or interval */
export function extract(field: ColumnOrLiteral, source: ColumnOrName): Column {
  return call('extract', field, columnOf(source))
}

/** `date_trunc(unit, timestamp)`: the beginning of the year, month, week, day, hour, ... */
export function dateTrunc(unit: ColumnOrLiteral, timestamp: ColumnOrName): Column {
  return call('date_trunc', unit, columnOf(timestamp))
}

/** `day(date)`: the day of the month */
export function day(date: ColumnOrName): Column {
  return call('day', columnOf(date))
}

/** `dayofmonth(date)`: the day of the month */
export function dayofmonth(date: ColumnOrName): Column {
  return call('dayofmonth', columnOf(date))
}

/** `dayname(date)`: `Mon`, `Tue`, ... */
export function dayname(date: ColumnOrName): Column {
  return call('dayname', columnOf(date))
}

/** `dayofweek(date)`: 1 is Sunday */
export function dayofweek(date: ColumnOrName): Column {
  return call('dayofweek', columnOf(date))
}

/** `dayofyear(date)`: the day of the year */
export function dayofyear(date: ColumnOrName): Column {
  return call('dayofyear', columnOf(date))
}

/** `from_unixtime(seconds[, pattern])`: seconds since 1970 as text */
export function fromUnixtime(seconds: ColumnOrName, pattern?: ColumnOrLiteral): Column {
  return call('from_unixtime', columnOf(seconds), pattern)
}

/** `from_utc_timestamp(timestamp, zone)`: a time in UTC as the local time of a zone */
export function fromUtcTimestamp(timestamp: ColumnOrName, zone: ColumnOrLiteral): Column {
  return call('from_utc_timestamp', columnOf(timestamp), zone)
}

/** `hour(timestamp)`: the hour */
export function hour(timestamp: ColumnOrName): Column {
  return call('hour', columnOf(timestamp))
}

/** `last_day(date)`: the last day of the month */
export function lastDay(date: ColumnOrName): Column {
  return call('last_day', columnOf(date))
}

/** `make_date(year, month, day)`: the date of its parts */
export function makeDate(year: ColumnOrName, month: ColumnOrName, day: ColumnOrName): Column {
  return call('make_date', columnOf(year), columnOf(month), columnOf(day))
}

/** `make_timestamp(year, month, day, hour, minute, second[, zone])`: the timestamp of its parts */
export function makeTimestamp(
  year: ColumnOrName,
  month: ColumnOrName,
  day: ColumnOrName,
  hour: ColumnOrName,
  minute: ColumnOrName,
  second: ColumnOrName,
  zone?: ColumnOrLiteral,
): Column {
  return call(
    'make_timestamp',
    columnOf(year),
    columnOf(month),
    columnOf(day),
    columnOf(hour),
    columnOf(minute),
    columnOf(second),
    zone,
  )
}

/** `session_window(timestamp, gap)`: in groupBy, the rows between which no gap is longer: a struct of start and end; `5 minutes` */
export function sessionWindow(timestamp: ColumnOrName, gap: ColumnOrLiteral): Column {
  return call('session_window', columnOf(timestamp), gap)
}

/** `try_make_timestamp(year, month, day, hour, minute, second[, zone])`: the timestamp of its parts, or NULL */
export function tryMakeTimestamp(
  year: ColumnOrName,
  month: ColumnOrName,
  day: ColumnOrName,
  hour: ColumnOrName,
  minute: ColumnOrName,
  second: ColumnOrName,
  zone?: ColumnOrLiteral,
): Column {
  return call(
    'try_make_timestamp',
    columnOf(year),
    columnOf(month),
    columnOf(day),
    columnOf(hour),
    columnOf(minute),
    columnOf(second),
    zone,
  )
}

/** `make_timestamp_ntz(year, month, day, hour, minute, second)`: the timestamp without zone of its parts */
export function makeTimestampNtz(
  year: ColumnOrName,
  month: ColumnOrName,
  day: ColumnOrName,
  hour: ColumnOrName,
  minute: ColumnOrName,
  second: ColumnOrName,
): Column {
  return call(
    'make_timestamp_ntz',
    columnOf(year),
    columnOf(month),
    columnOf(day),
    columnOf(hour),
    columnOf(minute),
    columnOf(second),
  )
}

/** `make_dt_interval([days][, hours][, minutes][, seconds])`: a span of days, hours, minutes and seconds */
export function makeDtInterval(
  days?: ColumnOrLiteral,
  hours?: ColumnOrLiteral,
  minutes?: ColumnOrLiteral,
  seconds?: ColumnOrLiteral,
): Column {
  return call('make_dt_interval', days, hours, minutes, seconds)
}

/** `make_ym_interval([years][, months])`: a span of years and months */
export function makeYmInterval(years?: ColumnOrLiteral, months?: ColumnOrLiteral): Column {
  return call('make_ym_interval', years, months)
}

/** `minute(timestamp)`: the minute */
export function minute(timestamp: ColumnOrName): Column {
  return call('minute', columnOf(timestamp))
}

/** `month(date)`: the month, from 1 */
export function month(date: ColumnOrName): Column {
  return call('month', columnOf(date))
}

/** `monthname(date)`: `Jan`, `Feb`, ... */
export function monthname(date: ColumnOrName): Column {
  return call('monthname', columnOf(date))
}

/** `months_between(end, start[, roundOff])`: months with a fraction of 31 days */
export function monthsBetween(end: ColumnOrName, start: ColumnOrName, roundOff?: ColumnOrLiteral): Column {
  return call('months_between', columnOf(end), columnOf(start), roundOff)
}

/** `next_day(date, weekday)`: the first such weekday after it */
export function nextDay(date: ColumnOrName, weekday: ColumnOrLiteral): Column {
  return call('next_day', columnOf(date), weekday)
}

/** `quarter(date)`: the quarter, from 1 */
export function quarter(date: ColumnOrName): Column {
  return call('quarter', columnOf(date))
}

/** `second(timestamp)`: the second */
export function second(timestamp: ColumnOrName): Column {
  return call('second', columnOf(timestamp))
}

/** `timestampadd(unit, count, timestamp)`: so many units later */
export function timestampAdd(unit: ColumnOrLiteral, count: ColumnOrLiteral, timestamp: ColumnOrName): Column {
  return call('timestampadd', unit, count, columnOf(timestamp))
}

/** `timestampdiff(unit, start, end)`: whole units from start to end */
export function timestampDiff(unit: ColumnOrLiteral, start: ColumnOrName, end: ColumnOrName): Column {
  return call('timestampdiff', unit, columnOf(start), columnOf(end))
}

/** `timestamp_micros(micros)`: the time so many microseconds after 1970 */
export function timestampMicros(micros: ColumnOrName): Column {
  return call('timestamp_micros', columnOf(micros))
}

/** `timestamp_millis(millis)`: the time so many milliseconds after 1970 */
export function timestampMillis(millis: ColumnOrName): Column {
  return call('timestamp_millis', columnOf(millis))
}

/** `timestamp_seconds(seconds)`: the time so many seconds after 1970 */
export function timestampSeconds(seconds: ColumnOrName): Column {
  return call('timestamp_seconds', columnOf(seconds))
}

/** `to_date(text[, pattern])`: the date of a text or timestamp; by a pattern, else in ISO form */
export function toDate(text: ColumnOrName, pattern?: ColumnOrLiteral): Column {
  return call('to_date', columnOf(text), pattern)
}

/** `try_to_date(text[, pattern])`: the date of a text, or NULL */
export function tryToDate(text: ColumnOrName, pattern?: ColumnOrLiteral): Column {
  return call('try_to_date', columnOf(text), pattern)
}

/** `to_timestamp(text[, pattern])`: the timestamp of a text or date; by a pattern, else in ISO form */
export function toTimestamp(text: ColumnOrName, pattern?: ColumnOrLiteral): Column {
  return call('to_timestamp', columnOf(text), pattern)
}

/** `to_timestamp_ltz(text[, pattern])`: the timestamp of a text */
export function toTimestampLtz(text: ColumnOrName, pattern?: ColumnOrLiteral): Column {
  return call('to_timestamp_ltz', columnOf(text), pattern)
}

/** `to_timestamp_ntz(text[, pattern])`: the timestamp without zone of a text */
export function toTimestampNtz(text: ColumnOrName, pattern?: ColumnOrLiteral): Column {
  return call('to_timestamp_ntz', columnOf(text), pattern)
}

/** `try_to_timestamp(text[, pattern])`: the timestamp of a text, or NULL */
export function tryToTimestamp(text: ColumnOrName, pattern?: ColumnOrLiteral): Column {
  return call('try_to_timestamp', columnOf(text), pattern)
}

/** `to_unix_timestamp(time[, pattern])`: seconds since 1970 */
export function toUnixTimestamp(time: ColumnOrName, pattern?: ColumnOrLiteral): Column {
  return call('to_unix_timestamp', columnOf(time), pattern)
}

/** `to_utc_timestamp(timestamp, zone)`: the local time of a zone as a time in UTC */
export function toUtcTimestamp(timestamp: ColumnOrName, zone: ColumnOrLiteral): Column {
  return call('to_utc_timestamp', columnOf(timestamp), zone)
}

/** `trunc(date, unit)`: the first day of the year, quarter, month or week */
export function trunc(date: ColumnOrName, unit: ColumnOrLiteral): Column {
  return call('trunc', columnOf(date), unit)
}

/** `unix_date(date)`: days since 1970-01-01 */
export function unixDate(date: ColumnOrName): Column {
  return call('unix_date', columnOf(date))
}

/** `unix_micros(timestamp)`: microseconds since 1970 */
export function unixMicros(timestamp: ColumnOrName): Column {
  return call('unix_micros', columnOf(timestamp))
}

/** `unix_millis(timestamp)`: milliseconds since 1970 */
export function unixMillis(timestamp: ColumnOrName): Column {
  return call('unix_millis', columnOf(timestamp))
}

/** `unix_seconds(timestamp)`: seconds since 1970 */
export function unixSeconds(timestamp: ColumnOrName): Column {
  return call('unix_seconds', columnOf(timestamp))
}

/** `unix_timestamp([time][, pattern])`: seconds since 1970; of the batch without an argument */
export function unixTimestamp(time?: ColumnOrName, pattern?: ColumnOrLiteral): Column {
  return call('unix_timestamp', time && columnOf(time), pattern)
}

/** `weekday(date)`: 0 is Monday */
export function weekday(date: ColumnOrName): Column {
  return call('weekday', columnOf(date))
}

/** `weekofyear(date)`: the week of the year, by ISO 8601 */
export function weekofyear(date: ColumnOrName): Column {
  return call('weekofyear', columnOf(date))
}

/** `window(timestamp, size[, slide][, start])`: the window of event time, a struct of start and end; `10 minutes`, sliding by `5 minutes` */
export function window(
  timestamp: ColumnOrName,
  size: ColumnOrLiteral,
  slide?: ColumnOrLiteral,
  start?: ColumnOrLiteral,
): Column {
  return call('window', columnOf(timestamp), size, slide, start)
}

/** `window_time(window)`: the event time of a window: its last microsecond */
export function windowTime(window: ColumnOrName): Column {
  return call('window_time', columnOf(window))
}

/** `year(date)`: the year */
export function year(date: ColumnOrName): Column {
  return call('year', columnOf(date))
}
