import { PipelineError } from '../errors/index.ts'
import type { SourceText } from './source-text.ts'
import { unescapeString } from './string-escapes.ts'
import type { Token, TokenKind } from './token.ts'

/** Longest first: the first that fits is the token. */
const symbols = [
  ...['<=>', '>>>'],
  ...['<=', '>=', '<>', '!=', '==', '!<', '!>', '<<', '>>', '||', '|>', '->', '=>', '::'],
  ...'()[],;.:+-*/%&|^~!<>=?@'.split(''),
]
const symbolsByFirst = Map.groupBy(symbols, (symbol) => symbol[0]!)

const space = /\s+/y
const word = /[\p{L}\p{N}_]+/uy
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?:[bB][dD]|[lsydfLSYDF])?/y

const SPACE = 0x20
const LAST_ASCII = 0x7f

/**
 * The tokens of SQL text, an `end` token last; comments and white space are dropped. Throws UNCLOSED_QUOTE and
 * UNCLOSED_BRACKETED_COMMENT; a character without meaning becomes a `stray` token for the parser to refuse.
 */
export function tokenize(source: SourceText): Token[] {
  const { text } = source
  const tokens: Token[] = []
  let offset = skipBlank(source, 0)
  while (offset < text.length) {
    const token = tokenAt(source, offset, tokens.at(-1))
    tokens.push(token)
    offset = skipBlank(source, token.end)
  }
  tokens.push({ kind: 'end', text: '', keyword: '', start: text.length, end: text.length })
  return tokens
}

function tokenAt(source: SourceText, start: number, previous: Token | undefined): Token {
  const { text } = source
  const first = text[start]!
  if (first === "'" || first === '"') return stringAt(source, start, start, false)
  if (first === '`') return quotedNameAt(source, start)
  const isNumber = isDigit(first) || (first === '.' && isDigit(text[start + 1]) && !follows(previous, start))
  const digits = isNumber ? numberAt(text, start) : undefined
  if (digits !== undefined)
    return { kind: 'number', text: digits, keyword: '', start, end: start + digits.length }
  const prefixed = prefixedStringAt(source, start)
  if (prefixed !== undefined) return prefixed
  const name = wordAt(text, start)
  if (name !== undefined) {
    return { kind: 'word', text: name, keyword: name.toUpperCase(), start, end: start + name.length }
  }
  return symbolAt(text, start)
}

/** `.5` is a number, but in `t.5` and `a[0].5` the point belongs to what is before it. */
function follows(previous: Token | undefined, start: number): boolean {
  if (previous === undefined || previous.end !== start) return false
  return previous.kind === 'word' || previous.kind === 'quoted' || /[)\]]/.test(previous.keyword)
}

function symbolAt(text: string, start: number): Token {
  const found = symbolsByFirst.get(text[start]!)?.find((symbol) => text.startsWith(symbol, start))
  if (found !== undefined) {
    return { kind: 'symbol', text: found, keyword: found, start, end: start + found.length }
  }
  const stray = String.fromCodePoint(text.codePointAt(start)!)
  return { kind: 'stray', text: stray, keyword: '', start, end: start + stray.length }
}

/** `X'1F'` and `r'raw \d'`. */
function prefixedStringAt(source: SourceText, start: number): Token | undefined {
  const mark = source.text[start + 1]
  if (mark !== "'" && mark !== '"') return undefined
  switch (source.text[start]) {
    case 'x':
    case 'X':
      return { ...stringAt(source, start, start + 1, true), kind: 'binary' }
    case 'r':
    case 'R':
      return stringAt(source, start, start + 1, true)
    default:
      return undefined
  }
}

/** The string whose opening quote stands at `open`. A doubled quote is one quote, as in Spark 4; not in a raw string. */
function stringAt(source: SourceText, start: number, open: number, isRaw: boolean): Token {
  const { text } = source
  const quote = text[open]!
  let at = open + 1
  let isPlain = true
  for (; ; at++) {
    if (at >= text.length) throw unclosed(source, start, 'string', quote)
    const character = text[at]
    if (character === '\\' && !isRaw) {
      isPlain = false
      at++
    } else if (character === quote) {
      if (isRaw || text[at + 1] !== quote) break
      isPlain = false
      at++
    }
  }
  const inner = text.slice(open + 1, at)
  return token('string', isPlain ? inner : unescapeString(inner, quote), start, at + 1)
}

function quotedNameAt(source: SourceText, start: number): Token {
  const { text } = source
  let end = text.indexOf('`', start + 1)
  while (end !== -1 && text[end + 1] === '`') end = text.indexOf('`', end + 2)
  if (end === -1) throw unclosed(source, start, 'name', '`')
  return token('quoted', text.slice(start + 1, end).replaceAll('``', '`'), start, end + 1)
}

function token(kind: TokenKind, text: string, start: number, end: number): Token {
  return { kind, text, keyword: '', start, end }
}

/** The offset behind white space and comments; bracketed comments nest. */
function skipBlank(source: SourceText, from: number): number {
  const { text } = source
  let offset = from
  for (;;) {
    while (text.charCodeAt(offset) <= SPACE) offset++
    if (text.charCodeAt(offset) > LAST_ASCII) offset += matchAt(space, text, offset)?.length ?? 0
    if (text.startsWith('--', offset)) {
      const end = text.indexOf('\n', offset)
      offset = end === -1 ? text.length : end + 1
    } else if (text.startsWith('/*', offset)) {
      offset = endOfComment(source, offset)
    } else {
      return offset
    }
  }
}

function endOfComment(source: SourceText, start: number): number {
  const bracket = /\/\*|\*\//g
  bracket.lastIndex = start
  let depth = 0
  for (let found = bracket.exec(source.text); found !== null; found = bracket.exec(source.text)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return bracket.lastIndex
  }
  throw new PipelineError('UNCLOSED_BRACKETED_COMMENT', {}, { position: source.positionAt(start) })
}

/** A number; undefined for a name that begins with digits, such as `2026_orders`. */
function numberAt(text: string, start: number): string | undefined {
  const found = matchAt(number, text, start)!
  const next = text.charCodeAt(start + found.length)
  const isName = !found.includes('.') && (isWordCode(next) || next > LAST_ASCII)
  return isName ? undefined : found
}

/** An identifier or keyword. Nearly all are ASCII, for which a loop is several times faster than the pattern. */
function wordAt(text: string, start: number): string | undefined {
  let end = start
  while (isWordCode(text.charCodeAt(end))) end++
  if (text.charCodeAt(end) > LAST_ASCII) return matchAt(word, text, start)
  return end === start ? undefined : text.slice(start, end)
}

function isWordCode(code: number): boolean {
  const lower = code | 0x20
  return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f
}

function unclosed(source: SourceText, start: number, what: string, quote: string): PipelineError {
  return new PipelineError('UNCLOSED_QUOTE', { what, quote }, { position: source.positionAt(start) })
}

function matchAt(pattern: RegExp, text: string, start: number): string | undefined {
  pattern.lastIndex = start
  return pattern.test(text) ? text.slice(start, pattern.lastIndex) : undefined
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9'
}
