import { Buffer, isUtf8 } from 'node:buffer'
import { closeSync, openSync } from 'node:fs'
import { type Chunk, fileChunks, hasByteOrderMark, lineEnd, writeAll, writeLines } from '../file-chunks.ts'
import { watchFile } from '../file-rest.ts'
import { hasDatetimePattern } from '../read-options.ts'
import type { ReadableLines } from '../repair-file.ts'
import type { RowWriter } from '../row-writer.ts'
import { lineJudge } from './conforming-lines.ts'
import { JsonRows } from './json-rows.ts'

/**
 * Checks a file of JSON lines. Where every line conforms and the file is at rest, the file itself can be read with types;
 * else `copyPath` names a new file for a copy: the same lines as they are and the others as rows that `writer` makes exact.
 */
export async function repairJsonLines(
  file: { readonly path: string; readonly displayPath: string },
  writer: RowWriter,
  copyPath: () => string,
): Promise<ReadableLines> {
  const pass = new LinesPass(file.displayPath, writer)
  const watch = watchFile(file.path)
  for await (const chunk of fileChunks(file.path, file.displayPath)) {
    if (pass.conforms(chunk)) continue
    return repaired(file, pass, copyPath())
  }
  if (!watch.isAtRest()) return repaired(file, pass, copyPath())
  return { path: file.path, longestLine: pass.longestLine }
}

async function repaired(
  file: { readonly path: string; readonly displayPath: string },
  pass: LinesPass,
  copyPath: string,
): Promise<ReadableLines> {
  const copy = openSync(copyPath, 'w')
  try {
    for await (const chunk of fileChunks(file.path, file.displayPath)) pass.copy(chunk, copy)
  } finally {
    closeSync(copy)
  }
  return { path: copyPath, longestLine: pass.longestLine }
}

const LF = 10
const CR = 13
const NEWLINE = Buffer.from('\n')
/** Rows are gathered to so many bytes before they are written. */
const WRITE_BYTES = 1 << 18

class LinesPass {
  readonly #filePath: string
  readonly #writer: RowWriter
  readonly #judge: ReturnType<typeof lineJudge>
  readonly #judges: boolean
  readonly #jsonRows: JsonRows
  #longestRow = 0

  constructor(filePath: string, writer: RowWriter) {
    this.#filePath = filePath
    this.#writer = writer
    this.#jsonRows = new JsonRows(writer, filePath)
    const { schema, onUnknownField, options } = writer.target
    this.#judges = !hasDatetimePattern(options)
    this.#judge = lineJudge(schema, onUnknownField === 'ignore')
  }

  get longestLine(): number {
    return Math.max(this.#judge.longestLine, this.#longestRow)
  }

  conforms({ bytes, end, isFirst }: Chunk): boolean {
    if (!this.#judges || (isFirst && hasByteOrderMark(bytes, end))) return false
    return this.#judge.scan(bytes, 0, end) === end && isUtf8(bytes.subarray(0, end))
  }

  /** Writes the chunk's conforming lines as they are and the rows of all others. */
  copy({ bytes, end, isFirst }: Chunk, into: number): void {
    const isValid = isUtf8(bytes.subarray(0, end))
    let rows: string[] = []
    let size = 0
    const flush = () => {
      if (rows.length > 0) writeLines(into, rows)
      rows = []
      size = 0
    }
    let at = isFirst && hasByteOrderMark(bytes, end) ? 3 : 0
    while (at < end) {
      const next = this.#conformingEnd(bytes, at, end, isValid)
      if (next > at) {
        flush()
        writeAll(into, bytes.subarray(at, next))
        if (bytes[next - 1] !== LF) writeAll(into, NEWLINE)
        at = next
        continue
      }
      const stop = lineEnd(bytes, at)
      for (const row of this.#rows(bytes.subarray(at, stop), isValid)) {
        rows.push(row)
        size += row.length
        this.#longestRow = Math.max(this.#longestRow, row.length * 3)
      }
      if (size > WRITE_BYTES) flush()
      at = bytes[stop] === CR && bytes[stop + 1] === LF ? stop + 2 : stop + 1
    }
    flush()
  }

  /** How far lines conform. Where the chunk holds bad UTF-8, one line at a time. */
  #conformingEnd(bytes: Buffer, at: number, end: number, isValid: boolean): number {
    if (!this.#judges) return at
    if (isValid) return this.#judge.scan(bytes, at, end)
    const next = Math.min(bytes.indexOf(LF, at) + 1, end)
    return isUtf8(bytes.subarray(at, next)) ? this.#judge.scan(bytes, at, next) : at
  }

  #rows(line: Buffer, isValid: boolean): string[] {
    if (!isValid && !isUtf8(line)) return this.#writer.corrupt(line.toString(), this.#filePath, line)
    return this.#jsonRows.ofText(line.toString())
  }
}
