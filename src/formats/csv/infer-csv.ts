import {
  BOOLEAN,
  DATE,
  type DataType,
  DOUBLE,
  field,
  INTEGER,
  LONG,
  STRING,
  type StructType,
  struct,
  TIMESTAMP,
  VOID,
} from '../../types/data-type.ts'
import { decimalTypeOf, exactInteger } from '../exact-number.ts'
import { fileChunks, fileContent, lineEnd } from '../file-chunks.ts'
import { fitMoment, type MomentOptions } from '../fit-scalar.ts'
import type { InferenceRequest, SampleFile } from '../infer-files.ts'
import { mergeTypes } from '../merge-types.ts'
import { decoderOf, flag, hasDatetimePattern, momentOptions, type ReadOptions } from '../read-options.ts'
import { type CsvJudge, csvJudge } from './conforming-csv.ts'
import { type CsvDialect, csvDialect } from './csv-dialect.ts'
import { csvRecords, headerNames } from './parse-csv.ts'

/** The columns of a CSV file from its first `limit` bytes: names from the header, else `_c0`, `_c1`, ... */
export async function inferCsvFile(
  file: SampleFile,
  limit: number,
  { options }: InferenceRequest,
): Promise<StructType> {
  const columns = new ColumnTypes(options)
  const decoder = decoderOf(options)
  const { multiLine, lineSep } = csvDialect(options)
  if (multiLine || lineSep !== undefined || decoder !== undefined) {
    const content = await fileContent(file.path, file.displayPath)
    columns.takeText((decoder ?? new TextDecoder()).decode(content))
    return columns.schema()
  }
  for await (const { bytes, end, isCut } of fileChunks(file.path, file.displayPath, limit)) {
    columns.takeLines(bytes, isCut ? bytes.lastIndexOf(LF, end - 1) + 1 : end)
  }
  return columns.schema()
}

const LF = 10

/** Names and types of columns, as more lines are seen. Lines that the types hold already are passed over by the judge. */
class ColumnTypes {
  readonly #dialect: CsvDialect
  readonly #inference: CsvInference
  readonly #canJudge: boolean
  #names: string[] | undefined
  #types: DataType[] = []
  #skipped = 0

  constructor(options: ReadOptions) {
    this.#dialect = csvDialect(options)
    this.#inference = new CsvInference(this.#dialect, options)
    this.#canJudge = !hasDatetimePattern(options)
  }

  schema(): StructType {
    return struct((this.#names ?? []).map((name, i) => field(name, this.#types[i]!)))
  }

  takeText(text: string): void {
    for (const { values } of csvRecords(text, this.#dialect)) {
      if (this.#skipped++ < this.#dialect.skipRows || values === undefined) continue
      if (this.#names === undefined) {
        this.#names = this.#dialect.hasHeader ? headerNames(values) : values.map((_, i) => `_c${i}`)
        this.#types = this.#names.map(() => VOID)
        if (this.#dialect.hasHeader) continue
      }
      values.slice(0, this.#types.length).forEach((value, i) => {
        if (value !== null) this.#types[i] = this.#inference.widen(this.#types[i]!, value)
      })
    }
  }

  takeLines(bytes: Buffer, end: number): void {
    let at = 0
    let types = ''
    let judge: CsvJudge | undefined
    while (at < end) {
      at = judge?.scan(bytes, at, end) ?? at
      if (at >= end) return
      const stop = Math.min(lineEnd(bytes, at), end)
      this.takeText(bytes.toString('utf8', at, stop).replace(/^\uFEFF/, ''))
      at = stop + 1
      const after = JSON.stringify(this.#types)
      if (after === types) continue
      types = after
      judge = this.#canJudge ? csvJudge(this.#types, this.#dialect) : undefined
    }
  }
}

/** Spark's CSVInferSchema: integer, bigint, decimal, double, date, timestamp, boolean, string, each from the last. */
export class CsvInference {
  readonly #dialect: CsvDialect
  readonly #moments: MomentOptions
  readonly #prefersDecimal: boolean
  readonly #prefersDate: boolean

  constructor(dialect: CsvDialect, options: ReadOptions) {
    this.#dialect = dialect
    this.#moments = momentOptions(options)
    this.#prefersDecimal = flag(options, 'prefersDecimal', false)
    this.#prefersDate = flag(options, 'preferDate', true)
  }

  widen(type: DataType, text: string): DataType {
    if (type.kind === 'string') return type
    const found = this.#typeOf(text)
    return sameKind(found, type) ? type : mergeTypes(type, found)
  }

  #typeOf(text: string): DataType {
    const { nanValue, positiveInf, negativeInf } = this.#dialect
    const whole = text.replace(/^\+(?=\d)/, '')
    if (exactInteger(whole, 'integer') !== undefined) return INTEGER
    if (exactInteger(whole, 'long') !== undefined) return LONG
    if (text === nanValue || text === positiveInf || text === negativeInf) return DOUBLE
    if (/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(text)) return this.#numberType(text.trim())
    if (this.#prefersDate && /^\d{4}-/.test(text) && this.#is(text, 'date')) return DATE
    if (/\d/.test(text) && this.#is(text, 'timestamp')) return TIMESTAMP
    return /^(true|false)$/i.test(text) ? BOOLEAN : STRING
  }

  #numberType(text: string): DataType {
    const isWhole = /^[+-]?\d+$/.test(text)
    return isWhole || this.#prefersDecimal ? (decimalTypeOf(text) ?? DOUBLE) : DOUBLE
  }

  #is(text: string, kind: 'date' | 'timestamp'): boolean {
    return fitMoment(text, kind, this.#moments) !== undefined
  }
}

function sameKind(a: DataType, b: DataType): boolean {
  return a.kind === b.kind && a.kind !== 'decimal'
}
