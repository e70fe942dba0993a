/**
 * A JSON reader that loses nothing: numbers keep their text, duplicate keys stay, every value knows where it stands in
 * the source. Lenient syntax is what Spark's JSON options (Jackson's features) allow.
 */

/** A parsed value; `start` and `end` delimit its text in the document's source. */
export type JsonValue =
  | {
      readonly kind: 'object'
      readonly entries: readonly JsonEntry[]
      readonly start: number
      readonly end: number
    }
  | {
      readonly kind: 'array'
      readonly items: readonly JsonValue[]
      readonly start: number
      readonly end: number
    }
  | { readonly kind: 'string'; readonly value: string; readonly start: number; readonly end: number }
  | { readonly kind: 'number' | 'true' | 'false' | 'null'; readonly start: number; readonly end: number }

export interface JsonEntry {
  readonly key: string
  readonly value: JsonValue
}

export interface JsonDocument {
  readonly source: string
  /** One value for JSON lines; all values one after the other where `many` was asked for. */
  readonly roots: readonly JsonValue[]
  /** False when lenient syntax was used, so that slices of the source are not JSON themselves. */
  readonly isStrict: boolean
}

/** Spark's JSON reader options that change what is accepted. */
export interface JsonSyntax {
  readonly allowSingleQuotes: boolean
  readonly allowUnquotedFieldNames: boolean
  readonly allowComments: boolean
  readonly allowNonNumericNumbers: boolean
  readonly allowNumericLeadingZeros: boolean
  readonly allowBackslashEscapingAnyCharacter: boolean
  readonly allowUnquotedControlChars: boolean
}

/** Spark's defaults. */
export const SPARK_JSON_SYNTAX: JsonSyntax = {
  allowSingleQuotes: true,
  allowUnquotedFieldNames: false,
  allowComments: false,
  allowNonNumericNumbers: true,
  allowNumericLeadingZeros: false,
  allowBackslashEscapingAnyCharacter: false,
  allowUnquotedControlChars: false,
}

/** Nesting that Jackson accepts (StreamReadConstraints). */
const MAX_DEPTH = 1000

/** Parses `source`, which must hold exactly one value (or, with `many`, any number of them). A reason when it does not. */
export function parseJson(
  source: string,
  syntax: JsonSyntax,
  many = false,
): JsonDocument | { error: string } {
  const parser = new Parser(source, syntax)
  try {
    const roots = parser.roots(many)
    return { source, roots, isStrict: parser.isStrict }
  } catch (error) {
    if (error instanceof Malformed) return { error: error.message }
    throw error
  }
}

/** JSON text of a value: the source's own where that is JSON. */
export function jsonText(document: JsonDocument, value: JsonValue): string {
  const own = document.source.slice(value.start, value.end)
  if (document.isStrict) return own
  switch (value.kind) {
    case 'object':
      return `{${value.entries.map((e) => `${JSON.stringify(e.key)}:${jsonText(document, e.value)}`).join(',')}}`
    case 'array':
      return `[${value.items.map((each) => jsonText(document, each)).join(',')}]`
    case 'string':
      return JSON.stringify(value.value)
    case 'number':
      return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(own) ? own : JSON.stringify(own)
    default:
      return own
  }
}

class Malformed extends Error {}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const NUMBER_WITH_ZEROS = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const NOT_A_NUMBER = /NaN|[+-]?Infinity|[+-]INF/y
const PLAIN_TEXT = /[ !#-[\]-\uffff]*/y
const BARE_NAME = /[\p{L}_$][\p{L}\p{N}_$]*/uy

class Parser {
  readonly #source: string
  readonly #syntax: JsonSyntax
  #at = 0
  isStrict = true

  constructor(source: string, syntax: JsonSyntax) {
    this.#source = source
    this.#syntax = syntax
  }

  roots(many: boolean): JsonValue[] {
    const roots: JsonValue[] = []
    this.#space()
    while (this.#at < this.#source.length) {
      if (!many && roots.length === 1) throw this.#unexpected('content after the value')
      roots.push(this.#value(0))
      this.#space()
      if (many && this.#source[this.#at] === ',') {
        this.#at++
        this.#space()
      }
    }
    if (roots.length === 0 && !many) throw this.#unexpected('nothing')
    return roots
  }

  #value(depth: number): JsonValue {
    if (depth > MAX_DEPTH) throw this.#unexpected(`more than ${MAX_DEPTH} levels`)
    const start = this.#at
    switch (this.#source[start]) {
      case '{':
        return this.#object(depth)
      case '[':
        return this.#array(depth)
      case '"':
        return { kind: 'string', value: this.#string('"'), start, end: this.#at }
      case "'":
        if (!this.#syntax.allowSingleQuotes) throw this.#unexpected("'")
        return { kind: 'string', value: this.#string("'"), start, end: this.#at }
      case 't':
        return this.#word('true', start)
      case 'f':
        return this.#word('false', start)
      case 'n':
        return this.#word('null', start)
      default:
        return this.#number(start)
    }
  }

  #object(depth: number): JsonValue {
    const start = this.#at++
    const entries: JsonEntry[] = []
    this.#space()
    if (this.#source[this.#at] === '}') return { kind: 'object', entries, start, end: ++this.#at }
    for (;;) {
      const key = this.#key()
      this.#space()
      this.#expect(':')
      this.#space()
      entries.push({ key, value: this.#value(depth + 1) })
      this.#space()
      if (this.#source[this.#at] !== ',') break
      this.#at++
      this.#space()
    }
    this.#expect('}')
    return { kind: 'object', entries, start, end: this.#at }
  }

  #array(depth: number): JsonValue {
    const start = this.#at++
    const items: JsonValue[] = []
    this.#space()
    if (this.#source[this.#at] === ']') return { kind: 'array', items, start, end: ++this.#at }
    for (;;) {
      items.push(this.#value(depth + 1))
      this.#space()
      if (this.#source[this.#at] !== ',') break
      this.#at++
      this.#space()
    }
    this.#expect(']')
    return { kind: 'array', items, start, end: this.#at }
  }

  #key(): string {
    const quote = this.#source[this.#at]
    if (quote === '"' || (quote === "'" && this.#syntax.allowSingleQuotes)) return this.#string(quote)
    const name = this.#syntax.allowUnquotedFieldNames ? this.#match(BARE_NAME) : undefined
    if (name === undefined) throw this.#unexpected('no field name')
    this.isStrict = false
    return name
  }

  #string(quote: string): string {
    if (quote === "'") this.isStrict = false
    this.#at++
    let text = ''
    for (;;) {
      text += quote === '"' ? (this.#match(PLAIN_TEXT) ?? '') : ''
      const char = this.#source[this.#at]
      if (char === undefined) throw this.#unexpected('the end of the text')
      this.#at++
      if (char === quote) return text
      if (char === '\\') text += this.#escape()
      else if (char >= ' ') text += char
      else text += this.#controlCharacter(char)
    }
  }

  #controlCharacter(char: string): string {
    if (!this.#syntax.allowUnquotedControlChars) throw this.#unexpected('a control character')
    this.isStrict = false
    return char
  }

  #escape(): string {
    const char = this.#source[this.#at++] ?? ''
    const simple = SIMPLE_ESCAPES[char]
    if (simple !== undefined) return simple
    if (char === 'u') {
      const hex = this.#source.slice(this.#at, this.#at + 4)
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.#unexpected('a damaged \\u escape')
      this.#at += 4
      return String.fromCharCode(Number.parseInt(hex, 16))
    }
    if (!this.#syntax.allowBackslashEscapingAnyCharacter || char === '') {
      throw this.#unexpected(`the escape \\${char}`)
    }
    this.isStrict = false
    return char
  }

  #number(start: number): JsonValue {
    const found =
      this.#match(this.#syntax.allowNumericLeadingZeros ? NUMBER_WITH_ZEROS : NUMBER) ?? this.#notANumber()
    if (found === undefined) throw this.#unexpected('no value')
    if (/^-?0\d/.test(found)) this.isStrict = false
    return { kind: 'number', start, end: this.#at }
  }

  #notANumber(): string | undefined {
    if (!this.#syntax.allowNonNumericNumbers) return undefined
    const found = this.#match(NOT_A_NUMBER)
    if (found !== undefined) this.isStrict = false
    return found
  }

  #word(word: 'true' | 'false' | 'null', start: number): JsonValue {
    if (!this.#source.startsWith(word, start)) throw this.#unexpected('no value')
    this.#at += word.length
    return { kind: word, start, end: this.#at }
  }

  #space(): void {
    for (;;) {
      const code = this.#source.charCodeAt(this.#at)
      if (code === 32 || code === 9 || code === 10 || code === 13) this.#at++
      else if (code !== 47 || !this.#syntax.allowComments || !this.#comment()) return
    }
  }

  #comment(): boolean {
    const rest = this.#source.startsWith('/*', this.#at)
      ? this.#source.indexOf('*/', this.#at + 2) + 2
      : this.#source.startsWith('//', this.#at)
        ? this.#source.indexOf('\n', this.#at) + 1 || this.#source.length
        : 1
    if (rest === 1) return false
    this.#at = rest
    this.isStrict = false
    return true
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#source)?.[0]
    if (found === undefined) return undefined
    this.#at += found.length
    return found
  }

  #expect(char: string): void {
    if (this.#source[this.#at] !== char) throw this.#unexpected(`no '${char}'`)
    this.#at++
  }

  #unexpected(what: string): Malformed {
    return new Malformed(`${what} at character ${this.#at + 1}`)
  }
}
