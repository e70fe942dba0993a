import { type Column, type ColumnOrLiteral, type ColumnOrName, call, columnOf } from '../column.ts'

// Functions of regular expressions.

/** `rlike(text, pattern)`: whether the pattern matches anywhere */
export function rlike(text: ColumnOrName, pattern: ColumnOrLiteral): Column {
  return call('rlike', columnOf(text), pattern)
}

/** `regexp_like(text, pattern)`: whether the pattern matches anywhere */
export function regexpLike(text: ColumnOrName, pattern: ColumnOrLiteral): Column {
  return call('regexp_like', columnOf(text), pattern)
}

/** `regexp_count(text, pattern)`: how often the pattern matches */
export function regexpCount(text: ColumnOrName, pattern: ColumnOrLiteral): Column {
  return call('regexp_count', columnOf(text), pattern)
}

/** `regexp_extract(text, pattern[, group])`: what a group matched first; 0 is the whole match */
export function regexpExtract(text: ColumnOrName, pattern: ColumnOrLiteral, group?: ColumnOrLiteral): Column {
  return call('regexp_extract', columnOf(text), pattern, group)
}

/** `regexp_extract_all(text, pattern[, group])`: what a group matched each time */
export function regexpExtractAll(
  text: ColumnOrName,
  pattern: ColumnOrLiteral,
  group?: ColumnOrLiteral,
): Column {
  return call('regexp_extract_all', columnOf(text), pattern, group)
}

/** `regexp_instr(text, pattern)`: the position of the first match, or 0 */
export function regexpInstr(text: ColumnOrName, pattern: ColumnOrLiteral): Column {
  return call('regexp_instr', columnOf(text), pattern)
}

/** `regexp_replace(text, pattern, replacement[, position])`: every match replaced; `$1` is a group */
export function regexpReplace(
  text: ColumnOrName,
  pattern: ColumnOrLiteral,
  replacement: ColumnOrLiteral,
  position?: ColumnOrLiteral,
): Column {
  return call('regexp_replace', columnOf(text), pattern, replacement, position)
}

/** `regexp_substr(text, pattern)`: the first match, or NULL */
export function regexpSubstr(text: ColumnOrName, pattern: ColumnOrLiteral): Column {
  return call('regexp_substr', columnOf(text), pattern)
}

/** `split(text, pattern[, limit])`: the parts between the matches */
export function split(text: ColumnOrName, pattern: ColumnOrLiteral, limit?: ColumnOrLiteral): Column {
  return call('split', columnOf(text), pattern, limit)
}
