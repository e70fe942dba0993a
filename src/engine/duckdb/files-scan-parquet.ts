import { mergeStructs } from '../../formats/merge-types.ts'
import { unknownFieldsError } from '../../formats/unknown-fields.ts'
import type { FilesScan, RawFile } from '../../plan/scan.ts'
import { duckdbType } from '../../sql/duckdb/types.ts'
import {
  type DataType,
  fieldNamed,
  type StructField,
  type StructType,
  struct,
} from '../../types/data-type.ts'
import { sameType } from '../../types/same-type.ts'
import { byFile, FILE_NUMBER, type FileRelation, fileNumberSql } from './file-columns.ts'
import type { ScanContext } from './files-scan.ts'
import { withoutGlob } from './ndjson-relation.ts'
import { parquetSchema } from './parquet-schema.ts'
import { quoteIdentifier, quoteList, quoteString } from './quote.ts'
import { rowTarget, unreadable } from './repaired-files.ts'

interface ReadableFile {
  readonly file: RawFile
  readonly path: string
}

/**
 * Rows of Parquet files. Files with the same columns are read together; a column of another type is cast where every value
 * survives the cast, and its other values are rescued, as are the columns that the schema lacks.
 */
export async function readParquetFiles(scan: FilesScan, context: ScanContext): Promise<FileRelation> {
  const { schema, reservedNames, rescuedColumn } = rowTarget(scan)
  const schemas = new Map<ReadableFile, StructType>()
  const failed = unreadable(scan)
  for (const file of scan.files) {
    try {
      const found = await parquetSchema(context.connection, file.path)
      schemas.set({ file, path: withoutGlob(file.path, context) }, found)
    } catch (error) {
      failed(error)
    }
  }
  const readable = [...schemas.keys()]
  const reserved = new Set(reservedNames.map((each) => each.toLowerCase()))
  const unknown = [...schemas.values()]
    .map((each) => unknownOf(each, schema, reserved))
    .reduce(mergeStructs, struct([]))
  if (scan.onUnknownField === 'fail' && unknown.fields.length > 0) throw unknownFieldsError(unknown)

  const columns = [
    ...schema.fields.map((each) => each.name),
    ...(rescuedColumn === undefined ? [] : [rescuedColumn]),
  ]
  const files = readable.map((each) => each.file)
  if (files.length === 0) return { sql: undefined, files, columns }
  const branches = groups(readable, schemas).map(({ members, found }) =>
    branchSql(members, found, schema, rescuedColumn, scan.onUnknownField !== 'ignore', readable),
  )
  return { sql: `(${branches.join(' UNION ALL ')})`, files, columns }
}

/** Files with the very same columns. */
function groups(readable: readonly ReadableFile[], schemas: ReadonlyMap<ReadableFile, StructType>) {
  const byShape = Map.groupBy(readable, (each) => JSON.stringify(schemas.get(each)))
  return [...byShape.values()].map((members) => ({ members, found: schemas.get(members[0]!)! }))
}

function unknownOf(found: StructType, schema: StructType, reserved: ReadonlySet<string>): StructType {
  return struct(
    found.fields.filter(
      (each) => fieldNamed(schema, each.name) === undefined && !reserved.has(each.name.toLowerCase()),
    ),
  )
}

function branchSql(
  members: readonly ReadableFile[],
  found: StructType,
  schema: StructType,
  rescuedColumn: string | undefined,
  rescuesUnknown: boolean,
  all: readonly ReadableFile[],
): string {
  const number = byFile(
    members.map((each) => String(all.indexOf(each))),
    'BIGINT',
  )
  const columns = schema.fields.map(
    (each) => `${valueSql(each, fieldNamed(found, each.name))} AS ${quoteIdentifier(each.name)}`,
  )
  if (rescuedColumn !== undefined) {
    const rescued = found.fields.flatMap((each) =>
      rescueSql(each, fieldNamed(schema, each.name), rescuesUnknown),
    )
    columns.push(`${rescuedSql(rescued, members)} AS ${quoteIdentifier(rescuedColumn)}`)
  }
  const names = found.fields.map((each) => each.name)
  const paths = members.map((each) => each.path)
  const own = [...names.map(quoteIdentifier), fileNumberSql(names, paths)]
  const rows = `(SELECT ${own.join(', ')} FROM read_parquet(${quoteList(paths)}))`
  return `SELECT ${[...columns, `${number} AS ${FILE_NUMBER}`].join(', ')} FROM ${rows}`
}

function valueSql(wanted: StructField, found: StructField | undefined): string {
  const type = duckdbType(wanted.dataType)
  if (found === undefined) return `CAST(NULL AS ${type})`
  const value = quoteIdentifier(found.name)
  if (sameType(found.dataType, wanted.dataType)) return value
  return `CASE WHEN ${survives(value, found.dataType, wanted.dataType)} THEN TRY_CAST(${value} AS ${type}) END`
}

/** True where a value, cast and cast back, is itself. */
function survives(value: string, from: DataType, to: DataType): string {
  if (to.kind === 'string' && from.kind !== 'binary') return 'true'
  return `TRY_CAST(TRY_CAST(${value} AS ${duckdbType(to)}) AS ${duckdbType(from)}) IS NOT DISTINCT FROM ${value}`
}

/** JSON members `"name":value` for the values of a column that have no place. */
function rescueSql(found: StructField, wanted: StructField | undefined, rescuesUnknown: boolean): string[] {
  const value = quoteIdentifier(found.name)
  if (wanted === undefined && !rescuesUnknown) return []
  if (wanted !== undefined && sameType(found.dataType, wanted.dataType)) return []
  const isLost = wanted === undefined ? 'true' : `NOT (${survives(value, found.dataType, wanted.dataType)})`
  const key = quoteString(`${JSON.stringify(found.name)}:`)
  return [`CASE WHEN ${value} IS NOT NULL AND ${isLost} THEN ${key} || ${jsonSql(value, found.dataType)} END`]
}

/** Exact JSON text of a value: DuckDB's own takes decimals through doubles. */
function jsonSql(value: string, type: DataType): string {
  if (type.kind === 'decimal') return `CAST(${value} AS VARCHAR)`
  if (type.kind === 'binary') return `to_json(base64(${value}))::VARCHAR`
  return `to_json(${value})::VARCHAR`
}

function rescuedSql(members: readonly string[], files: readonly ReadableFile[]): string {
  if (members.length === 0) return 'CAST(NULL AS VARCHAR)'
  const paths = files.map(({ file }) => quoteString(`,"_file_path":${JSON.stringify(file.displayPath)}}`))
  const path = byFile(paths, 'VARCHAR')
  const kept = `list_filter([${members.join(', ')}], lambda x: x IS NOT NULL)`
  return `CASE WHEN len(${kept}) > 0 THEN '{' || array_to_string(${kept}, ',') || ${path} END`
}
