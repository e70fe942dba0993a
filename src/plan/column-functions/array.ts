import { type Column, type ColumnOrLiteral, type ColumnOrName, call, columnOf } from '../column.ts'

// Functions of arrays and maps. Positions count from 1 except for `get`.

/** `array(columns, ...)`: an array of these */
export function array(...columns: readonly ColumnOrName[]): Column {
  return call('array', ...columns.map(columnOf))
}

/** `array_append(items, value)`: with one more at the end */
export function arrayAppend(items: ColumnOrName, value: ColumnOrLiteral): Column {
  return call('array_append', columnOf(items), value)
}

/** `array_compact(items)`: without NULLs */
export function arrayCompact(items: ColumnOrName): Column {
  return call('array_compact', columnOf(items))
}

/** `array_contains(items, value)`: whether one is equal */
export function arrayContains(items: ColumnOrName, value: ColumnOrLiteral): Column {
  return call('array_contains', columnOf(items), value)
}

/** `array_distinct(items)`: each value once */
export function arrayDistinct(items: ColumnOrName): Column {
  return call('array_distinct', columnOf(items))
}

/** `array_except(left, right)`: what only the left one has, each once */
export function arrayExcept(left: ColumnOrName, right: ColumnOrName): Column {
  return call('array_except', columnOf(left), columnOf(right))
}

/** `array_insert(items, position, value)`: with one more at a position */
export function arrayInsert(items: ColumnOrName, position: ColumnOrLiteral, value: ColumnOrLiteral): Column {
  return call('array_insert', columnOf(items), position, value)
}

/** `array_intersect(left, right)`: what both have, each once */
export function arrayIntersect(left: ColumnOrName, right: ColumnOrName): Column {
  return call('array_intersect', columnOf(left), columnOf(right))
}

/** `array_join(items, separator[, nullText])`: joined as text */
export function arrayJoin(
  items: ColumnOrName,
  separator: ColumnOrLiteral,
  nullText?: ColumnOrLiteral,
): Column {
  return call('array_join', columnOf(items), separator, nullText)
}

/** `array_max(items)`: the greatest */
export function arrayMax(items: ColumnOrName): Column {
  return call('array_max', columnOf(items))
}

/** `array_min(items)`: the least */
export function arrayMin(items: ColumnOrName): Column {
  return call('array_min', columnOf(items))
}

/** `array_position(items, value)`: the position of the first that is equal, or 0 */
export function arrayPosition(items: ColumnOrName, value: ColumnOrLiteral): Column {
  return call('array_position', columnOf(items), value)
}

/** `array_prepend(items, value)`: with one more in front */
export function arrayPrepend(items: ColumnOrName, value: ColumnOrLiteral): Column {
  return call('array_prepend', columnOf(items), value)
}

/** `array_remove(items, value)`: without those that are equal */
export function arrayRemove(items: ColumnOrName, value: ColumnOrLiteral): Column {
  return call('array_remove', columnOf(items), value)
}

/** `array_repeat(value, times)`: the value so many times */
export function arrayRepeat(value: ColumnOrName, times: ColumnOrLiteral): Column {
  return call('array_repeat', columnOf(value), times)
}

/** `array_size(items)`: how many it has */
export function arraySize(items: ColumnOrName): Column {
  return call('array_size', columnOf(items))
}

/** `array_union(left, right)`: what one of both has, each once */
export function arrayUnion(left: ColumnOrName, right: ColumnOrName): Column {
  return call('array_union', columnOf(left), columnOf(right))
}

/** `arrays_overlap(left, right)`: whether both have one in common */
export function arraysOverlap(left: ColumnOrName, right: ColumnOrName): Column {
  return call('arrays_overlap', columnOf(left), columnOf(right))
}

/** `arrays_zip(arrays, ...)`: structs of those at the same position */
export function arraysZip(...arrays: readonly ColumnOrName[]): Column {
  return call('arrays_zip', ...arrays.map(columnOf))
}

/** `cardinality(collection)`: how many an array or map has */
export function cardinality(collection: ColumnOrName): Column {
  return call('cardinality', columnOf(collection))
}

/** `element_at(collection, key)`: the element at a position, or the value of a key */
export function elementAt(collection: ColumnOrName, key: ColumnOrLiteral): Column {
  return call('element_at', columnOf(collection), key)
}

/** `try_element_at(collection, key)`: the element at a position, or NULL outside */
export function tryElementAt(collection: ColumnOrName, key: ColumnOrLiteral): Column {
  return call('try_element_at', columnOf(collection), key)
}

/** `explode(collection)`: a row for each element, or for each key and value */
export function explode(collection: ColumnOrName): Column {
  return call('explode', columnOf(collection))
}

/** `explode_outer(collection)`: a row for each element, or one of NULLs */
export function explodeOuter(collection: ColumnOrName): Column {
  return call('explode_outer', columnOf(collection))
}

/** `posexplode(collection)`: a row for each element with its position from 0 */
export function posexplode(collection: ColumnOrName): Column {
  return call('posexplode', columnOf(collection))
}

/** `posexplode_outer(collection)`: a row for each element with its position, or one of NULLs */
export function posexplodeOuter(collection: ColumnOrName): Column {
  return call('posexplode_outer', columnOf(collection))
}

/** `inline(structs)`: a row for each struct */
export function inline(structs: ColumnOrName): Column {
  return call('inline', columnOf(structs))
}

/** `inline_outer(structs)`: a row for each struct, or one of NULLs */
export function inlineOuter(structs: ColumnOrName): Column {
  return call('inline_outer', columnOf(structs))
}

/** `flatten(arrays)`: the elements of its arrays */
export function flatten(arrays: ColumnOrName): Column {
  return call('flatten', columnOf(arrays))
}

/** `get(items, index)`: the element at a position from 0, or NULL */
export function get(items: ColumnOrName, index: ColumnOrLiteral): Column {
  return call('get', columnOf(items), index)
}

/** `sequence(first, last[, step])`: whole numbers or times from one to the other */
export function sequence(first: ColumnOrName, last: ColumnOrName, step?: ColumnOrName): Column {
  return call('sequence', columnOf(first), columnOf(last), step && columnOf(step))
}

/** `shuffle(items)`: in random order */
export function shuffle(items: ColumnOrName): Column {
  return call('shuffle', columnOf(items))
}

/** `size(collection)`: how many an array or map has */
export function size(collection: ColumnOrName): Column {
  return call('size', columnOf(collection))
}

/** `slice(items, start, length)`: a part */
export function slice(items: ColumnOrName, start: ColumnOrLiteral, length: ColumnOrLiteral): Column {
  return call('slice', columnOf(items), start, length)
}

/** `sort_array(items[, ascending])`: sorted, NULLs first ascending */
export function sortArray(items: ColumnOrName, ascending?: ColumnOrLiteral): Column {
  return call('sort_array', columnOf(items), ascending)
}

/** `map(columns, ...)`: a map of keys and values in turn */
export function createMap(...columns: readonly ColumnOrName[]): Column {
  return call('map', ...columns.map(columnOf))
}

/** `map_concat(maps, ...)`: all entries of several */
export function mapConcat(...maps: readonly ColumnOrName[]): Column {
  return call('map_concat', ...maps.map(columnOf))
}

/** `map_contains_key(entries, key)`: whether a key stands in it */
export function mapContainsKey(entries: ColumnOrName, key: ColumnOrLiteral): Column {
  return call('map_contains_key', columnOf(entries), key)
}

/** `map_entries(entries)`: an array of structs of key and value */
export function mapEntries(entries: ColumnOrName): Column {
  return call('map_entries', columnOf(entries))
}

/** `map_from_arrays(keys, values)`: a map of two arrays */
export function mapFromArrays(keys: ColumnOrName, values: ColumnOrName): Column {
  return call('map_from_arrays', columnOf(keys), columnOf(values))
}

/** `map_from_entries(pairs)`: a map of structs of two */
export function mapFromEntries(pairs: ColumnOrName): Column {
  return call('map_from_entries', columnOf(pairs))
}

/** `map_keys(entries)`: the keys */
export function mapKeys(entries: ColumnOrName): Column {
  return call('map_keys', columnOf(entries))
}

/** `map_values(entries)`: the values */
export function mapValues(entries: ColumnOrName): Column {
  return call('map_values', columnOf(entries))
}
