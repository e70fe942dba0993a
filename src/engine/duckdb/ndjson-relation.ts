import { closeSync, openSync, symlinkSync, writeSync } from 'node:fs'
import { extname, join } from 'node:path'
import { isCondition } from '../../errors/index.ts'
import { flag } from '../../formats/read-options.ts'
import type { RowTarget } from '../../formats/row-writer.ts'
import type { FilesScan, RawFile } from '../../plan/scan.ts'
import { struct } from '../../types/data-type.ts'
import { type FileRelation, readSchema } from './file-columns.ts'
import { columnsArgument, type ScanContext } from './files-scan.ts'
import { quoteList } from './quote.ts'

/** A file that DuckDB can read, in the place of a raw one. */
export interface ReadableFile {
  readonly file: RawFile
  readonly path: string
  /** Bytes of the longest line. */
  readonly longestLine: number
}

/** What the rows of a scan's files are to become. */
export function rowTarget(scan: FilesScan): RowTarget {
  const corruptColumn = scan.options.columnNameOfCorruptRecord ?? '_corrupt_record'
  const hasCorruptColumn = scan.dataSchema.fields.some((each) => each.name === corruptColumn)
  const reserved = [corruptColumn, '_rescued_data', '_metadata', scan.rescuedDataColumn ?? '']
  return {
    schema: struct(scan.dataSchema.fields.filter((each) => each.name !== corruptColumn)),
    onUnknownField: scan.onUnknownField,
    reservedNames: [...reserved, ...scan.partitionSchema.fields.map((each) => each.name)],
    options: scan.options,
    ...(scan.rescuedDataColumn === undefined ? {} : { rescuedColumn: scan.rescuedDataColumn }),
    ...(hasCorruptColumn ? { corruptColumn } : {}),
  }
}

/** Prepares the files one by one; empty ones have no rows, missing and corrupt ones may be ignored. */
export async function readableFiles<T>(
  scan: FilesScan,
  prepare: (file: RawFile, index: number) => Promise<T>,
): Promise<T[]> {
  const ignoresMissing = flag(scan.options, 'ignoreMissingFiles', false)
  const ignoresCorrupt = flag(scan.options, 'ignoreCorruptFiles', false)
  const readable: T[] = []
  for (const [index, file] of scan.files.entries()) {
    if (file.sizeBytes === 0) continue
    try {
      readable.push(await prepare(file, index))
    } catch (error) {
      const isMissing = ignoresMissing && isCondition(error, 'FAILED_READ_FILE.FILE_NOT_EXIST')
      if (!isMissing && !(ignoresCorrupt && isCondition(error, 'FAILED_READ_FILE.NO_HINT'))) throw error
    }
  }
  return readable
}

/** Writes rows, each the JSON text of one, to a file of the scan's own. */
export async function writeRows(
  file: RawFile,
  path: string,
  rows: AsyncIterable<readonly string[]>,
): Promise<ReadableFile> {
  const copy = openSync(path, 'w')
  let longestLine = 0
  try {
    for await (const piece of rows) {
      if (piece.length === 0) continue
      for (const row of piece) longestLine = Math.max(longestLine, row.length * 3)
      writeSync(copy, `${piece.join('\n')}\n`)
    }
  } finally {
    closeSync(copy)
  }
  return { file, path, longestLine }
}

/** DuckDB's own limit for one JSON object, in bytes. */
const DEFAULT_OBJECT_SIZE = 16 << 20

/** Lines of JSON with the target's columns, read with their types. */
export function ndjsonRelation(
  target: RowTarget,
  readable: readonly ReadableFile[],
  context: ScanContext,
): FileRelation {
  const schema = readSchema(target.schema, [target.rescuedColumn, target.corruptColumn])
  const columns = schema.fields.map((each) => each.name)
  const files = readable.map((each) => each.file)
  if (files.length === 0) return { sql: undefined, files, columns }
  const paths = readable.map((each) => withoutGlob(each.path, context))
  const longest = readable.reduce((most, each) => Math.max(most, each.longestLine), 0)
  const size = longest < DEFAULT_OBJECT_SIZE - 2 ? '' : `, maximum_object_size = ${longest + 1024}`
  const argument = columnsArgument(schema.fields.length === 0 ? NO_COLUMNS : schema)
  const sql = `read_json(${quoteList(paths)}, format = 'newline_delimited', columns = ${argument}${size})`
  return { sql, files, columns }
}

/** DuckDB wants one column at least. */
const NO_COLUMNS = readSchema(struct([]), ['_'])

let links = 0

/** DuckDB takes a path with glob characters for a pattern: such a file is read through a link. */
export function withoutGlob(path: string, context: ScanContext): string {
  if (!/[*?[\]{}]/.test(path)) return path
  const link = join(context.copies(), `link-${++links}${extname(path)}`)
  symlinkSync(path, link)
  return link
}
