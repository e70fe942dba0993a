import { mkdirSync, symlinkSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { RowTarget } from '../../formats/row-writer.ts'
import { struct } from '../../types/data-type.ts'
import { type FileRelation, fileNumberSql, readSchema } from './file-columns.ts'
import { columnsArgument, type ScanContext } from './files-scan.ts'
import { quoteIdentifier, quoteList } from './quote.ts'
import type { Repaired } from './repaired-files.ts'

/** DuckDB's own limit for one JSON object, in bytes. */
const DEFAULT_OBJECT_SIZE = 16 << 20

/** Lines of JSON with the target's columns, read with their types. */
export function ndjsonRelation(
  target: RowTarget,
  repaired: readonly Repaired[],
  context: ScanContext,
): FileRelation {
  const schema = readSchema(target.schema, [target.rescuedColumn, target.corruptColumn])
  const columns = schema.fields.map((each) => each.name)
  const readable = repaired.flatMap(({ file, lines }) => (lines === undefined ? [] : [{ file, ...lines }]))
  const files = readable.map((each) => each.file)
  if (files.length === 0) return { sql: undefined, files, columns }
  const paths = readable.map((each) => withoutGlob(each.path, context))
  const longest = readable.reduce((most, each) => Math.max(most, each.longestLine), 0)
  const size = longest < DEFAULT_OBJECT_SIZE - 2 ? '' : `, maximum_object_size = ${longest + 1024}`
  const argument = columnsArgument(schema.fields.length === 0 ? NO_COLUMNS : schema)
  const rows = `read_json(${quoteList(paths)}, format = 'newline_delimited', columns = ${argument}${size})`
  const selected = [...columns.map(quoteIdentifier), fileNumberSql(columns, paths)]
  return { sql: `(SELECT ${selected.join(', ')} FROM ${rows})`, files, columns }
}

/** DuckDB wants one column at least. */
const NO_COLUMNS = readSchema(struct([]), ['_'])

let links = 0

/** DuckDB takes a path with glob characters for a pattern: such a file is read through a link. */
export function withoutGlob(path: string, context: ScanContext): string {
  if (!/[*?[\]{}]/.test(path)) return path
  mkdirSync(context.copies, { recursive: true })
  const link = join(context.copies, `link-${++links}${extname(path)}`)
  symlinkSync(path, link)
  return link
}
