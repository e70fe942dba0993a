import { type Column, type ColumnOrLiteral, type ColumnOrName, call, columnOf } from '../column.ts'

// Functions of text. Positions count characters from 1.

/** `ascii(text)`: the code point of the first character */
export function ascii(text: ColumnOrName): Column {
  return call('ascii', columnOf(text))
}

/** `btrim(text[, characters])`: without these characters (spaces by default) at both ends */
export function btrim(text: ColumnOrName, characters?: ColumnOrLiteral): Column {
  return call('btrim', columnOf(text), characters)
}

/** `chr(code)`: the character of a code, modulo 256 */
export function chr(code: ColumnOrName): Column {
  return call('chr', columnOf(code))
}

/** `concat(columns, ...)`: texts, binaries or arrays one after the other; NULL when one is */
export function concat(...columns: readonly ColumnOrName[]): Column {
  return call('concat', ...columns.map(columnOf))
}

/** `concat_ws(separator, columns, ...)`: texts and arrays of texts with a separator between them; NULLs are left out */
export function concatWs(separator: ColumnOrLiteral, ...columns: readonly ColumnOrName[]): Column {
  return call('concat_ws', separator, ...columns.map(columnOf))
}

/** `contains(text, part)`: whether the text holds another */
export function contains(text: ColumnOrName, part: ColumnOrLiteral): Column {
  return call('contains', columnOf(text), part)
}

/** `elt(index, texts, ...)`: the text at this position among the arguments */
export function elt(index: ColumnOrLiteral, ...texts: readonly ColumnOrName[]): Column {
  return call('elt', index, ...texts.map(columnOf))
}

/** `endswith(text, suffix)`: whether the text ends with another */
export function endsWith(text: ColumnOrName, suffix: ColumnOrLiteral): Column {
  return call('endswith', columnOf(text), suffix)
}

/** `find_in_set(text, list)`: the position of a text in a list that commas part, or 0 */
export function findInSet(text: ColumnOrName, list: ColumnOrLiteral): Column {
  return call('find_in_set', columnOf(text), list)
}

/** `format_number(number, digits)`: with commas between thousands and so many digits behind the point */
export function formatNumber(number: ColumnOrName, digits: ColumnOrLiteral): Column {
  return call('format_number', columnOf(number), digits)
}

/** `format_string(format, columns, ...)`: the format of printf, filled in */
export function formatString(format: ColumnOrLiteral, ...columns: readonly ColumnOrName[]): Column {
  return call('format_string', format, ...columns.map(columnOf))
}

/** `printf(format, columns, ...)`: the format, filled in */
export function printf(format: ColumnOrLiteral, ...columns: readonly ColumnOrName[]): Column {
  return call('printf', format, ...columns.map(columnOf))
}

/** `initcap(text)`: each word with a capital letter */
export function initcap(text: ColumnOrName): Column {
  return call('initcap', columnOf(text))
}

/** `instr(text, part)`: the position of another text, or 0 */
export function instr(text: ColumnOrName, part: ColumnOrLiteral): Column {
  return call('instr', columnOf(text), part)
}

/** `lcase(text)`: in lower case */
export function lcase(text: ColumnOrName): Column {
  return call('lcase', columnOf(text))
}

/** `left(text, length)`: the first characters */
export function left(text: ColumnOrName, length: ColumnOrLiteral): Column {
  return call('left', columnOf(text), length)
}

/** `length(text)`: the number of characters, or of bytes of a binary */
export function length(text: ColumnOrName): Column {
  return call('length', columnOf(text))
}

/** `char_length(text)`: the number of characters */
export function charLength(text: ColumnOrName): Column {
  return call('char_length', columnOf(text))
}

/** `levenshtein(left, right[, limit])`: how many letters must change to make one text the other; -1 beyond the limit */
export function levenshtein(left: ColumnOrName, right: ColumnOrName, limit?: ColumnOrLiteral): Column {
  return call('levenshtein', columnOf(left), columnOf(right), limit)
}

/** `locate(part, text[, start])`: the position of a text in another, from a start on, or 0 */
export function locate(part: ColumnOrLiteral, text: ColumnOrName, start?: ColumnOrLiteral): Column {
  return call('locate', part, columnOf(text), start)
}

/** `lower(text)`: in lower case */
export function lower(text: ColumnOrName): Column {
  return call('lower', columnOf(text))
}

/** `lpad(text, length[, pad])`: filled up at the left, or cut, to a length */
export function lpad(text: ColumnOrName, length: ColumnOrLiteral, pad?: ColumnOrLiteral): Column {
  return call('lpad', columnOf(text), length, pad)
}

/** `ltrim(text)`: without spaces at the left */
export function ltrim(text: ColumnOrName): Column {
  return call('ltrim', columnOf(text))
}

/** `luhn_check(digits)`: whether the check digit of a card number is right */
export function luhnCheck(digits: ColumnOrName): Column {
  return call('luhn_check', columnOf(digits))
}

/** `mask(text[, upper][, lower][, digit][, other])`: letters and digits replaced */
export function mask(
  text: ColumnOrName,
  upper?: ColumnOrLiteral,
  lower?: ColumnOrLiteral,
  digit?: ColumnOrLiteral,
  other?: ColumnOrLiteral,
): Column {
  return call('mask', columnOf(text), upper, lower, digit, other)
}

/** `overlay(text, replacement, position[, length])`: a part replaced */
export function overlay(
  text: ColumnOrName,
  replacement: ColumnOrName,
  position: ColumnOrLiteral,
  length?: ColumnOrLiteral,
): Column {
  return call('overlay', columnOf(text), columnOf(replacement), position, length)
}

/** `position(part, text[, start])`: the position of a text in another, or 0 */
export function position(part: ColumnOrLiteral, text: ColumnOrName, start?: ColumnOrLiteral): Column {
  return call('position', part, columnOf(text), start)
}

/** `quote(text)`: in single quotes, with those inside escaped */
export function quote(text: ColumnOrName): Column {
  return call('quote', columnOf(text))
}

/** `repeat(text, times)`: the text so many times */
export function repeat(text: ColumnOrName, times: ColumnOrLiteral): Column {
  return call('repeat', columnOf(text), times)
}

/** `replace(text, search[, replacement])`: every occurrence replaced */
export function replace(text: ColumnOrName, search: ColumnOrLiteral, replacement?: ColumnOrLiteral): Column {
  return call('replace', columnOf(text), search, replacement)
}

/** `reverse(value)`: a text or an array backwards */
export function reverse(value: ColumnOrName): Column {
  return call('reverse', columnOf(value))
}

/** `right(text, length)`: the last characters */
export function right(text: ColumnOrName, length: ColumnOrLiteral): Column {
  return call('right', columnOf(text), length)
}

/** `rpad(text, length[, pad])`: filled up at the right, or cut, to a length */
export function rpad(text: ColumnOrName, length: ColumnOrLiteral, pad?: ColumnOrLiteral): Column {
  return call('rpad', columnOf(text), length, pad)
}

/** `rtrim(text)`: without spaces at the right */
export function rtrim(text: ColumnOrName): Column {
  return call('rtrim', columnOf(text))
}

/** `soundex(text)`: the code of how it sounds */
export function soundex(text: ColumnOrName): Column {
  return call('soundex', columnOf(text))
}

/** `space(count)`: so many spaces */
export function space(count: ColumnOrName): Column {
  return call('space', columnOf(count))
}

/** `split_part(text, delimiter, part)`: one part of a text that a delimiter parts; negative from the end */
export function splitPart(text: ColumnOrName, delimiter: ColumnOrLiteral, part: ColumnOrLiteral): Column {
  return call('split_part', columnOf(text), delimiter, part)
}

/** `startswith(text, prefix)`: whether the text begins with another */
export function startsWith(text: ColumnOrName, prefix: ColumnOrLiteral): Column {
  return call('startswith', columnOf(text), prefix)
}

/** `str_to_map(text[, pairs][, keyValue])`: a map of a text such as `a:1,b:2` */
export function strToMap(text: ColumnOrName, pairs?: ColumnOrLiteral, keyValue?: ColumnOrLiteral): Column {
  return call('str_to_map', columnOf(text), pairs, keyValue)
}

/** `substr(text, position[, length])`: a part; a negative position counts from the end */
export function substr(text: ColumnOrName, position: ColumnOrLiteral, length?: ColumnOrLiteral): Column {
  return call('substr', columnOf(text), position, length)
}

/** `substring(text, position[, length])`: a part; a negative position counts from the end */
export function substring(text: ColumnOrName, position: ColumnOrLiteral, length?: ColumnOrLiteral): Column {
  return call('substring', columnOf(text), position, length)
}

/** `substring_index(text, delimiter, count)`: what stands before the n-th delimiter; negative from the end */
export function substringIndex(
  text: ColumnOrName,
  delimiter: ColumnOrLiteral,
  count: ColumnOrLiteral,
): Column {
  return call('substring_index', columnOf(text), delimiter, count)
}

/** `to_char(value, format)`: a number, date or binary in a format */
export function toChar(value: ColumnOrName, format: ColumnOrLiteral): Column {
  return call('to_char', columnOf(value), format)
}

/** `to_varchar(value, format)`: a number, date or binary in a format */
export function toVarchar(value: ColumnOrName, format: ColumnOrLiteral): Column {
  return call('to_varchar', columnOf(value), format)
}

/** `to_number(text, format)`: the decimal that a text in a format is */
export function toNumber(text: ColumnOrName, format: ColumnOrLiteral): Column {
  return call('to_number', columnOf(text), format)
}

/** `try_to_number(text, format)`: the decimal that a text in a format is, or NULL */
export function tryToNumber(text: ColumnOrName, format: ColumnOrLiteral): Column {
  return call('try_to_number', columnOf(text), format)
}

/** `translate(text, from, to)`: each character of one set replaced by that of another */
export function translate(text: ColumnOrName, from: ColumnOrLiteral, to: ColumnOrLiteral): Column {
  return call('translate', columnOf(text), from, to)
}

/** `trim(text)`: without spaces at both ends */
export function trim(text: ColumnOrName): Column {
  return call('trim', columnOf(text))
}

/** `ucase(text)`: in upper case */
export function ucase(text: ColumnOrName): Column {
  return call('ucase', columnOf(text))
}

/** `upper(text)`: in upper case */
export function upper(text: ColumnOrName): Column {
  return call('upper', columnOf(text))
}

/** `uuid()`: a random UUID */
export function uuid(): Column {
  return call('uuid')
}

/** `text LIKE pattern`: `%` is any text, `_` one character */
export function like(text: ColumnOrName, pattern: ColumnOrLiteral): Column {
  return call('like', columnOf(text), pattern)
}

/** `text ILIKE pattern`: LIKE without regard to case */
export function ilike(text: ColumnOrName, pattern: ColumnOrLiteral): Column {
  return call('ilike', columnOf(text), pattern)
}
