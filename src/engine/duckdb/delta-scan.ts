import type { DuckDBConnection } from '@duckdb/node-api'
import type { DeltaScan, DeltaScanFile } from '../../plan/scan.ts'
import { duckdbType } from '../../sql/duckdb/types.ts'
import type { StructField, StructType } from '../../types/data-type.ts'
import { holdsKind } from '../../types/type-classes.ts'
import { type ScanColumn, scanColumn } from './delta-scan-columns.ts'
import { holdPositions } from './held-positions.ts'
import { quoteIdentifier, quoteList, quoteString } from './quote.ts'
import { type FileLayout, fileLayouts, storedField } from './stored-field.ts'

/**
 * A Delta scan as DuckDB relations: of the columns of a schema, which may be some of the table's, cast to their types.
 * Columns of the files are matched by name, without case, or by id: what a file lacks is null, what the table lacks is
 * ignored, narrower types are widened. Partition values and what a change feed adds are constants of the file. The
 * connection's TimeZone must be UTC; it holds what is too long for the text until it closes.
 */
export async function bindDeltaScan(
  connection: DuckDBConnection,
  scan: DeltaScan,
): Promise<(schema: StructType) => string> {
  const branches = scanBranches(scan, await fileLayouts(connection, scan))
  const held = await holdPositions(connection, branches)
  return (schema) => branchesSql(scan, schema, branches, held)
}

/** Files that are read by one read_parquet: alike in their columns, and in whether all rows are read, most or some. */
export interface ScanBranch {
  readonly kind: 'all' | 'most' | 'some'
  readonly layout: FileLayout
  readonly files: readonly DeltaScanFile[]
}

function scanBranches(
  { files }: DeltaScan,
  layouts: ReadonlyMap<string, NonNullable<FileLayout>>,
): readonly ScanBranch[] {
  const keys = new Map<FileLayout, string>()
  const keyOf = (layout: FileLayout): string => {
    if (!keys.has(layout)) keys.set(layout, JSON.stringify(layout))
    return keys.get(layout)!
  }
  const kindOf = (file: DeltaScanFile) => (file.keptRows ? 'some' : file.deletedRows ? 'most' : 'all')
  const groups = Map.groupBy(files, (file) => `${kindOf(file)} ${keyOf(layouts.get(file.path))}`)
  return [...groups.values()].map((list) => ({
    kind: kindOf(list[0]!),
    layout: layouts.get(list[0]!.path),
    files: list,
  }))
}

function branchesSql(
  scan: DeltaScan,
  schema: StructType,
  branches: readonly ScanBranch[],
  held: ReadonlyMap<ScanBranch, string>,
): string {
  if (branches.length === 0) return `(${typedNulls(schema.fields)})`
  const parts = branches.map((branch) => {
    const columns = schema.fields.map((each) => scanColumn(scan, each, branch.layout))
    return branchSql(scan, branch, columns, held.get(branch))
  })
  return `(${parts.join(' UNION ALL ')})`
}

/** DuckDB's names for a row's file and its position in it, given to the columns that hold them. */
const FILE = 'file_index'
const POSITION = 'file_row_number'

function branchSql(
  scan: DeltaScan,
  branch: ScanBranch,
  columns: readonly ScanColumn[],
  heldIn: string | undefined,
): string {
  const { files, kind } = branch
  const data = columns.flatMap((each) => each.stored)
  const needsPosition = kind !== 'all' || columns.some((each) => each.needsPosition)
  const needsFile = needsPosition || columns.some((each) => each.needsFile)
  const virtual = [...(needsFile ? [FILE] : []), ...(needsPosition ? [POSITION] : [])]
  const hiding = hidingColumns(scan, branch)
  const renames = hiding.length > 0 ? [...data, ...hiding] : []
  const source = `SELECT ${['*', ...virtual].join(', ')} FROM ${readParquet(scan, files, renames)}`
  // The empty relation before the files gives names and types to the columns that they lack.
  const rows = data.length === 0 ? source : `${typedNulls(data.map(unhidden))} UNION ALL BY NAME ${source}`
  const row = {
    files,
    column: (name: string) => `f.${quoteIdentifier(unhiddenName(name))}`,
    file: `f.${FILE}`,
    position: `f.${POSITION}`,
  }
  const select = columns.map((each) => `${each.sql(row)} AS ${quoteIdentifier(each.field.name)}`)
  return `SELECT ${select.join(', ') || '1'} FROM (${rows}) AS f${chosenRows(branch, heldIn)}`
}

/** Columns whose names would hide DuckDB's own. */
function hidingColumns(scan: DeltaScan, { layout }: ScanBranch): readonly StructField[] {
  return scan.tableSchema.fields
    .map((each) => storedField(scan, each, layout))
    .filter((each) => each.name !== unhiddenName(each.name))
}

function unhidden(field: StructField): StructField {
  return { ...field, name: unhiddenName(field.name) }
}

/** Another name for a column that would hide one of DuckDB's; brackets stand in no name that a file may have. */
function unhiddenName(name: string): string {
  const lower = name.toLowerCase()
  return lower === FILE || lower === POSITION ? `${name} (column)` : name
}

/** With `renames`, only those columns are read, under names that hide nothing. */
function readParquet(
  scan: DeltaScan,
  files: readonly DeltaScanFile[],
  renames: readonly StructField[],
): string {
  const options = ['hive_partitioning = false']
  if (renames.length > 0) options.push(`schema = MAP {${[...new Set(renames.map(schemaEntry))].join(', ')}}`)
  else if (files.length > 1) options.push('union_by_name = true')
  // Old writers left strings unmarked; where no column is binary they can be nothing else.
  if (!holdsKind(scan.tableSchema, ['binary', 'variant'])) options.push('binary_as_string = true')
  return `read_parquet(${quoteList(files.map((each) => each.path))}, ${options.join(', ')})`
}

function schemaEntry({ name, dataType }: StructField): string {
  const type = quoteString(duckdbType(dataType))
  return `${quoteString(name)}: {name: ${quoteString(unhiddenName(name))}, type: ${type}, default_value: NULL}`
}

/** Leaves out the rows that deletion vectors name, or all others, by their position in the file. */
function chosenRows({ kind, files }: ScanBranch, heldIn: string | undefined): string {
  if (kind === 'all') return ''
  const rows = heldIn === undefined ? `(${listedPositions(files)})` : quoteIdentifier(heldIn)
  const join = kind === 'some' ? 'SEMI' : 'ANTI'
  return ` ${join} JOIN ${rows} AS d ON f.${FILE} = d.file AND f.${POSITION} = d.position`
}

function listedPositions(files: readonly DeltaScanFile[]): string {
  const lists = files.map(
    ({ deletedRows, keptRows }, index) => `(${index}, [${(keptRows ?? deletedRows!).join(', ')}]::BIGINT[])`,
  )
  return `SELECT v.file, unnest(v.rows) AS position FROM (VALUES ${lists.join(', ')}) AS v(file, rows)`
}

/** A relation of the right columns without rows. */
function typedNulls(fields: readonly StructField[]): string {
  const columns = fields.map(
    (each) => `CAST(NULL AS ${duckdbType(each.dataType)}) AS ${quoteIdentifier(each.name)}`,
  )
  return `SELECT ${columns.join(', ') || '1'} WHERE false`
}
