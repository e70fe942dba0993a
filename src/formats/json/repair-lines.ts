import { Buffer, isUtf8 } from 'node:buffer'
import { closeSync, openSync, writeSync } from 'node:fs'
import { PipelineError } from '../../errors/index.ts'
import type { DataType, StructType } from '../../types/data-type.ts'
import { type Chunk, fileChunks } from '../file-chunks.ts'
import { mergeTypes } from '../merge-types.ts'
import {
  hasDatetimePattern,
  jsonSyntax,
  momentOptions,
  type ReadMode,
  type ReadOptions,
  readMode,
} from '../read-options.ts'
import { lineJudge } from './conforming-lines.ts'
import { type FitOptions, fitJson } from './fit-json.ts'
import { type JsonInference, PLAIN_INFERENCE } from './infer-json.ts'
import { type JsonDocument, type JsonSyntax, type JsonValue, parseJson } from './parse-json.ts'

/** How rows are made of records: one reader per scan. */
export interface RowTarget {
  /** Columns to fill, partition columns, rescued-data and corrupt-record column left out. */
  readonly schema: StructType
  readonly rescuedColumn?: string
  /** Where `mode` PERMISSIVE puts the text of a malformed record. */
  readonly corruptColumn?: string
  readonly onUnknownField: 'fail' | 'rescue' | 'ignore'
  readonly options: ReadOptions
  readonly inference?: JsonInference
}

/** Rows as JSON text, one a row, that DuckDB's typed reader puts into the target's columns exactly. */
export class RowWriter {
  readonly target: RowTarget
  readonly syntax: JsonSyntax
  readonly #mode: ReadMode
  readonly #fit: FitOptions
  /** Fields met so far that the schema lacks. */
  unknown: DataType | undefined

  constructor(target: RowTarget) {
    this.target = target
    this.syntax = jsonSyntax(target.options)
    this.#mode = readMode(target.options)
    this.#fit = {
      ...momentOptions(target.options),
      caseSensitive: target.options.readerCaseSensitive?.toLowerCase() !== 'false',
      onUnknownField: target.onUnknownField,
      inference: target.inference ?? PLAIN_INFERENCE,
    }
  }

  /** The rows of one record's text; none for blank text. */
  rows(text: string, filePath: string): string[] {
    if (/^[ \t]*$/.test(text)) return []
    const document = parseJson(text, this.syntax)
    if ('error' in document) return this.corrupt(text, filePath)
    return this.rowsOf(document, document.roots[0]!, filePath)
  }

  /** An object is a row, an array a row for each of its objects, as in Spark. */
  rowsOf(document: JsonDocument, root: JsonValue, filePath: string): string[] {
    if (root.kind === 'object') return this.#row(document, root, filePath)
    if (root.kind === 'array') return root.items.flatMap((item) => this.#element(document, item, filePath))
    return this.corrupt(document.source.slice(root.start, root.end), filePath)
  }

  #element(document: JsonDocument, item: JsonValue, filePath: string): string[] {
    return item.kind === 'object'
      ? this.#row(document, item, filePath)
      : this.corrupt(document.source.slice(item.start, item.end), filePath)
  }

  #row(document: JsonDocument, value: JsonValue, filePath: string): string[] {
    const { schema, rescuedColumn, corruptColumn } = this.target
    const fitted = fitJson(document, value, schema, this.#fit)
    if (fitted.unknown !== undefined)
      this.unknown = mergeTypes(this.unknown ?? fitted.unknown, fitted.unknown)
    if (rescuedColumn !== undefined) return [this.#line(fitted.column!, fitted.rescued, filePath)]
    if (fitted.isMismatch !== true || this.#mode === 'PERMISSIVE') {
      const text = fitted.isMismatch === true ? document.source.slice(value.start, value.end) : undefined
      return [
        corruptColumn === undefined || text === undefined
          ? fitted.column!
          : withMember(fitted.column!, corruptColumn, text),
      ]
    }
    return this.corrupt(document.source.slice(value.start, value.end), filePath)
  }

  /**
   * A record that is no JSON: PERMISSIVE keeps its text in the corrupt-record column, else in the rescued data. Bytes that
   * are no UTF-8 are kept in base64 beside their readable form.
   */
  corrupt(text: string, filePath: string, bytes?: Uint8Array): string[] {
    const { rescuedColumn, corruptColumn } = this.target
    if (this.#mode === 'DROPMALFORMED') return []
    if (this.#mode === 'FAILFAST') {
      throw new PipelineError('MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION', {
        badRecord: text.slice(0, 200),
        path: filePath,
      })
    }
    const record = JSON.stringify(text.toWellFormed())
    const base64 =
      bytes === undefined ? '' : `,"_corrupt_record_base64":"${Buffer.from(bytes).toString('base64')}"`
    if (corruptColumn !== undefined && (base64 === '' || rescuedColumn === undefined)) {
      return [`{${JSON.stringify(corruptColumn)}:${record}}`]
    }
    return [
      this.#line(
        '{}',
        rescuedColumn === undefined ? undefined : `{"_corrupt_record":${record}${base64}}`,
        filePath,
      ),
    ]
  }

  #line(columns: string, rescued: string | undefined, filePath: string): string {
    if (rescued === undefined) return columns
    return withMember(
      columns,
      this.target.rescuedColumn!,
      `${rescued.slice(0, -1)},"_file_path":${JSON.stringify(filePath)}}`,
    )
  }
}

function withMember(object: string, name: string, text: string): string {
  const separator = object === '{}' ? '' : ','
  return `${object.slice(0, -1)}${separator}${JSON.stringify(name)}:${JSON.stringify(text)}}`
}

/** A file as it can be read by DuckDB: itself, or a copy in which every line that deviated was replaced. */
export interface ReadableLines {
  readonly path: string
  /** Bytes of the longest line. */
  readonly longestLine: number
}

/**
 * Checks a file of JSON lines. Where every line conforms, the file itself can be read with types; else `copyPath` names a new
 * file for a copy: the same lines as they are and the others as rows that `writer` makes exact.
 */
export async function repairJsonLines(
  file: { readonly path: string; readonly displayPath: string },
  writer: RowWriter,
  copyPath: () => string,
): Promise<ReadableLines> {
  const pass = new LinesPass(file.displayPath, writer)
  for await (const chunk of fileChunks(file.path, file.displayPath)) {
    if (pass.conforms(chunk)) continue
    return repaired(file, pass, copyPath())
  }
  return { path: file.path, longestLine: pass.longestLine }
}

async function repaired(
  file: { readonly path: string; readonly displayPath: string },
  pass: LinesPass,
  copyPath: string,
): Promise<ReadableLines> {
  const copy = openSync(copyPath, 'wx')
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
  #longestRow = 0

  constructor(filePath: string, writer: RowWriter) {
    this.#filePath = filePath
    this.#writer = writer
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
      if (rows.length > 0) writeSync(into, `${rows.join('\n')}\n`)
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
      const lineEnd = endOfLine(bytes, at)
      for (const row of this.#rows(bytes.subarray(at, lineEnd), isValid)) {
        rows.push(row)
        size += row.length
        this.#longestRow = Math.max(this.#longestRow, row.length * 3)
      }
      if (size > WRITE_BYTES) flush()
      at = bytes[lineEnd] === CR && bytes[lineEnd + 1] === LF ? lineEnd + 2 : lineEnd + 1
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
    return this.#writer.rows(line.toString(), this.#filePath)
  }
}

function hasByteOrderMark(bytes: Uint8Array, end: number): boolean {
  return end >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

function endOfLine(bytes: Uint8Array, from: number): number {
  let at = from
  while (bytes[at] !== LF && bytes[at] !== CR) at++
  return at
}

function writeAll(into: number, bytes: Uint8Array): void {
  let written = 0
  while (written < bytes.length) written += writeSync(into, bytes, written)
}
