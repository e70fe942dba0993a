import { PipelineError } from '../../errors/index.ts'

/** A piece of a Spark datetime pattern: a run of one letter, or literal text. */
export type PatternToken =
  | { readonly kind: 'field'; readonly letter: string; readonly width: number }
  | { readonly kind: 'text'; readonly text: string }

/** Letters that both writing and reading know, with the greatest width of each. */
const FIELDS: Readonly<Record<string, number>> = {
  G: 4,
  y: 6,
  M: 4,
  L: 4,
  d: 2,
  D: 3,
  Q: 4,
  q: 4,
  E: 4,
  F: 1,
  a: 1,
  h: 2,
  H: 2,
  k: 2,
  K: 2,
  m: 2,
  s: 2,
  S: 9,
  X: 5,
  x: 5,
  Z: 5,
  z: 4,
  V: 2,
  O: 4,
}

/**
 * Splits a pattern of Spark's datetime functions (https://spark.apache.org/docs/latest/sql-ref-datetime-pattern.html).
 * Text stands in single quotes, a doubled quote is one. Week-based letters and those that Spark does not know are
 * INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER, too many of one letter INVALID_DATETIME_PATTERN.LENGTH.
 */
export function parseDatetimePattern(pattern: string): readonly PatternToken[] {
  const tokens: PatternToken[] = []
  for (const [text, quoted, run] of pattern.matchAll(/'((?:[^']|'')*)'|(([A-Za-z])\3*)|[^A-Za-z']+|'/g)) {
    if (run !== undefined) tokens.push(field(run, pattern))
    else if (quoted !== undefined)
      tokens.push({ kind: 'text', text: quoted === '' ? "'" : quoted.replaceAll("''", "'") })
    else tokens.push({ kind: 'text', text: plainText(text, pattern) })
  }
  return tokens
}

function field(run: string, pattern: string): PatternToken {
  const letter = run[0]!
  const most = FIELDS[letter]
  if (most === undefined) throw illegal(letter, pattern)
  if (run.length > most) throw new PipelineError('INVALID_DATETIME_PATTERN.LENGTH', { pattern })
  return { kind: 'field', letter, width: run.length }
}

function plainText(text: string, pattern: string): string {
  const reserved = /['[\]{}#]/.exec(text)
  if (reserved !== null) throw illegal(reserved[0], pattern)
  return text
}

/** A pattern that holds something without a meaning here. */
export function illegal(c: string, pattern: string): PipelineError {
  return new PipelineError('INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER', { c, pattern })
}
