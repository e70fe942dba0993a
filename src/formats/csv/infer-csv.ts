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
import { fileChunks, fileContent } from '../file-chunks.ts'
import { fitMoment, type MomentOptions } from '../fit-scalar.ts'
import type { InferenceRequest, SampleFile } from '../infer-files.ts'
import { mergeTypes } from '../merge-types.ts'
import { decoderOf, flag, momentOptions, type ReadOptions } from '../read-options.ts'
import { type CsvDialect, csvDialect } from './csv-dialect.ts'
import { csvRecords, headerNames } from './parse-csv.ts'

/** The columns of a CSV file from its first `limit` bytes: names from the header, else `_c0`, `_c1`, ... */
export async function inferCsvFile(
  file: SampleFile,
  limit: number,
  request: InferenceRequest,
): Promise<StructType> {
  const dialect = csvDialect(request.options)
  const inference = new CsvInference(dialect, request.options)
  const text = await sampleText(file, limit, dialect, request.options)
  let names: string[] | undefined
  const types: DataType[] = []
  let skipped = 0
  for (const { values } of csvRecords(text, dialect)) {
    if (skipped++ < dialect.skipRows || values === undefined) continue
    if (names === undefined) {
      names = dialect.hasHeader ? headerNames(values) : values.map((_, i) => `_c${i}`)
      if (dialect.hasHeader) continue
    }
    for (let i = 0; i < names.length; i++) {
      const value = values[i]
      if (value != null) types[i] = inference.widen(types[i] ?? VOID, value)
    }
  }
  return struct((names ?? []).map((name, i) => field(name, types[i] ?? VOID)))
}

async function sampleText(
  file: SampleFile,
  limit: number,
  dialect: CsvDialect,
  options: ReadOptions,
): Promise<string> {
  const decoder = decoderOf(options) ?? new TextDecoder()
  if (dialect.multiLine || decoderOf(options) !== undefined) {
    return decoder.decode(await fileContent(file.path, file.displayPath))
  }
  let text = ''
  for await (const { bytes, end, isCut } of fileChunks(file.path, file.displayPath, limit)) {
    text += decoder.decode(bytes.subarray(0, isCut ? bytes.lastIndexOf(10, end - 1) + 1 : end))
  }
  return text
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
