import { basename } from 'node:path'
import type { FilesScan, RawFile } from '../../plan/scan.ts'
import { duckdbType } from '../../sql/duckdb/types.ts'
import { type DataType, fieldNamed, STRING, type StructType } from '../../types/data-type.ts'
import { sameName } from '../../types/same-name.ts'
import { quoteIdentifier, quoteList, quoteString } from './quote.ts'

/** A relation over files that has the data columns (and those of rescued text) and `FILE_NUMBER`. */
export interface FileRelation {
  /** SQL that can stand behind FROM; undefined when there is no file to read. */
  readonly sql: string | undefined
  /** The files of the rows, in the order of their numbers. */
  readonly files: readonly RawFile[]
  /** Columns that the relation has. */
  readonly columns: readonly string[]
}

/** Which of the relation's files a row is from, counted from 0. */
export const FILE_NUMBER = 'millrace_file'

/** `FILE_NUMBER` for a reader of files: DuckDB's virtual column, or the file's path where a column of the files hides that. */
export function fileNumberSql(columns: readonly string[], paths: readonly string[]): string {
  const isHidden = columns.some((each) => each.toLowerCase() === 'file_index')
  const number = isHidden ? `list_position(${quoteList(paths)}, filename) - 1` : 'file_index'
  return `CAST(${number} AS BIGINT) AS ${FILE_NUMBER}`
}

/** The row's file's own among values that stand in the order of the files. */
export function byFile(literals: readonly string[], type: string): string {
  return `CAST([${literals.join(', ')}] AS ${type}[])[${FILE_NUMBER} + 1]`
}

const METADATA_TYPE =
  'STRUCT(file_path VARCHAR, file_name VARCHAR, file_size BIGINT, ' +
  'file_modification_time TIMESTAMP WITH TIME ZONE, file_block_start BIGINT, file_block_length BIGINT)'

/** Adds what depends on the file alone (partition columns, `_metadata`) and puts the columns in the schema's order. */
export function withFileColumns(
  relation: FileRelation,
  scan: FilesScan,
  schema: StructType,
  withMetadata: boolean,
): string {
  const columns = schema.fields.map(({ name, dataType }) => {
    const value = columnValue(relation, scan, name, dataType)
    return value === quoteIdentifier(name) ? value : `${value} AS ${quoteIdentifier(name)}`
  })
  if (withMetadata) columns.push(`${perFile(relation.files, metadataOf, METADATA_TYPE)} AS "_metadata"`)
  const source = relation.sql === undefined ? `(SELECT 0 AS ${FILE_NUMBER} WHERE false)` : relation.sql
  return `(SELECT ${columns.length === 0 ? 'NULL' : columns.join(', ')} FROM ${source})`
}

function columnValue(relation: FileRelation, scan: FilesScan, name: string, type: DataType): string {
  const partition = fieldNamed(scan.partitionSchema, name)
  if (partition !== undefined) {
    return perFile(
      relation.files,
      (file) => textOrNull(file.partitionValues[partition.name]),
      duckdbType(type),
    )
  }
  const column = relation.columns.find((each) => sameName(each, name))
  if (relation.sql === undefined || column === undefined) return `CAST(NULL AS ${duckdbType(type)})`
  return quoteIdentifier(column)
}

/** Several relations with the same columns as one over `files`. */
export function unionRelations(relations: readonly FileRelation[], files: readonly RawFile[]): FileRelation {
  const parts = relations.filter((each) => each.sql !== undefined)
  const columns = relations[0]!.columns
  if (parts.length === 0) return { sql: undefined, files: [], columns }
  if (parts.length === 1) return parts[0]!
  const places = new Map(files.map((file, i) => [file, i]))
  const branches = parts.map((part) => {
    const index = part.files.map((file) => places.get(file)!)
    const number = `${byFile(index.map(String), 'BIGINT')} AS ${FILE_NUMBER}`
    return `SELECT ${[...columns.map(quoteIdentifier), number].join(', ')} FROM ${part.sql}`
  })
  return { sql: `(${branches.join(' UNION ALL ')})`, files, columns }
}

/** A constant where all files agree, else a list that is indexed by the row's file. */
function perFile(files: readonly RawFile[], literal: (file: RawFile) => string, type: string): string {
  const literals = files.map(literal)
  if (new Set(literals).size <= 1) return `CAST(${literals[0] ?? 'NULL'} AS ${type})`
  return byFile(literals, type)
}

function metadataOf(file: RawFile): string {
  const modified = `make_timestamptz(${Math.round(file.modifiedMs * 1000)})`
  const path = quoteString(file.displayPath)
  const name = quoteString(basename(file.path))
  const size = String(file.sizeBytes)
  return (
    `{'file_path': ${path}, 'file_name': ${name}, 'file_size': ${size}, ` +
    `'file_modification_time': ${modified}, 'file_block_start': 0, 'file_block_length': ${size}}`
  )
}

function textOrNull(text: string | null | undefined): string {
  return text === null || text === undefined ? 'NULL' : quoteString(text)
}

/** The schema that a file reader is given: data columns, and the text columns that repaired rows carry. */
export function readSchema(data: StructType, extra: readonly (string | undefined)[]): StructType {
  const names = extra.filter((name): name is string => name !== undefined)
  const own = data.fields.filter((each) => !names.some((name) => sameName(name, each.name)))
  return {
    kind: 'struct',
    fields: [...own, ...names.map((name) => ({ name, dataType: STRING, nullable: true, metadata: {} }))],
  }
}
