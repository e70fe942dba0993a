import { Buffer, isUtf8 } from 'node:buffer'
import { field, type StructField, struct, VOID } from '../../types/data-type.ts'
import { fileContent } from '../file-chunks.ts'
import type { MomentOptions } from '../fit-scalar.ts'
import { decoderOf, momentOptions, type ReadOptions } from '../read-options.ts'
import { member, type RowWriter } from '../row-writer.ts'
import { type CsvDialect, csvDialect } from './csv-dialect.ts'
import { fitCsv } from './fit-csv.ts'
import { CsvInference } from './infer-csv.ts'
import { type CsvRecord, csvRecords, headerNames } from './parse-csv.ts'

interface CsvFile {
  readonly path: string
  readonly displayPath: string
}

/** The rows of a CSV file that is read as a whole, as JSON text that DuckDB reads into the writer's columns exactly. */
export async function* csvRows(file: CsvFile, writer: RowWriter): AsyncGenerator<string[]> {
  const rows = new CsvRows(file.displayPath, writer)
  yield rows.ofBytes(await fileContent(file.path, file.displayPath))
}

/** True where every record is a line of UTF-8. */
export function isLineByLine(options: ReadOptions): boolean {
  const { multiLine, lineSep } = csvDialect(options)
  return !multiLine && lineSep === undefined && decoderOf(options) === undefined
}

/** What the values at one position are. */
export interface ColumnPosition {
  readonly name: string
  /** Undefined: the schema has no such column. */
  readonly column?: StructField
  /** False for values behind the header's last column: no new column can be made of them. */
  readonly isNamed: boolean
}

/** Makes rows of CSV records. The first record is the header where there is one. */
export class CsvRows {
  readonly #filePath: string
  readonly #writer: RowWriter
  readonly #dialect: CsvDialect
  readonly #moments: MomentOptions
  readonly #inference: CsvInference
  #positions: readonly ColumnPosition[] | undefined
  #skipped = 0

  constructor(filePath: string, writer: RowWriter) {
    const { options } = writer.target
    this.#filePath = filePath
    this.#writer = writer
    this.#dialect = csvDialect(options)
    this.#moments = momentOptions(options)
    this.#inference = new CsvInference(this.#dialect, options)
    if (!this.#dialect.hasHeader) this.#positions = this.#byPosition()
  }

  /** What the values of a line are; undefined before the header. */
  get positions(): readonly ColumnPosition[] | undefined {
    return this.#positions
  }

  /** The rows of whole records. */
  ofBytes(bytes: Buffer): string[] {
    const decoder = decoderOf(this.#writer.target.options)
    if (decoder !== undefined) return this.#ofText(decoder.decode(bytes))
    if (isUtf8(bytes)) return this.#ofText(new TextDecoder().decode(bytes))
    return linesOf(bytes).flatMap((line) =>
      isUtf8(line)
        ? this.#ofText(line.toString())
        : this.#writer.corrupt(line.toString(), this.#filePath, line),
    )
  }

  #ofText(text: string): string[] {
    const rows: string[] = []
    for (const record of csvRecords(text, this.#dialect)) {
      if (this.#skipped < this.#dialect.skipRows) this.#skipped++
      else if (this.#positions === undefined) this.#positions = this.#fromHeader(record)
      else rows.push(...this.#rows(record, this.#positions))
    }
    return rows
  }

  #fromHeader({ values }: CsvRecord): ColumnPosition[] {
    if (this.#dialect.isPositional) return this.#byPosition()
    const { schema, onUnknownField } = this.#writer.target
    const fold = (name: string) => (this.#dialect.caseSensitive ? name : name.toLowerCase())
    const columns = new Map(schema.fields.map((each) => [fold(each.name), each]))
    const folded = new Set(schema.fields.map((each) => each.name.toLowerCase()))
    const positions = headerNames(values ?? []).map((name) => {
      const column = columns.get(fold(name))
      columns.delete(fold(name))
      return { name, isNamed: !folded.has(name.toLowerCase()), ...(column === undefined ? {} : { column }) }
    })
    const unknown = positions.filter((each) => each.column === undefined && each.isNamed)
    if (onUnknownField === 'fail')
      this.#writer.noteUnknown(struct(unknown.map(({ name }) => field(name, VOID))))
    return positions
  }

  #byPosition(): ColumnPosition[] {
    return this.#writer.target.schema.fields.map((column) => ({ name: column.name, column, isNamed: true }))
  }

  #rows({ values, text }: CsvRecord, positions: readonly ColumnPosition[]): string[] {
    if (values === undefined) return this.#writer.corrupt(text, this.#filePath)
    const { onUnknownField } = this.#writer.target
    const columns: string[] = []
    const rescued: string[] = []
    const unknown: StructField[] = []
    let isMismatch = values.length !== positions.length
    for (const [i, value] of values.entries()) {
      if (value === null) continue
      const { name, column, isNamed } = positions[i] ?? { name: `_c${i}`, isNamed: false }
      const fitted =
        column === undefined ? undefined : fitCsv(value, column.dataType, this.#dialect, this.#moments)
      if (fitted !== undefined) columns.push(member(name, fitted))
      else if (column !== undefined || onUnknownField !== 'ignore') {
        rescued.push(member(name, JSON.stringify(value)))
        if (column !== undefined) isMismatch = true
        else if (isNamed && onUnknownField === 'fail')
          unknown.push(field(name, this.#inference.widen(VOID, value)))
      }
    }
    const fitted = {
      column: `{${columns.join(',')}}`,
      ...(rescued.length === 0 ? {} : { rescued: `{${rescued.join(',')}}` }),
      ...(unknown.length === 0 ? {} : { unknown: struct(unknown) }),
      isMismatch,
    }
    return this.#writer.row(fitted, text, this.#filePath)
  }
}

/** Lines of bytes that are not all UTF-8. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let i = 0; i <= bytes.length; i++) {
    if (i < bytes.length && bytes[i] !== 10 && bytes[i] !== 13) continue
    if (i > start) lines.push(Buffer.from(bytes.subarray(start, i)))
    start = i + 1
  }
  return lines
}
