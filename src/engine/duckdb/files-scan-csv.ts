import { csvDialect } from '../../formats/csv/csv-dialect.ts'
import type { PlainCsv } from '../../formats/csv/repair-csv.ts'
import type { FilesScan, RawFile } from '../../plan/scan.ts'
import { field, STRING, type StructType, struct } from '../../types/data-type.ts'
import { type FileRelation, fileNumberSql, unionRelations } from './file-columns.ts'
import { columnsArgument, type ScanContext } from './files-scan.ts'
import { ndjsonRelation, withoutGlob } from './ndjson-relation.ts'
import { quoteIdentifier, quoteList, quoteString } from './quote.ts'
import { repairedFiles, rowTarget } from './repaired-files.ts'

interface PlainFile {
  readonly file: RawFile
  readonly plain: PlainCsv
}

/** Rows of CSV files: plain lines by DuckDB's own reader, all others parsed by Spark's rules and handed over as JSON. */
export async function readCsvFiles(scan: FilesScan, context: ScanContext): Promise<FileRelation> {
  const repaired = await repairedFiles(scan, 'csv', context)
  const json = ndjsonRelation(rowTarget(scan), repaired, context)
  const plain = repaired.flatMap(({ file, plain: own }) => (own === undefined ? [] : [{ file, plain: own }]))
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
  const paths = group.map((each) => withoutGlob(each.plain.path, context))
  const own = new Set(schema.fields.map((each) => each.name))
  const values = columns.map((name) =>
    own.has(name) ? quoteIdentifier(name) : `NULL AS ${quoteIdentifier(name)}`,
  )
  const number = fileNumberSql(
    schema.fields.map((each) => each.name),
    paths,
  )
  const sql = `(SELECT ${[...values, number].join(', ')} FROM read_csv(${quoteList(paths)}, ${options.join(', ')}))`
  return { sql, files: group.map((each) => each.file), columns }
}

/** DuckDB's own limit for one line, in bytes. */
const DEFAULT_LINE_SIZE = 2_000_000
