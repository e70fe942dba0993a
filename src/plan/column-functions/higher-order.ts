import { Column, type ColumnOrLiteral, type ColumnOrName, call, columnOf, expressionOf } from '../column.ts'

/** `transform(items, x -> ...)`: each element by a function of it and its index from 0 */
export function transform(
  items: ColumnOrName,
  change: (item: Column, index: Column) => ColumnOrLiteral,
): Column {
  return call('transform', columnOf(items), lambda(change))
}

/** `filter(items, x -> ...)`: the elements that a condition on them and their index from 0 holds for */
export function filter(items: ColumnOrName, keep: (item: Column, index: Column) => ColumnOrLiteral): Column {
  return call('filter', columnOf(items), lambda(keep))
}

/** `exists(items, x -> ...)`: whether a condition holds for one element */
export function exists(items: ColumnOrName, test: (item: Column) => ColumnOrLiteral): Column {
  return call('exists', columnOf(items), lambda(test))
}

/** `forall(items, x -> ...)`: whether a condition holds for all elements */
export function forall(items: ColumnOrName, test: (item: Column) => ColumnOrLiteral): Column {
  return call('forall', columnOf(items), lambda(test))
}

/** `aggregate(items, start, (sum, x) -> ..., sum -> ...)`: all elements folded into one value */
export function aggregate(
  items: ColumnOrName,
  start: ColumnOrLiteral,
  merge: (sum: Column, item: Column) => ColumnOrLiteral,
  finish?: (sum: Column) => ColumnOrLiteral,
): Column {
  return call('aggregate', columnOf(items), start, lambda(merge), finish && lambda(finish))
}

/** `aggregate(items, start, (sum, x) -> ..., sum -> ...)`: all elements folded into one value */
export const reduce = aggregate

/** `zip_with(left, right, (x, y) -> ...)`: the elements of two arrays at the same position, merged */
export function zipWith(
  left: ColumnOrName,
  right: ColumnOrName,
  merge: (left: Column, right: Column) => ColumnOrLiteral,
): Column {
  return call('zip_with', columnOf(left), columnOf(right), lambda(merge))
}

/** `array_sort(items[, (x, y) -> ...])`: sorted, NULLs last; the comparator says -1, 0 or 1 */
export function arraySort(
  items: ColumnOrName,
  compare?: (left: Column, right: Column) => ColumnOrLiteral,
): Column {
  return call('array_sort', columnOf(items), compare && lambda(compare))
}

/** `map_filter(entries, (k, v) -> ...)`: the entries that a condition holds for */
export function mapFilter(
  entries: ColumnOrName,
  keep: (key: Column, value: Column) => ColumnOrLiteral,
): Column {
  return call('map_filter', columnOf(entries), lambda(keep))
}

/** `map_zip_with(left, right, (k, x, y) -> ...)`: the values of two maps under the same key, merged */
export function mapZipWith(
  left: ColumnOrName,
  right: ColumnOrName,
  merge: (key: Column, left: Column, right: Column) => ColumnOrLiteral,
): Column {
  return call('map_zip_with', columnOf(left), columnOf(right), lambda(merge))
}

/** `transform_keys(entries, (k, v) -> ...)`: each key by a function of it and its value */
export function transformKeys(
  entries: ColumnOrName,
  change: (key: Column, value: Column) => ColumnOrLiteral,
): Column {
  return call('transform_keys', columnOf(entries), lambda(change))
}

/** `transform_values(entries, (k, v) -> ...)`: each value by a function of its key and itself */
export function transformValues(
  entries: ColumnOrName,
  change: (key: Column, value: Column) => ColumnOrLiteral,
): Column {
  return call('transform_values', columnOf(entries), lambda(change))
}

/** How many lambdas are being written around this one; their parameters must not share a name. */
let depth = 0

function lambda(body: (...parameters: Column[]) => ColumnOrLiteral): Column {
  const names = ['x', 'y', 'z'].slice(0, Math.max(1, body.length)).map((name) => `${name}_${depth}`)
  depth++
  try {
    const parameters = names.map((name) => new Column({ kind: 'UnresolvedAttribute', parts: [name] }))
    return new Column({ kind: 'LambdaFunction', parameters: names, body: expressionOf(body(...parameters)) })
  } finally {
    depth--
  }
}
