import { symlinkSync } from 'node:fs'
import { extname, join } from 'node:path'
import { isCondition } from '../../errors/index.ts'
import {
  type ReadableLines,
  type RowTarget,
  RowWriter,
  repairJsonLines,
} from '../../formats/json/repair-lines.ts'
import { flag } from '../../formats/read-options.ts'
import { unknownFieldsError } from '../../formats/unknown-fields.ts'
import type { FilesScan, RawFile } from '../../plan/scan.ts'
import { struct } from '../../types/data-type.ts'
import { type FileRelation, readSchema } from './file-columns.ts'
import { columnsArgument, type ScanContext } from './files-scan.ts'
import { quoteList } from './quote.ts'

/** Rows of JSON lines: files that conform are read as they are, others from repaired copies. */
export async function readJsonFiles(scan: FilesScan, context: ScanContext): Promise<FileRelation> {
  const writer = new RowWriter(rowTarget(scan))
  const ignoresMissing = flag(scan.options, 'ignoreMissingFiles', false)
  const readable: ReadableLines[] = []
  const files: RawFile[] = []
  for (const file of scan.files) {
    if (file.sizeBytes === 0) continue
    try {
      readable.push(await repairJsonLines(file, writer, () => join(context.copies(), `${files.length}.json`)))
      files.push(file)
    } catch (error) {
      if (!ignoresMissing || !isCondition(error, 'FAILED_READ_FILE.FILE_NOT_EXIST')) throw error
    }
  }
  if (scan.onUnknownField === 'fail' && writer.unknown?.kind === 'struct')
    throw unknownFieldsError(writer.unknown)
  return jsonRelation(writer.target, files, readable, context)
}

/** What the rows of a scan's files are to become. */
export function rowTarget(scan: FilesScan): RowTarget {
  const corruptColumn = scan.options.columnNameOfCorruptRecord ?? '_corrupt_record'
  const hasCorruptColumn = scan.dataSchema.fields.some((each) => each.name === corruptColumn)
  return {
    schema: struct(scan.dataSchema.fields.filter((each) => each.name !== corruptColumn)),
    onUnknownField: scan.onUnknownField,
    options: scan.options,
    ...(scan.rescuedDataColumn === undefined ? {} : { rescuedColumn: scan.rescuedDataColumn }),
    ...(hasCorruptColumn ? { corruptColumn } : {}),
  }
}

/** DuckDB's own limit for one JSON object, in bytes. */
const DEFAULT_OBJECT_SIZE = 16 << 20

function jsonRelation(
  target: RowTarget,
  files: readonly RawFile[],
  readable: readonly ReadableLines[],
  context: ScanContext,
): FileRelation {
  const schema = readSchema(target.schema, [target.rescuedColumn, target.corruptColumn])
  const columns = schema.fields.map((each) => each.name)
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
function withoutGlob(path: string, context: ScanContext): string {
  if (!/[*?[\]{}]/.test(path)) return path
  const link = join(context.copies(), `link-${++links}${extname(path)}`)
  symlinkSync(path, link)
  return link
}
