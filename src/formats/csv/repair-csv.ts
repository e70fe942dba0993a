import { type Buffer, isUtf8 } from 'node:buffer'
import { closeSync, openSync } from 'node:fs'
import { type Chunk, fileChunks, hasByteOrderMark, lineEnd, writeAll, writeLines } from '../file-chunks.ts'
import { watchFile } from '../file-rest.ts'
import { hasDatetimePattern } from '../read-options.ts'
import type { RepairedFile } from '../repair-file.ts'
import type { RowWriter } from '../row-writer.ts'
import { type CsvJudge, csvJudge } from './conforming-csv.ts'
import { csvDialect } from './csv-dialect.ts'
import { type ColumnPosition, CsvRows } from './csv-rows.ts'

/** Lines that DuckDB's CSV reader takes with types. */
export interface PlainCsv {
  readonly path: string
  readonly hasHeader: boolean
  readonly newLine: '\n' | '\r\n'
  /** What each value of a line is. */
  readonly positions: readonly ColumnPosition[]
  readonly longestLine: number
}

interface CopyPaths {
  readonly csv: () => string
  readonly json: () => string
}

/**
 * Checks a CSV file line by line. Where every line conforms and the file is at rest, the file itself is read; else its
 * conforming lines are copied, and the others become rows that `writer` makes exact.
 */
export async function repairCsv(
  file: { readonly path: string; readonly displayPath: string },
  writer: RowWriter,
  paths: CopyPaths,
): Promise<RepairedFile> {
  const pass = new CsvPass(file.displayPath, writer)
  const watch = watchFile(file.path)
  for await (const chunk of fileChunks(file.path, file.displayPath)) {
    if (pass.conforms(chunk)) continue
    return split(file, writer, paths)
  }
  if (!watch.isAtRest()) return split(file, writer, paths)
  const plain = pass.plain(file.path)
  return plain === undefined ? {} : { plain }
}

async function split(
  file: { readonly path: string; readonly displayPath: string },
  writer: RowWriter,
  paths: CopyPaths,
): Promise<RepairedFile> {
  const pass = new CsvPass(file.displayPath, writer)
  const [csv, json] = [paths.csv(), paths.json()]
  const [plainFile, rowsFile] = [openSync(csv, 'w'), openSync(json, 'w')]
  try {
    for await (const chunk of fileChunks(file.path, file.displayPath)) pass.split(chunk, plainFile, rowsFile)
  } finally {
    closeSync(plainFile)
    closeSync(rowsFile)
  }
  const plain = pass.plain(csv)
  return {
    ...(plain === undefined ? {} : { plain: { ...plain, hasHeader: false } }),
    ...(pass.longestRow === 0 ? {} : { lines: { path: json, longestLine: pass.longestRow } }),
  }
}

const LF = 10
const CR = 13
/** Rows are gathered to so many characters before they are written. */
const WRITE_SIZE = 1 << 18

class CsvPass {
  readonly #rows: CsvRows
  readonly #writer: RowWriter
  readonly #hasHeader: boolean
  #judge: CsvJudge | undefined
  #isOpen = false
  longestRow = 0

  constructor(filePath: string, writer: RowWriter) {
    this.#rows = new CsvRows(filePath, writer)
    this.#writer = writer
    this.#hasHeader = csvDialect(writer.target.options).hasHeader
  }

  /** What of the file the judge has accepted. */
  plain(path: string): PlainCsv | undefined {
    const { positions } = this.#rows
    const newLine = this.#judge?.newLine
    if (newLine === undefined || positions === undefined) return undefined
    return { path, hasHeader: this.#hasHeader, newLine, positions, longestLine: this.#judge!.longestLine }
  }

  conforms({ bytes, end, isFirst }: Chunk): boolean {
    if (isFirst && hasByteOrderMark(bytes, end)) return false
    if (!isUtf8(bytes.subarray(0, end))) return false
    const from = this.#open(bytes, 0, end)
    if (from === undefined) return false
    if (from >= end) return true
    return this.#judge?.scan(bytes, from, end) === end
  }

  split({ bytes, end, isFirst }: Chunk, plain: number, rows: number): void {
    const isValid = isUtf8(bytes.subarray(0, end))
    let at = isFirst && hasByteOrderMark(bytes, end) ? 3 : 0
    let lines: string[] = []
    let size = 0
    const flush = () => {
      if (lines.length > 0) writeLines(rows, lines)
      lines = []
      size = 0
    }
    while (at < end) {
      const from = this.#open(bytes, at, end)
      if (from !== undefined && from > at) {
        at = from
        continue
      }
      const next = isValid && this.#isOpen ? (this.#judge?.scan(bytes, at, end) ?? at) : at
      if (next > at) {
        writeAll(plain, bytes.subarray(at, next))
        if (bytes[next - 1] !== LF) writeAll(plain, NEWLINES[this.#judge!.newLine!])
        at = next
        continue
      }
      const stop = lineEnd(bytes, at)
      for (const row of this.#rows.ofBytes(bytes.subarray(at, stop))) {
        lines.push(row)
        size += row.length
        this.longestRow = Math.max(this.longestRow, row.length * 3)
      }
      if (size > WRITE_SIZE) flush()
      at = bytes[stop] === CR && bytes[stop + 1] === LF ? stop + 2 : stop + 1
    }
    flush()
  }

  /** Reads the header where one is due; gives the place of the first row, or undefined where that is not plain. */
  #open(bytes: Buffer, at: number, end: number): number | undefined {
    if (this.#isOpen) return at
    if (this.#rows.positions === undefined) {
      const stop = lineEnd(bytes, at)
      this.#rows.ofBytes(bytes.subarray(at, stop))
      if (this.#rows.positions === undefined) return undefined
      this.#begin()
      return Math.min(bytes[stop] === CR && bytes[stop + 1] === LF ? stop + 2 : stop + 1, end)
    }
    this.#begin()
    return at
  }

  #begin(): void {
    this.#isOpen = true
    const { options, onUnknownField } = this.#writer.target
    const positions = this.#rows.positions!
    const canSkip = onUnknownField === 'ignore'
    if (hasDatetimePattern(options) || (!canSkip && positions.some((each) => each.column === undefined)))
      return
    this.#judge = csvJudge(
      positions.map((each) => each.column?.dataType),
      csvDialect(options),
    )
  }
}

const NEWLINES = { '\n': new Uint8Array([LF]), '\r\n': new Uint8Array([CR, LF]) }
