import { pathToFileURL } from 'node:url'
import { physicalName } from '../../delta/index.ts'
import { type DeltaScan, type DeltaScanFile, FILE_INDEX, ROW_POSITION } from '../../plan/scan.ts'
import { duckdbType } from '../../sql/duckdb/types.ts'
import {
  type DataType,
  fieldNamed,
  field as fieldOf,
  LONG,
  type StructField,
  type StructType,
} from '../../types/data-type.ts'
import { sameName } from '../../types/same-name.ts'
import { renamed } from './physical-columns.ts'
import { quoteIdentifier, quoteString } from './quote.ts'
import { type FileLayout, storedField } from './stored-field.ts'

/** A column of a scan over some of its files. */
export interface ScanColumn {
  readonly field: StructField
  /** What it needs of the files' columns, as they name them. */
  readonly stored: readonly StructField[]
  readonly needsFile: boolean
  readonly needsPosition: boolean
  readonly sql: (row: RowSource) => string
}

/** What the SQL of a column may use. */
export interface RowSource {
  readonly files: readonly DeltaScanFile[]
  /** SQL for a column of the files, by its name there. */
  readonly column: (name: string) => string
  /** SQL for the row's file, by its place in `files`, and for its position in the file. */
  readonly file: string
  readonly position: string
}

/** A text that holds for all rows of a file; null for none. */
type Constant = (file: DeltaScanFile) => string | null

export function scanColumn(scan: DeltaScan, wanted: StructField, layout: FileLayout): ScanColumn {
  if (wanted.dataType.kind === 'void') return constantColumn(wanted, () => null)
  const partition = scan.partitionColumns.find((each) => sameName(each, wanted.name))
  if (partition !== undefined) return constantColumn(wanted, partitionValue(scan, partition))
  const known = fieldNamed(scan.tableSchema, wanted.name)
  if (known === undefined) return addedColumn(scan, wanted)
  const field = { ...known, name: wanted.name }
  return storedColumn(field, storedField(scan, field, layout))
}

function constantColumn(field: StructField, constant: Constant): ScanColumn {
  return {
    field,
    stored: [],
    needsFile: true,
    needsPosition: false,
    sql: (row) => constantSql(row, constant, field.dataType),
  }
}

/** A column of the files; where a constant is given, it comes first. */
function storedColumn(field: StructField, stored: StructField, constant?: Constant): ScanColumn {
  return {
    field,
    stored: [stored],
    needsFile: constant !== undefined,
    needsPosition: false,
    sql: (row) => {
      const cast = `CAST(${row.column(stored.name)} AS ${duckdbType(stored.dataType)})`
      const value = renamed(cast, stored.dataType, field.dataType)
      if (constant === undefined) return value
      return `coalesce(${constantSql(row, constant, field.dataType)}, ${value})`
    },
  }
}

/** DuckDB's own count of the files where the indexes run along with it: a sum costs less than a look-up for each row. */
function consecutiveIndex(
  { files, file }: RowSource,
  indexOf: (file: DeltaScanFile) => number,
): string | undefined {
  const first = indexOf(files[0]!)
  const isRunning = files.every((each, place) => indexOf(each) === first + place)
  return isRunning ? `CAST(${file} AS BIGINT) + ${first}` : undefined
}

/** A row's place, its `_metadata`, and what a change feed adds to the columns (PROTOCOL.md, Change Data Files). */
function addedColumn(scan: DeltaScan, field: StructField): ScanColumn {
  switch (field.name.toLowerCase()) {
    case FILE_INDEX: {
      const places = new Map(scan.files.map((file, place) => [file, place]))
      const indexOf = (file: DeltaScanFile) => file.index ?? places.get(file)!
      const column = constantColumn(field, (file) => String(indexOf(file)))
      return { ...column, sql: (row) => consecutiveIndex(row, indexOf) ?? column.sql(row) }
    }
    case ROW_POSITION:
      return { field, stored: [], needsFile: true, needsPosition: true, sql: (row) => row.position }
    case '_metadata':
      return field.dataType.kind === 'struct'
        ? metadataColumn(scan, field, field.dataType)
        : storedColumn(field, field)
    case '_commit_version':
      return constantColumn(field, ({ change }) => change?.version.toString() ?? null)
    case '_commit_timestamp':
      return constantColumn(field, ({ change }) => (change ? isoTime(change.timestampMs) : null))
    case '_change_type':
      return storedColumn(field, field, ({ change }) => change?.type ?? null)
    default:
      return storedColumn(field, field)
  }
}

/** Spark's `_metadata`; ids of rows that came from other files stand in hidden columns of the file (Row Tracking). */
function metadataColumn(scan: DeltaScan, field: StructField, type: StructType): ScanColumn {
  const { rowTracking } = scan
  const stored =
    rowTracking === undefined
      ? []
      : [fieldOf(rowTracking.rowId, LONG), fieldOf(rowTracking.rowCommitVersion, LONG)]
  return {
    field,
    stored,
    needsFile: true,
    needsPosition: true,
    sql: (row) => {
      const values = type.fields.map(
        (each) => `${quoteIdentifier(each.name)} := ${metadataValue(each, scan, row)}`,
      )
      return `struct_pack(${values.join(', ')})`
    },
  }
}

function metadataValue(field: StructField, { rowTracking }: DeltaScan, row: RowSource): string {
  const constant = (value: Constant) => constantSql(row, value, field.dataType)
  const baseRowId: Constant = (file) => file.baseRowId?.toString() ?? null
  const version: Constant = (file) => file.defaultRowCommitVersion?.toString() ?? null
  const own = (name: string | undefined, value: string) =>
    name === undefined ? value : `coalesce(CAST(${row.column(name)} AS BIGINT), ${value})`
  switch (field.name) {
    case 'file_path':
      return constant((file) => pathToFileURL(file.path).href)
    case 'file_name':
      return constant((file) => pathToFileURL(file.path).href.split('/').at(-1)!)
    case 'file_size':
    case 'file_block_length':
      return constant((file) => String(file.sizeBytes))
    case 'file_block_start':
      return constant(() => '0')
    case 'file_modification_time':
      return constant((file) => (file.modifiedMs === undefined ? null : isoTime(file.modifiedMs)))
    case 'row_index':
      return row.position
    case 'base_row_id':
      return constant(baseRowId)
    case 'default_row_commit_version':
      return constant(version)
    case 'row_id':
      return own(rowTracking?.rowId, `${constant(baseRowId)} + ${row.position}`)
    case 'row_commit_version':
      return own(rowTracking?.rowCommitVersion, constant(version))
    default:
      return `CAST(NULL AS ${duckdbType(field.dataType)})`
  }
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

/** Values stand under the logical name, or under the physical one with column mapping. Empty means null. */
function partitionValue(scan: DeltaScan, column: string): Constant {
  const field = fieldNamed(scan.tableSchema, column)
  const physical = field === undefined ? column : physicalName(field)
  return ({ partitionValues }) => (partitionValues[physical] ?? partitionValues[column]) || null
}

/** One constant where all files agree, else a list to look the file's up in. */
function constantSql({ files, file }: RowSource, constant: Constant, type: DataType): string {
  const values = files.map(constant)
  const literal = (value: string | null) => (value === null ? 'NULL' : quoteString(value))
  const isBinary = type.kind === 'binary'
  const duckdb = isBinary ? 'VARCHAR' : duckdbType(type)
  const isSame = values.every((each) => each === values[0])
  const value = isSame
    ? `CAST(${literal(values[0]!)} AS ${duckdb})`
    : `CAST([${values.map(literal).join(', ')}] AS ${duckdb}[])[CAST(${file} AS BIGINT) + 1]`
  return isBinary ? `encode(${value})` : value
}
