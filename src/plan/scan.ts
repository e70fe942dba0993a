import type { StructType } from '../types/data-type.ts'

/** What a Scan leaf stands for. Plain data; an engine turns each kind into a relation of its own. */
export type ScanInput = DeltaScan | FilesScan | ParquetScan | NdjsonScan | StagedScan

/**
 * Columns that a DeltaScan gives where the schema of its Scan names them, both LONG: the row's file (its `index`) and the
 * row's position in the file, from 0, deleted rows counted. Columns of users are beside them: none has such a name.
 */
export const FILE_INDEX = '{file index}'
export const ROW_POSITION = '{row position}'

/** Data files of a Delta table, as its log names them. */
export interface DeltaScan {
  readonly kind: 'delta'
  readonly files: readonly DeltaScanFile[]
  /** The table's schema, partition columns included, with its field metadata (column mapping, defaults). */
  readonly tableSchema: StructType
  readonly partitionColumns: readonly string[]
  readonly columnMapping: 'none' | 'name' | 'id'
  /** Names in the files of the columns that hold what rows brought from other files, where the table tracks rows. */
  readonly rowTracking?: { readonly rowId: string; readonly rowCommitVersion: string }
}

export interface DeltaScanFile {
  /** Local path that the engine can open. */
  readonly path: string
  /** Text forms of the protocol, by logical or physical column name; null is null. */
  readonly partitionValues: Readonly<Record<string, string | null>>
  readonly sizeBytes: number
  readonly numRecords?: number
  /** Milliseconds since the epoch. */
  readonly modifiedMs?: number
  /** Row tracking: the id of the file's first row, and the version that its rows came with. */
  readonly baseRowId?: bigint
  readonly defaultRowCommitVersion?: number
  /** The value of FILE_INDEX. Default: the file's place in the scan. */
  readonly index?: number
  /** Row positions that are deleted, ascending. */
  readonly deletedRows?: Float64Array
  /** Row positions that are read; the other rows are passed over. Not together with `deletedRows`. */
  readonly keptRows?: Float64Array
  /** `insert`, `delete` ... of a change feed, with the commit it came from. */
  readonly change?: { readonly type?: string; readonly version: number; readonly timestampMs: number }
}

/** A batch of raw files, read exactly: each value in its column or in the rescued-data column. */
export interface FilesScan {
  readonly kind: 'files'
  readonly format: 'json' | 'csv' | 'parquet' | 'text'
  readonly files: readonly RawFile[]
  /** Reader options, resolved to their final values. */
  readonly options: Readonly<Record<string, string>>
  /** Columns to read, partition columns and the rescued-data column left out. */
  readonly dataSchema: StructType
  /** Columns from `k=v` folders. */
  readonly partitionSchema: StructType
  readonly rescuedDataColumn?: string
  /** What to do with a field that the schema lacks. */
  readonly onUnknownField: 'fail' | 'rescue' | 'ignore'
}

export interface RawFile {
  /** Local absolute path. */
  readonly path: string
  /** The path as the user sees it in `_metadata.file_path`. */
  readonly displayPath: string
  readonly sizeBytes: number
  readonly modifiedMs: number
  readonly partitionValues: Readonly<Record<string, string | null>>
}

/** Parquet files of our own, with exactly the scan's schema: state, staged batches. */
export interface ParquetScan {
  readonly kind: 'parquet'
  readonly paths: readonly string[]
}

/** JSON lines of our own making, with exactly the scan's schema: journals. */
export interface NdjsonScan {
  readonly kind: 'ndjson'
  readonly paths: readonly string[]
}

/** Rows that the session holds under a name that it gave. */
export interface StagedScan {
  readonly kind: 'staged'
  readonly table: string
  /** Absent where nobody has counted the rows. */
  readonly rowCount?: bigint
}
