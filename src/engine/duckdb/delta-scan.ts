import { physicalName } from '../../delta/index.ts'
import { PipelineError } from '../../errors/index.ts'
import { type DeltaScan, type DeltaScanFile, FILE_INDEX, ROW_POSITION } from '../../plan/scan.ts'
import { duckdbType } from '../../sql/duckdb/types.ts'
import { type DataType, fieldNamed, type StructField, type StructType } from '../../types/data-type.ts'
import { physicalField, renamed } from './physical-columns.ts'
import { quoteIdentifier, quoteList, quoteString } from './quote.ts'

/**
 * A Delta scan as a DuckDB relation with the columns of `schema`, which may be some of the table's, cast to their types. Columns of the files are matched by name,
 * without case: what a file lacks is null, what the table lacks is ignored, narrower types are widened. Partition values
 * and what a change feed adds are constants of the file. The connection's TimeZone must be UTC. `held` are tables of
 * positions, for the branches that have one.
 */
export function deltaScanSql(
  scan: DeltaScan,
  schema: StructType,
  held: ReadonlyMap<ScanBranch['kind'], string> = new Map(),
): string {
  const columns = schema.fields.map((each) => columnOf(scan, each))
  const branches = scanBranches(scan)
  if (branches.length === 0) return `(${typedNulls(columns.map((each) => each.field))})`
  const parts = branches.map((each) => branchSql(scan, each, columns, held.get(each.kind)))
  return `(${parts.join(' UNION ALL ')})`
}

/** Files that are read by one read_parquet: all of their rows, all but some, or only some. */
export interface ScanBranch {
  readonly kind: 'all' | 'most' | 'some'
  readonly files: readonly DeltaScanFile[]
}

export function scanBranches({ files }: DeltaScan): readonly ScanBranch[] {
  const kinds = Map.groupBy(files, (each) => (each.keptRows ? 'some' : each.deletedRows ? 'most' : 'all'))
  return [...kinds].map(([kind, list]) => ({ kind, files: list }))
}

/** Where a column's values come from; where both are given, the constant comes first. */
interface Column {
  readonly field: StructField
  /** The field as data files name it. */
  readonly stored?: StructField
  /** A text that holds for all rows of a file; null for none. */
  readonly constant?: (file: DeltaScanFile) => string | null
  /** The row's position in its file. */
  readonly isPosition?: true
}

function columnOf(scan: DeltaScan, wanted: StructField): Column {
  const name = wanted.name.toLowerCase()
  if (wanted.dataType.kind === 'void') return { field: wanted, constant: () => null }
  const partition = scan.partitionColumns.find((each) => each.toLowerCase() === name)
  if (partition !== undefined) return { field: wanted, constant: partitionValue(scan, partition) }
  const known = fieldNamed(scan.tableSchema, name)
  if (known === undefined) return addedColumn(scan, wanted)
  const field = { ...known, name: wanted.name }
  return { field, stored: scan.columnMapping === 'none' ? field : physicalField(field) }
}

/** A row's place, and what a change feed adds to the table's columns (PROTOCOL.md, Change Data Files). */
function addedColumn(scan: DeltaScan, field: StructField): Column {
  switch (field.name.toLowerCase()) {
    case FILE_INDEX: {
      const places = new Map(scan.files.map((file, place) => [file, place]))
      return { field, constant: (file) => String(file.index ?? places.get(file)) }
    }
    case ROW_POSITION:
      return { field, isPosition: true }
    case '_commit_version':
      return { field, constant: ({ change }) => change?.version.toString() ?? null }
    case '_commit_timestamp':
      return { field, constant: ({ change }) => (change ? new Date(change.timestampMs).toISOString() : null) }
    case '_change_type':
      return { field, stored: field, constant: ({ change }) => change?.type ?? null }
    default:
      return { field, stored: field }
  }
}

/** Values stand under the logical name, or under the physical one with column mapping. Empty means null. */
function partitionValue(scan: DeltaScan, column: string): (file: DeltaScanFile) => string | null {
  const field = fieldNamed(scan.tableSchema, column)
  const physical = field === undefined ? column : physicalName(field)
  return ({ partitionValues }) => (partitionValues[physical] ?? partitionValues[column]) || null
}

/** DuckDB's names for a row's file and its position in it, given to the columns that hold them. */
const FILE = 'file_index'
const POSITION = 'file_row_number'

function branchSql(
  scan: DeltaScan,
  branch: ScanBranch,
  columns: readonly Column[],
  heldIn: string | undefined,
): string {
  const { files, kind } = branch
  const data = columns.flatMap((each) => each.stored ?? [])
  const needsPosition = kind !== 'all' || columns.some((each) => each.isPosition)
  const needsFile = needsPosition || columns.some((each) => each.constant !== undefined)
  if (needsFile) checkVirtualNames(scan)
  const virtual = [...(needsFile ? [FILE] : []), ...(needsPosition ? [POSITION] : [])]
  const source = `SELECT ${['*', ...virtual].join(', ')} FROM ${readParquet(scan, files)}`
  // The empty relation before the files gives names and types to the columns that they lack.
  const rows = data.length === 0 ? source : `${typedNulls(data)} UNION ALL BY NAME ${source}`
  const select = columns.map((each) => `${columnSql(each, files)} AS ${quoteIdentifier(each.field.name)}`)
  return `SELECT ${select.join(', ') || '1'} FROM (${rows}) AS f${chosenRows(branch, heldIn)}`
}

/** A column of the same name would hide DuckDB's. */
function checkVirtualNames({ tableSchema }: DeltaScan): void {
  const hiding = fieldNamed(tableSchema, FILE) ?? fieldNamed(tableSchema, POSITION)
  if (hiding !== undefined) throw new PipelineError('DELTA_UNSUPPORTED_COLUMN_NAME', { column: hiding.name })
}

function readParquet(scan: DeltaScan, files: readonly DeltaScanFile[]): string {
  const options = ['hive_partitioning = false']
  if (files.length > 1) options.push('union_by_name = true')
  // Old writers left strings unmarked; where no column is binary they can be nothing else.
  if (!hasBinary(scan.tableSchema)) options.push('binary_as_string = true')
  return `read_parquet(${quoteList(files.map((each) => each.path))}, ${options.join(', ')})`
}

function hasBinary(type: DataType): boolean {
  switch (type.kind) {
    case 'struct':
      return type.fields.some((each) => hasBinary(each.dataType))
    case 'array':
      return hasBinary(type.elementType)
    case 'map':
      return hasBinary(type.keyType) || hasBinary(type.valueType)
    default:
      return type.kind === 'binary' || type.kind === 'variant'
  }
}

function columnSql({ field, stored, constant, isPosition }: Column, files: readonly DeltaScanFile[]): string {
  if (isPosition) return `f.${POSITION}`
  const values: string[] = []
  if (constant !== undefined) values.push(constantSql(files.map(constant), field.dataType))
  if (stored !== undefined) {
    const value = `CAST(f.${quoteIdentifier(stored.name)} AS ${duckdbType(stored.dataType)})`
    values.push(renamed(value, stored.dataType, field.dataType))
  }
  return values.length === 1 ? values[0]! : `coalesce(${values.join(', ')})`
}

/** One constant where all files agree, else a list to look the file's up in. */
function constantSql(values: readonly (string | null)[], type: DataType): string {
  const literal = (value: string | null) => (value === null ? 'NULL' : quoteString(value))
  const isBinary = type.kind === 'binary'
  const duckdb = isBinary ? 'VARCHAR' : duckdbType(type)
  const isSame = values.every((each) => each === values[0])
  const value = isSame
    ? `CAST(${literal(values[0]!)} AS ${duckdb})`
    : `CAST([${values.map(literal).join(', ')}] AS ${duckdb}[])[CAST(f.${FILE} AS BIGINT) + 1]`
  return isBinary ? `encode(${value})` : value
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
