import { nearest, PipelineError, type Position } from '../errors/index.ts'
import {
  array,
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  DAY_TIME_INTERVAL,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  INTEGER,
  LONG,
  map,
  SHORT,
  STRING,
  type StructField,
  type StructType,
  struct,
  TIMESTAMP,
  TIMESTAMP_NTZ,
  VARIANT,
  VOID,
  YEAR_MONTH_INTERVAL,
} from './data-type.ts'

/** Where DDL text stands in a file: the position of each of its characters. */
export type PositionAt = (offset: number) => Position | undefined

/** Spark's type names without parameters, synonyms included. */
const simpleTypes: ReadonlyMap<string, DataType> = new Map<string, DataType>([
  ['boolean', BOOLEAN],
  ['tinyint', BYTE],
  ['byte', BYTE],
  ['smallint', SHORT],
  ['short', SHORT],
  ['int', INTEGER],
  ['integer', INTEGER],
  ['bigint', LONG],
  ['long', LONG],
  ['float', FLOAT],
  ['real', FLOAT],
  ['double', DOUBLE],
  ['string', STRING],
  ['binary', BINARY],
  ['date', DATE],
  ['timestamp', TIMESTAMP],
  ['timestamp_ltz', TIMESTAMP],
  ['timestamp_ntz', TIMESTAMP_NTZ],
  ['variant', VARIANT],
  ['void', VOID],
])

const parametrised = ['decimal', 'dec', 'numeric', 'array', 'map', 'struct', 'interval', 'varchar', 'char']
const typeNames = [...simpleTypes.keys(), ...parametrised]
const textTypes = new Set(['char', 'character', 'varchar'])
const monthUnits = new Set(['year', 'month'])
const dayUnits = new Set(['day', 'hour', 'minute', 'second'])

/** Deeper nesting is refused instead of exhausting the stack. */
const MAX_DEPTH = 200

/** A position in DDL text that moves forward over what was read. */
export class DdlReader {
  readonly text: string
  offset: number
  readonly positionAt: PositionAt
  readonly isCast: boolean
  private depth = 0

  constructor(text: string, offset: number, positionAt: PositionAt, isCast = false) {
    this.text = text
    this.offset = offset
    this.positionAt = positionAt
    this.isCast = isCast
  }

  type(): DataType {
    if (++this.depth > MAX_DEPTH) {
      throw new PipelineError('FAILED_TO_PARSE_TOO_COMPLEX', { limit: String(MAX_DEPTH) }, this.here())
    }
    const start = this.skip()
    const name = this.word('a data type').toLowerCase()
    const type = simpleTypes.get(name) ?? this.parametrisedType(name, start)
    this.depth--
    return type
  }

  fields(): StructField[] {
    const fields: StructField[] = []
    do fields.push(this.column())
    while (this.take(','))
    return fields
  }

  /** Whether a struct type begins here, as opposed to a column named `struct`. */
  isStruct(): boolean {
    return /^\s*struct\s*</i.test(this.text)
  }

  end(expected: string): void {
    if (this.skip() < this.text.length) this.fail(expected)
  }

  private parametrisedType(name: string, start: number): DataType {
    switch (name) {
      case 'decimal':
      case 'dec':
      case 'numeric':
        return this.decimalType(start)
      case 'array':
        return this.between(() => array(this.type()))
      case 'map':
        return this.between(() => {
          const key = this.type()
          this.expect(',')
          return map(key, this.type())
        })
      case 'struct':
        return this.structType()
      case 'interval':
        return this.intervalType(start)
      default:
        return this.otherType(name, start)
    }
  }

  private decimalType(start: number): DataType {
    if (!this.take('(')) return decimal(10, 0)
    const precision = this.number()
    const scale = this.take(',') ? this.number() : 0
    this.expect(')')
    if (precision < 1 || precision > 38 || scale > precision) {
      const parameters = { precision: String(precision), scale: String(scale) }
      throw new PipelineError('INVALID_DECIMAL_TYPE', parameters, this.here(start))
    }
    return decimal(precision, scale)
  }

  private structType(): StructType {
    this.expect('<')
    if (this.take('>')) return struct([])
    const fields = this.fields()
    this.expect('>')
    return struct(fields)
  }

  private intervalType(start: number): DataType {
    const first = this.peekWord().toLowerCase()
    const units = monthUnits.has(first) ? monthUnits : dayUnits
    if (!units.has(first)) {
      this.refuse('interval', 'Use INTERVAL DAY TO SECOND or INTERVAL YEAR TO MONTH.', start)
    }
    this.word('a unit')
    if (this.peekWord().toLowerCase() === 'to') {
      this.word('TO')
      if (!units.has(this.peekWord().toLowerCase())) this.fail([...units].join(', ').toUpperCase())
      this.word('a unit')
    }
    return units === monthUnits ? YEAR_MONTH_INTERVAL : DAY_TIME_INTERVAL
  }

  private otherType(name: string, start: number): DataType {
    if (textTypes.has(name)) {
      if (this.take('(')) {
        this.number()
        this.expect(')')
      }
      if (this.isCast) return STRING
      this.refuse(name, 'Use STRING, and an expectation on the length.', start)
    }
    const near = nearest(name, typeNames)
    this.refuse(name, near === undefined ? '' : `Did you mean ${near.toUpperCase()}?`, start)
  }

  private column(): StructField {
    const name = this.name('a column name')
    this.take(':')
    const dataType = this.type()
    let nullable = true
    if (this.peekWord().toLowerCase() === 'not') {
      this.word('NOT')
      this.keyword('null')
      nullable = false
    }
    if (this.peekWord().toLowerCase() !== 'comment') return field(name, dataType, nullable)
    this.word('COMMENT')
    return field(name, dataType, nullable, { comment: this.string() })
  }

  private between<T>(inner: () => T): T {
    this.expect('<')
    const result = inner()
    this.expect('>')
    return result
  }

  private name(expected: string): string {
    this.skip()
    if (this.text[this.offset] !== '`') return this.word(expected)
    const quoted = this.match(/`((?:[^`]|``)+)`/y) ?? this.fail(expected)
    return quoted.slice(1, -1).replaceAll('``', '`')
  }

  private word(expected: string): string {
    this.skip()
    return this.match(/[\p{L}\p{N}_]+/uy) ?? this.fail(expected)
  }

  private peekWord(): string {
    const before = this.skip()
    const word = this.match(/\w+/y) ?? ''
    this.offset = before
    return word
  }

  private keyword(word: string): void {
    if (this.peekWord().toLowerCase() !== word) this.fail(word.toUpperCase())
    this.word(word)
  }

  private number(): number {
    this.skip()
    return Number(this.match(/\d+/y) ?? this.fail('a whole number'))
  }

  private string(): string {
    this.skip()
    const quoted = this.match(/'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"/sy) ?? this.fail('a string')
    const mark = quoted[0]!
    return quoted
      .slice(1, -1)
      .replaceAll(mark + mark, mark)
      .replace(/\\(.)/gs, (_, character: string) => escapes[character] ?? character)
  }

  private take(symbol: string): boolean {
    this.skip()
    if (this.text[this.offset] !== symbol) return false
    this.offset++
    return true
  }

  private expect(symbol: string): void {
    if (!this.take(symbol)) this.fail(`'${symbol}'`)
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.offset
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.offset += found.length
    return found
  }

  /** Moves over white space and comments. */
  private skip(): number {
    this.match(/(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)+/y)
    return this.offset
  }

  private fail(expected: string): never {
    const start = this.skip()
    const seen = this.match(/[\p{L}\p{N}_]+|./uy)
    const error = seen === undefined ? 'end of input' : `'${seen}'`
    throw new PipelineError('PARSE_SYNTAX_ERROR', { error, expected, suggestion: '' }, this.here(start))
  }

  private refuse(typeName: string, suggestion: string, start: number): never {
    const parameters = { typeName: `"${typeName.toUpperCase()}"`, suggestion }
    throw new PipelineError('UNSUPPORTED_DATATYPE', parameters, this.here(start))
  }

  private here(offset = this.offset): { position?: Position } {
    const position = this.positionAt(offset)
    return position === undefined ? {} : { position }
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0', b: '\b' }
