import { type Column, type ColumnOrLiteral, type ColumnOrName, call, columnOf } from '../column.ts'

// Functions of many rows. NULLs are left out unless it says otherwise.

/** `any_value(value[, ignoreNulls])`: some value */
export function anyValue(value: ColumnOrName, ignoreNulls?: ColumnOrLiteral): Column {
  return call('any_value', columnOf(value), ignoreNulls)
}

/** `approx_count_distinct(value[, error])`: about how many different values */
export function approxCountDistinct(value: ColumnOrName, error?: ColumnOrLiteral): Column {
  return call('approx_count_distinct', columnOf(value), error)
}

/** `array_agg(value)`: all values as an array */
export function arrayAgg(value: ColumnOrName): Column {
  return call('array_agg', columnOf(value))
}

/** `avg(value)`: the average */
export function avg(value: ColumnOrName): Column {
  return call('avg', columnOf(value))
}

/** `mean(value)`: the average */
export function mean(value: ColumnOrName): Column {
  return call('mean', columnOf(value))
}

/** `try_avg(value)`: the average, or NULL beyond the range */
export function tryAvg(value: ColumnOrName): Column {
  return call('try_avg', columnOf(value))
}

/** `bit_and(value)`: the bits that all have */
export function bitAnd(value: ColumnOrName): Column {
  return call('bit_and', columnOf(value))
}

/** `bit_or(value)`: the bits that one has */
export function bitOr(value: ColumnOrName): Column {
  return call('bit_or', columnOf(value))
}

/** `bit_xor(value)`: the bits that an odd number has */
export function bitXor(value: ColumnOrName): Column {
  return call('bit_xor', columnOf(value))
}

/** `bool_and(condition)`: whether all are true */
export function boolAnd(condition: ColumnOrName): Column {
  return call('bool_and', columnOf(condition))
}

/** `every(condition)`: whether all are true */
export function every(condition: ColumnOrName): Column {
  return call('every', columnOf(condition))
}

/** `bool_or(condition)`: whether one is true */
export function boolOr(condition: ColumnOrName): Column {
  return call('bool_or', columnOf(condition))
}

/** `some(condition)`: whether one is true */
export function some(condition: ColumnOrName): Column {
  return call('some', columnOf(condition))
}

/** `collect_list(value)`: all values as an array */
export function collectList(value: ColumnOrName): Column {
  return call('collect_list', columnOf(value))
}

/** `collect_set(value)`: all different values as an array */
export function collectSet(value: ColumnOrName): Column {
  return call('collect_set', columnOf(value))
}

/** `corr(x, y)`: the correlation */
export function corr(x: ColumnOrName, y: ColumnOrName): Column {
  return call('corr', columnOf(x), columnOf(y))
}

/** `count_if(condition)`: how many rows it is true for */
export function countIf(condition: ColumnOrName): Column {
  return call('count_if', columnOf(condition))
}

/** `covar_pop(x, y)`: the covariance of the population */
export function covarPop(x: ColumnOrName, y: ColumnOrName): Column {
  return call('covar_pop', columnOf(x), columnOf(y))
}

/** `covar_samp(x, y)`: the covariance of a sample */
export function covarSamp(x: ColumnOrName, y: ColumnOrName): Column {
  return call('covar_samp', columnOf(x), columnOf(y))
}

/** `first(value[, ignoreNulls])`: the first value, NULLs included unless told */
export function first(value: ColumnOrName, ignoreNulls?: ColumnOrLiteral): Column {
  return call('first', columnOf(value), ignoreNulls)
}

/** `first_value(value[, ignoreNulls])`: the first value, NULLs included unless told */
export function firstValue(value: ColumnOrName, ignoreNulls?: ColumnOrLiteral): Column {
  return call('first_value', columnOf(value), ignoreNulls)
}

/** `grouping(column)`: 1 where the column is not part of the grouping set */
export function grouping(column: ColumnOrName): Column {
  return call('grouping', columnOf(column))
}

/** `grouping_id(columns, ...)`: the bits of `grouping` of the columns */
export function groupingId(...columns: readonly ColumnOrName[]): Column {
  return call('grouping_id', ...columns.map(columnOf))
}

/** `kurtosis(value)`: how heavy the tails are */
export function kurtosis(value: ColumnOrName): Column {
  return call('kurtosis', columnOf(value))
}

/** `last(value[, ignoreNulls])`: the last value, NULLs included unless told */
export function last(value: ColumnOrName, ignoreNulls?: ColumnOrLiteral): Column {
  return call('last', columnOf(value), ignoreNulls)
}

/** `last_value(value[, ignoreNulls])`: the last value, NULLs included unless told */
export function lastValue(value: ColumnOrName, ignoreNulls?: ColumnOrLiteral): Column {
  return call('last_value', columnOf(value), ignoreNulls)
}

/** `listagg(text[, separator])`: texts joined */
export function listagg(text: ColumnOrName, separator?: ColumnOrLiteral): Column {
  return call('listagg', columnOf(text), separator)
}

/** `string_agg(text[, separator])`: texts joined */
export function stringAgg(text: ColumnOrName, separator?: ColumnOrLiteral): Column {
  return call('string_agg', columnOf(text), separator)
}

/** `max(value)`: the greatest */
export function max(value: ColumnOrName): Column {
  return call('max', columnOf(value))
}

/** `max_by(value, by)`: the value of the row that has the greatest other */
export function maxBy(value: ColumnOrName, by: ColumnOrName): Column {
  return call('max_by', columnOf(value), columnOf(by))
}

/** `median(value)`: the middle value */
export function median(value: ColumnOrName): Column {
  return call('median', columnOf(value))
}

/** `min(value)`: the least */
export function min(value: ColumnOrName): Column {
  return call('min', columnOf(value))
}

/** `min_by(value, by)`: the value of the row that has the least other */
export function minBy(value: ColumnOrName, by: ColumnOrName): Column {
  return call('min_by', columnOf(value), columnOf(by))
}

/** `mode(value)`: the most frequent value */
export function mode(value: ColumnOrName): Column {
  return call('mode', columnOf(value))
}

/** `percentile(value, share)`: the value that such a share lies below, between two values */
export function percentile(value: ColumnOrName, share: ColumnOrLiteral): Column {
  return call('percentile', columnOf(value), share)
}

/** `percentile_approx(value, share[, accuracy])`: the value that such a share lies below */
export function percentileApprox(
  value: ColumnOrName,
  share: ColumnOrLiteral,
  accuracy?: ColumnOrLiteral,
): Column {
  return call('percentile_approx', columnOf(value), share, accuracy)
}

/** `approx_percentile(value, share[, accuracy])`: the value that such a share lies below */
export function approxPercentile(
  value: ColumnOrName,
  share: ColumnOrLiteral,
  accuracy?: ColumnOrLiteral,
): Column {
  return call('approx_percentile', columnOf(value), share, accuracy)
}

/** `regr_avgx(y, x)`: the average of x where both are known */
export function regrAvgx(y: ColumnOrName, x: ColumnOrName): Column {
  return call('regr_avgx', columnOf(y), columnOf(x))
}

/** `regr_avgy(y, x)`: the average of y where both are known */
export function regrAvgy(y: ColumnOrName, x: ColumnOrName): Column {
  return call('regr_avgy', columnOf(y), columnOf(x))
}

/** `regr_count(y, x)`: how many rows know both */
export function regrCount(y: ColumnOrName, x: ColumnOrName): Column {
  return call('regr_count', columnOf(y), columnOf(x))
}

/** `regr_intercept(y, x)`: where the line of regression meets the axis */
export function regrIntercept(y: ColumnOrName, x: ColumnOrName): Column {
  return call('regr_intercept', columnOf(y), columnOf(x))
}

/** `regr_r2(y, x)`: how well the line of regression fits */
export function regrR2(y: ColumnOrName, x: ColumnOrName): Column {
  return call('regr_r2', columnOf(y), columnOf(x))
}

/** `regr_slope(y, x)`: how steep the line of regression is */
export function regrSlope(y: ColumnOrName, x: ColumnOrName): Column {
  return call('regr_slope', columnOf(y), columnOf(x))
}

/** `regr_sxx(y, x)`: the squares of x */
export function regrSxx(y: ColumnOrName, x: ColumnOrName): Column {
  return call('regr_sxx', columnOf(y), columnOf(x))
}

/** `regr_sxy(y, x)`: the products */
export function regrSxy(y: ColumnOrName, x: ColumnOrName): Column {
  return call('regr_sxy', columnOf(y), columnOf(x))
}

/** `regr_syy(y, x)`: the squares of y */
export function regrSyy(y: ColumnOrName, x: ColumnOrName): Column {
  return call('regr_syy', columnOf(y), columnOf(x))
}

/** `skewness(value)`: how uneven the two sides are */
export function skewness(value: ColumnOrName): Column {
  return call('skewness', columnOf(value))
}

/** `std(value)`: the standard deviation of a sample */
export function std(value: ColumnOrName): Column {
  return call('std', columnOf(value))
}

/** `stddev(value)`: the standard deviation of a sample */
export function stddev(value: ColumnOrName): Column {
  return call('stddev', columnOf(value))
}

/** `stddev_samp(value)`: the standard deviation of a sample */
export function stddevSamp(value: ColumnOrName): Column {
  return call('stddev_samp', columnOf(value))
}

/** `stddev_pop(value)`: the standard deviation of the population */
export function stddevPop(value: ColumnOrName): Column {
  return call('stddev_pop', columnOf(value))
}

/** `sum(value)`: the sum */
export function sum(value: ColumnOrName): Column {
  return call('sum', columnOf(value))
}

/** `try_sum(value)`: the sum, or NULL beyond the range */
export function trySum(value: ColumnOrName): Column {
  return call('try_sum', columnOf(value))
}

/** `var_pop(value)`: the variance of the population */
export function varPop(value: ColumnOrName): Column {
  return call('var_pop', columnOf(value))
}

/** `var_samp(value)`: the variance of a sample */
export function varSamp(value: ColumnOrName): Column {
  return call('var_samp', columnOf(value))
}

/** `variance(value)`: the variance of a sample */
export function variance(value: ColumnOrName): Column {
  return call('variance', columnOf(value))
}
