import { isUtf8 } from 'node:buffer'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PipelineError } from '../../errors/index.ts'
import { fileChunks, fileContent } from '../../formats/file-chunks.ts'
import { decoderOf, flag, type ReadOptions } from '../../formats/read-options.ts'
import { writeRows } from '../../formats/repair-file.ts'
import { member } from '../../formats/row-writer.ts'
import type { FilesScan, RawFile } from '../../plan/scan.ts'
import type { FileRelation } from './file-columns.ts'
import type { ScanContext } from './files-scan.ts'
import { ndjsonRelation } from './ndjson-relation.ts'
import { type Repaired, rowTarget, unreadable } from './repaired-files.ts'

/** Rows of text files: a line each, empty ones too, or with `wholeText` a file each. Throws FAILED_READ_FILE.* for bytes that are no text. */
export async function readTextFiles(scan: FilesScan, context: ScanContext): Promise<FileRelation> {
  const column = scan.dataSchema.fields[0]?.name ?? 'value'
  const repaired: Repaired[] = []
  const failed = unreadable(scan)
  mkdirSync(context.copies, { recursive: true })
  for (const [i, file] of scan.files.entries()) {
    try {
      const rows = textRows(file, scan.options, column)
      repaired.push({ file, lines: await writeRows(join(context.copies, `${i}.json`), rows) })
    } catch (error) {
      failed(error)
    }
  }
  return ndjsonRelation(rowTarget(scan), repaired, context)
}

async function* textRows(file: RawFile, options: ReadOptions, column: string): AsyncGenerator<string[]> {
  const row = (text: string) => `{${member(column, JSON.stringify(text))}}`
  const { lineSep } = options
  const isWhole = flag(options, 'wholeText', false)
  if (isWhole || lineSep !== undefined || decoderOf(options) !== undefined) {
    const text = decoded(await fileContent(file.path, file.displayPath), file, options)
    yield isWhole ? [row(text)] : linesOf(text, lineSep).map(row)
    return
  }
  for await (const { bytes, end } of fileChunks(file.path, file.displayPath)) {
    yield linesOf(decoded(bytes.subarray(0, end), file, options), undefined).map(row)
  }
}

function linesOf(text: string, separator: string | undefined): string[] {
  const lines = text.split(separator ?? /\r\n|\r|\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function decoded(bytes: Uint8Array, file: RawFile, options: ReadOptions): string {
  const decoder = decoderOf(options)
  if (decoder === undefined && !isUtf8(bytes)) {
    const reason = 'it is not in UTF-8; the option encoding names another character set'
    throw new PipelineError('FAILED_READ_FILE.NO_HINT', { path: file.displayPath, reason })
  }
  return (decoder ?? new TextDecoder()).decode(bytes)
}
