/**
 * word: an unquoted identifier or keyword; quoted: a name in backticks; binary: `X'..'`; stray: a character that no
 * token begins with.
 */
export type TokenKind = 'word' | 'quoted' | 'string' | 'binary' | 'number' | 'symbol' | 'stray' | 'end'

export interface Token {
  readonly kind: TokenKind
  /** A name or string without its quotes and escapes, else the text as written. */
  readonly text: string
  /** What grammar compares: a word in upper case, or a symbol; empty for all else, so that `'from'` is never FROM. */
  readonly keyword: string
  /** Offsets into the source text. */
  readonly start: number
  readonly end: number
}
