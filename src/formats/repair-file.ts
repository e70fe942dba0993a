import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorCode, storageError } from '../storage/storage-error.ts'
import type { StructType } from '../types/data-type.ts'
import { csvRows, isLineByLine } from './csv/csv-rows.ts'
import { type PlainCsv, repairCsv } from './csv/repair-csv.ts'
import { writeLines } from './file-chunks.ts'
import { isWhole } from './infer-files.ts'
import { JsonRows } from './json/json-rows.ts'
import { repairJsonLines } from './json/repair-lines.ts'
import { readWholeJson } from './json/whole-json.ts'
import { type RowTarget, RowWriter } from './row-writer.ts'

/** A raw file to be made readable. Plain data: it may be done in another thread. */
export interface RepairJob {
  readonly format: 'json' | 'csv'
  readonly file: { readonly path: string; readonly displayPath: string }
  readonly target: RowTarget
  /** Path of the copies that may be needed, without an ending; its folder is made when it is. */
  readonly copyBase: string
}

/** What DuckDB reads in the place of a raw file: at most one file of JSON lines, and one of plain CSV lines. */
export interface RepairedFile {
  readonly lines?: ReadableLines
  readonly plain?: PlainCsv
  /** Fields that the schema lacks. */
  readonly unknown?: StructType
}

/** Lines of JSON that fit the target's columns: the file itself where all of it does. */
export interface ReadableLines {
  readonly path: string
  /** Bytes of the longest line, at least. */
  readonly longestLine: number
}

/**
 * Makes a file readable: what DuckDB would put into the columns exactly stays as it is, the rest is written anew. Throws
 * FAILED_READ_FILE.*, STORAGE_FULL and STORAGE_ERROR for what is written, and, in mode FAILFAST,
 * MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION.
 */
export async function repairFile(job: RepairJob): Promise<RepairedFile> {
  const writer = new RowWriter(job.target)
  const repaired = await repairedBy(job, writer).catch((error) => {
    throw errorCode(error) === undefined ? error : storageError('write', job.copyBase, error)
  })
  return writer.unknown === undefined ? repaired : { ...repaired, unknown: writer.unknown }
}

function repairedBy(job: RepairJob, writer: RowWriter): Promise<RepairedFile> {
  return job.format === 'json' ? repairJson(job, writer) : repairCsvFile(job, writer)
}

async function repairJson({ file, target, copyBase }: RepairJob, writer: RowWriter): Promise<RepairedFile> {
  const copy = () => copyPath(copyBase, 'json')
  if (isWhole(target.options)) return { lines: await writeRows(copy(), wholeRows(file, writer)) }
  return { lines: await repairJsonLines(file, writer, copy) }
}

async function repairCsvFile(
  { file, target, copyBase }: RepairJob,
  writer: RowWriter,
): Promise<RepairedFile> {
  const copies = { csv: () => copyPath(copyBase, 'csv'), json: () => copyPath(copyBase, 'json') }
  if (!isLineByLine(target.options)) return { lines: await writeRows(copies.json(), csvRows(file, writer)) }
  return repairCsv(file, writer, copies)
}

async function* wholeRows(file: RepairJob['file'], writer: RowWriter): AsyncGenerator<string[]> {
  const rows = new JsonRows(writer, file.displayPath)
  for await (const { text, document, bytes } of readWholeJson(file, writer.target.options)) {
    yield document === undefined ? writer.corrupt(text, file.displayPath, bytes) : rows.ofDocument(document)
  }
}

function copyPath(base: string, ending: string): string {
  mkdirSync(dirname(base), { recursive: true })
  return `${base}.${ending}`
}

/** Writes rows, each the JSON text of one, as lines. */
export async function writeRows(
  path: string,
  rows: AsyncIterable<readonly string[]>,
): Promise<ReadableLines> {
  const copy = openSync(path, 'w')
  let longestLine = 0
  try {
    for await (const piece of rows) {
      if (piece.length === 0) continue
      // A character is at most three bytes of UTF-8.
      for (const row of piece) longestLine = Math.max(longestLine, row.length * 3)
      writeLines(copy, piece)
    }
  } finally {
    closeSync(copy)
  }
  return { path, longestLine }
}
