import { nearest, PipelineError, type Position } from '../errors/index.ts'
import type { DataType } from '../types/data-type.ts'
import { readDataType } from '../types/ddl.ts'
import { clauseWords } from './keywords.ts'
import { tokenize } from './lexer.ts'
import type { WindowScope } from './parser/window.ts'
import { type ParseOptions, SourceText } from './source-text.ts'
import type { Token } from './token.ts'

/**
 * How deep a statement may nest, and how long a chain of operators may be: far from where the parser, the analyzer and
 * the printers, which recurse, would exhaust the stack.
 */
export const MAX_DEPTH = 300

/** A place in a list of tokens: what parsers read from, move forward, and fail at. */
export class Cursor {
  readonly source: SourceText
  /** The named windows of the SELECT being read. */
  windows: WindowScope | undefined
  private readonly tokens: readonly Token[]
  private index = 0
  private depth = 0

  constructor(text: string, options: ParseOptions = {}) {
    this.source = new SourceText(text, options)
    this.tokens = tokenize(this.source)
  }

  get token(): Token {
    return this.tokens[this.index]!
  }

  /** The token `distance` behind the current one; the last one beyond the end. */
  peek(distance = 1): Token {
    return this.tokens[this.index + distance] ?? this.tokens.at(-1)!
  }

  get previous(): Token | undefined {
    return this.tokens[this.index - 1]
  }

  /** Whether these keywords and symbols come next. Parameters and no list, since this is asked all the time. */
  is(first: string, second?: string, third?: string): boolean {
    if (this.token.keyword !== first) return false
    if (second !== undefined && this.peek(1).keyword !== second) return false
    return third === undefined || this.peek(2).keyword === third
  }

  /** Whether a list of keywords comes next. */
  isSequence(keywords: readonly string[]): boolean {
    return keywords.every((keyword, i) => this.peek(i).keyword === keyword)
  }

  isOneOf(...keywords: readonly string[]): boolean {
    return keywords.includes(this.token.keyword)
  }

  /** Whether everything has been read. */
  get isAtEnd(): boolean {
    return this.token.kind === 'end'
  }

  /** Whether the statement ends here. */
  get isAtStatementEnd(): boolean {
    return this.isAtEnd || this.token.keyword === ';'
  }

  advance(): Token {
    const { token } = this
    if (token.kind !== 'end') this.index++
    return token
  }

  /** Moves over these keywords when they come next. */
  take(first: string, second?: string, third?: string): boolean {
    if (!this.is(first, second, third)) return false
    this.index += third !== undefined ? 3 : second !== undefined ? 2 : 1
    return true
  }

  takeSequence(keywords: readonly string[]): boolean {
    if (!this.isSequence(keywords)) return false
    this.index += keywords.length
    return true
  }

  expect(...keywords: readonly string[]): void {
    for (const keyword of keywords) {
      if (!this.take(keyword)) this.fail(isWord(keyword) ? keyword : `'${keyword}'`, [keyword])
    }
  }

  /** Moves to a place that `mark` gave before. */
  reset(mark: number): void {
    this.index = mark
  }

  mark(): number {
    return this.index
  }

  position(token: Token = this.token): Position {
    return this.source.positionAt(token.start)
  }

  /** An identifier: a word, whatever it means elsewhere, or a quoted name. */
  name(expected: string): string {
    const { kind, text } = this.token
    if (kind !== 'word' && kind !== 'quoted') this.fail(expected, [])
    this.advance()
    return text
  }

  string(expected: string): string {
    if (this.token.kind !== 'string') this.fail(expected, [])
    return this.advance().text
  }

  /** `( item, item, ... )` */
  parenthesized<Item>(item: () => Item): Item[] {
    this.expect('(')
    const items = this.list(item)
    this.expect(')')
    return items
  }

  /** `item, item, ...` */
  list<Item>(item: () => Item): Item[] {
    const items = [item()]
    while (this.take(',')) items.push(item())
    return items
  }

  /** The type that begins here; `varchar(n)` and `char(n)` count as STRING in a cast. */
  dataType({ isCast = false } = {}): DataType {
    const { text, positionAt } = this.source
    const { type, end } = readDataType(text, this.token.start, positionAt, isCast)
    while (this.token.kind !== 'end' && this.token.end <= end) this.index++
    // In `x::ARRAY<INT>>=y` the type ends inside a token.
    if (this.token.kind !== 'end' && this.token.start < end) this.fail("a space behind the type's '>'", [])
    return type
  }

  /** One level deeper, until `leave`. Throws FAILED_TO_PARSE_TOO_COMPLEX. */
  enter(): void {
    this.depth++
    this.checkDepth(0)
  }

  leave(): void {
    this.depth--
  }

  /** A chain of operators is as deep as it is long: `links` counts those so far. */
  checkDepth(links: number): void {
    if (this.depth + links <= MAX_DEPTH) return
    const limit = { limit: String(MAX_DEPTH) }
    throw new PipelineError('FAILED_TO_PARSE_TOO_COMPLEX', limit, { position: this.position() })
  }

  /** The text from `start` to the end of the last token read, as written. */
  textFrom(start: Token): string {
    return this.source.text.slice(start.start, this.previous?.end ?? start.start)
  }

  /** Throws PARSE_SYNTAX_ERROR at the current token. A misspelt word is compared with `candidates`. */
  fail(expected: string, candidates: readonly string[] = clauseWords): never {
    const { token } = this
    const error = token.kind === 'end' ? 'end of input' : `'${this.written(token)}'`
    const suggestion = this.suggestion(candidates)
    throw new PipelineError(
      'PARSE_SYNTAX_ERROR',
      { error, expected, suggestion },
      { position: this.position() },
    )
  }

  unsupportedClause(clause: string, alternative = '', token: Token = this.token): never {
    throw new PipelineError(
      'UNSUPPORTED_FEATURE.CLAUSE',
      { clause, alternative },
      { position: this.position(token) },
    )
  }

  private written({ start, end }: Token): string {
    return this.source.text.slice(start, end)
  }

  /** `SELECT a FORM t` fails at `t`: the word before it, read as an alias, is looked at too. */
  private suggestion(candidates: readonly string[]): string {
    const here = nearKeyword(this.token, candidates)
    if (here !== undefined) return `Did you mean ${here}?`
    const before = this.previous && nearKeyword(this.previous, clauseWords)
    return before === undefined ? '' : `Did you mean ${before} instead of '${this.previous!.text}'?`
  }
}

/** Words of one or two letters are near everything. */
function nearKeyword(token: Token, candidates: readonly string[]): string | undefined {
  if (token.kind !== 'word' || token.text.length < 3 || candidates.includes(token.keyword)) return undefined
  return nearest(
    token.text,
    candidates.filter((candidate) => candidate.length > 2 && isWord(candidate)),
  )
}

function isWord(keyword: string): boolean {
  return /^\w/.test(keyword)
}
