import { type Column, type ColumnOrLiteral, type ColumnOrName, call, columnOf } from '../column.ts'

// Functions that choose between values.

/** `assert_true(condition[, message])`: NULL, or an error where the condition is not true */
export function assertTrue(condition: ColumnOrName, message?: ColumnOrLiteral): Column {
  return call('assert_true', columnOf(condition), message)
}

/** `coalesce(columns, ...)`: the first that is not NULL */
export function coalesce(...columns: readonly ColumnOrName[]): Column {
  return call('coalesce', ...columns.map(columnOf))
}

/** `equal_null(left, right)`: equality in which NULL equals NULL */
export function equalNull(left: ColumnOrName, right: ColumnOrName): Column {
  return call('equal_null', columnOf(left), columnOf(right))
}

/** `ifnull(value, otherwise)`: the other where it is NULL */
export function ifnull(value: ColumnOrName, otherwise: ColumnOrName): Column {
  return call('ifnull', columnOf(value), columnOf(otherwise))
}

/** `isnull(value)`: whether it is NULL */
export function isNull(value: ColumnOrName): Column {
  return call('isnull', columnOf(value))
}

/** `isnotnull(value)`: whether it is not NULL */
export function isNotNull(value: ColumnOrName): Column {
  return call('isnotnull', columnOf(value))
}

/** `NOT condition`: true for false, false for true */
export function not(condition: ColumnOrName): Column {
  return call('not', columnOf(condition))
}

/** `nullif(value, other)`: NULL where both are equal */
export function nullif(value: ColumnOrName, other: ColumnOrName): Column {
  return call('nullif', columnOf(value), columnOf(other))
}

/** `nullifzero(value)`: NULL for 0 */
export function nullifzero(value: ColumnOrName): Column {
  return call('nullifzero', columnOf(value))
}

/** `nvl(value, otherwise)`: the other where it is NULL */
export function nvl(value: ColumnOrName, otherwise: ColumnOrName): Column {
  return call('nvl', columnOf(value), columnOf(otherwise))
}

/** `nvl2(tested, given, otherwise)`: one where the first is not NULL, else the other */
export function nvl2(tested: ColumnOrName, given: ColumnOrName, otherwise: ColumnOrName): Column {
  return call('nvl2', columnOf(tested), columnOf(given), columnOf(otherwise))
}

/** `raise_error(message)`: fails the query */
export function raiseError(message: ColumnOrLiteral): Column {
  return call('raise_error', message)
}

/** `typeof(value)`: the type of the values, as DDL */
export function typeOf(value: ColumnOrName): Column {
  return call('typeof', columnOf(value))
}

/** `zeroifnull(value)`: 0 for NULL */
export function zeroifnull(value: ColumnOrName): Column {
  return call('zeroifnull', columnOf(value))
}
