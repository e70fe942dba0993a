import type { CsvDialect } from './csv-dialect.ts'

/** One record: its values, null as `nullValue` says, or undefined values where it ends within quotes. */
export interface CsvRecord {
  readonly text: string
  readonly values: readonly (string | null)[] | undefined
}

/**
 * Cuts text into records as Spark's parser (univocity) does: a quote that is not closed at a separator leaves the value as
 * it stands, quotes included. Blank lines and comments are skipped; without `multiLine` a record ends at the line's end even
 * within quotes.
 */
export function* csvRecords(text: string, dialect: CsvDialect): Generator<CsvRecord> {
  if (dialect.multiLine) {
    const parser = new RecordParser(text, dialect, true)
    while (!parser.isDone) {
      const record = parser.next()
      if (!isSkipped(record.text, dialect)) yield record
    }
    return
  }
  const isPlain =
    dialect.quote !== '' && !dialect.ignoreLeadingWhiteSpace && !dialect.ignoreTrailingWhiteSpace
  for (const line of text.split(dialect.lineSep ?? /\r\n|\r|\n/)) {
    if (isSkipped(line, dialect)) continue
    yield isPlain && !line.includes(dialect.quote)
      ? plainRecord(line, dialect)
      : new RecordParser(line, dialect, false).next()
  }
}

/** A line without quotes. */
function plainRecord(text: string, { sep, nullValue }: CsvDialect): CsvRecord {
  return {
    text,
    values: text.split(sep).map((value) => (value === '' || value === nullValue ? null : value)),
  }
}

function isSkipped(line: string, { comment }: CsvDialect): boolean {
  return /^\s*$/.test(line) || (comment !== '' && line.startsWith(comment))
}

class RecordParser {
  readonly #text: string
  readonly #dialect: CsvDialect
  readonly #crossesLines: boolean
  #at = 0
  #isTorn = false

  constructor(text: string, dialect: CsvDialect, crossesLines: boolean) {
    this.#text = text
    this.#dialect = dialect
    this.#crossesLines = crossesLines
  }

  get isDone(): boolean {
    return this.#at >= this.#text.length
  }

  next(): CsvRecord {
    const start = this.#at
    const { sep } = this.#dialect
    const values: (string | null)[] = []
    this.#isTorn = false
    for (;;) {
      values.push(this.#value())
      if (!this.#text.startsWith(sep, this.#at) || this.#endsHere()) break
      this.#at += sep.length
    }
    const text = this.#text.slice(start, this.#at)
    this.#skipLineEnd()
    return { text, values: this.#isTorn ? undefined : values }
  }

  #value(): string | null {
    const { quote, nullValue, emptyValue } = this.#dialect
    if (this.#dialect.ignoreLeadingWhiteSpace) this.#skipBlanks()
    if (quote === '' || !this.#text.startsWith(quote, this.#at)) {
      const plain = this.#upToSeparator()
      const value = this.#dialect.ignoreTrailingWhiteSpace ? plain.trimEnd() : plain
      return value === '' || value === nullValue ? null : value
    }
    const value = this.#quoted()
    const settled = value === '' ? emptyValue : value
    return settled === nullValue ? null : settled
  }

  #quoted(): string {
    const { quote, escape: escapeChar } = this.#dialect
    const text = this.#text
    let value = ''
    let i = this.#at + 1
    for (;;) {
      const char = text[i]
      if (char === undefined) {
        this.#isTorn = true
        this.#at = i
        return value
      }
      const next = text[i + 1]
      if (
        char === escapeChar &&
        next !== undefined &&
        (next === quote || (next === escapeChar && escapeChar !== quote))
      ) {
        value += next
        i += 2
      } else if (char === quote) {
        const after = this.#blanksEnd(i + 1)
        if (this.#isValueEnd(after)) {
          this.#at = after
          return value
        }
        if (next === quote && this.#isValueEnd(i + 2)) {
          this.#at = i + 2
          return value + quote
        }
        this.#at = i + 1
        return `${quote}${value}${quote}${this.#upToSeparator()}`
      } else {
        value += char
        i++
      }
    }
  }

  #upToSeparator(): string {
    const start = this.#at
    while (!this.#isValueEnd(this.#at)) this.#at++
    return this.#text.slice(start, this.#at)
  }

  #isValueEnd(at: number): boolean {
    return at >= this.#text.length || this.#text.startsWith(this.#dialect.sep, at) || this.#isLineEnd(at)
  }

  #endsHere(): boolean {
    return this.#at >= this.#text.length || this.#isLineEnd(this.#at)
  }

  #isLineEnd(at: number): boolean {
    if (!this.#crossesLines) return false
    const { lineSep } = this.#dialect
    if (lineSep !== undefined) return this.#text.startsWith(lineSep, at)
    return this.#text[at] === '\n' || this.#text[at] === '\r'
  }

  #skipLineEnd(): void {
    if (this.isDone) return
    const { lineSep } = this.#dialect
    if (lineSep !== undefined) this.#at += lineSep.length
    else this.#at += this.#text.startsWith('\r\n', this.#at) ? 2 : 1
  }

  #skipBlanks(): void {
    this.#at = this.#blanksEnd(this.#at)
  }

  #blanksEnd(from: number): number {
    let at = from
    while (
      (this.#text[at] === ' ' || this.#text[at] === '\t') &&
      !this.#text.startsWith(this.#dialect.sep, at)
    )
      at++
    return at
  }
}

/** Column names from a header, made unique as Spark does: `a,a,,b` gives `a0,a1,_c2,b`. */
export function headerNames(values: readonly (string | null)[]): string[] {
  const counts = new Map<string, number>()
  for (const value of values) {
    const folded = value?.toLowerCase() ?? ''
    counts.set(folded, (counts.get(folded) ?? 0) + 1)
  }
  return values.map((value, i) => {
    if (value === null || value === '') return `_c${i}`
    return counts.get(value.toLowerCase()) === 1 ? value : `${value}${i}`
  })
}
