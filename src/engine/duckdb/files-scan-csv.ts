import { join } from 'node:path'
import { csvDialect } from '../../formats/csv/csv-dialect.ts'
import { csvRows, isLineByLine } from '../../formats/csv/csv-rows.ts'
import { type PlainCsv, repairCsv } from '../../formats/csv/repair-csv.ts'
import { RowWriter } from '../../formats/row-writer.ts'
import { unknownFieldsError } from '../../formats/unknown-fields.ts'
import type { FilesScan, RawFile } from '../../plan/scan.ts'
import { field, STRING, type StructType, struct } from '../../types/data-type.ts'
import { type FileRelation, unionRelations } from './file-columns.ts'
import { columnsArgument, type ScanContext } from './files-scan.ts'
import {
  ndjsonRelation,
  type ReadableFile,
  readableFiles,
  rowTarget,
  withoutGlob,
  writeRows,
} from './ndjson-relation.ts'
import { quoteIdentifier, quoteList, quoteString } from './quote.ts'

interface PlainFile {
  readonly file: RawFile
  readonly plain: PlainCsv
}

/** Rows of CSV files: plain lines by DuckDB's own reader, all others parsed by Spark's rules and handed over as JSON. */
export async function readCsvFiles(scan: FilesScan, context: ScanContext): Promise<FileRelation> {
  const writer = new RowWriter(rowTarget(scan))
  const plain: PlainFile[] = []
  const repaired: ReadableFile[] = []
  await readableFiles(scan, async (file, index) => {
    const copy = (ending: string) => join(context.copies(), `${index}.${ending}`)
    if (!isLineByLine(scan.options)) {
      repaired.push(await writeRows(file, copy('json'), csvRows(file, writer)))
      return
    }
    const readable = await repairCsv(file, writer, { csv: () => copy('csv'), json: () => copy('json') })
    if (readable.plain !== undefined) plain.push({ file, plain: readable.plain })
    if (readable.repaired !== undefined) repaired.push({ file, ...readable.repaired })
  })
  if (scan.onUnknownField === 'fail' && writer.unknown !== undefined) throw unknownFieldsError(writer.unknown)
  const json = ndjsonRelation(writer.target, repaired, context)
  const groups = Map.groupBy(plain, ({ plain: { positions, newLine, hasHeader } }) =>
    JSON.stringify([positions.map((each) => each.name), newLine, hasHeader]),
  )
  const relations = [...groups.values()].map((group) => csvRelation(group, scan, json.columns, context))
  return unionRelations([...relations, json], scan.files)
}

/** Files with the same columns in the same order. */
function csvRelation(
  group: readonly PlainFile[],
  scan: FilesScan,
  columns: readonly string[],
  context: ScanContext,
): FileRelation {
  const { positions, newLine, hasHeader } = group[0]!.plain
  const { sep, quote } = csvDialect(scan.options)
  const schema: StructType = struct(
    positions.map(({ column }, i) => column ?? field(`millrace_unread_${i}`, STRING)),
  )
  const longest = group.reduce((most, each) => Math.max(most, each.plain.longestLine), 0)
  const options = [
    'auto_detect = false',
    `header = ${hasHeader}`,
    `columns = ${columnsArgument(schema)}`,
    `delim = ${quoteString(sep)}`,
    `quote = ${quoteString(quote)}`,
    `escape = ${quoteString(quote)}`,
    `new_line = '${newLine === '\n' ? '\\n' : '\\r\\n'}'`,
    ...(longest < DEFAULT_LINE_SIZE ? [] : [`max_line_size = ${longest * 2}`]),
  ]
  const paths = quoteList(group.map((each) => withoutGlob(each.plain.path, context)))
  const own = new Set(schema.fields.map((each) => each.name))
  const values = columns.map((name) =>
    own.has(name) ? quoteIdentifier(name) : `NULL AS ${quoteIdentifier(name)}`,
  )
  const sql = `(SELECT ${[...values, 'file_index'].join(', ')} FROM read_csv(${paths}, ${options.join(', ')}))`
  return { sql, files: group.map((each) => each.file), columns }
}

/** DuckDB's own limit for one line, in bytes. */
const DEFAULT_LINE_SIZE = 2_000_000
