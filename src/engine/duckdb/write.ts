import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBMapValue, type DuckDBValue } from '@duckdb/node-api'
import type { WrittenColumn } from '../../delta/index.ts'
import { duckdbType } from '../../sql/duckdb/types.ts'
import { type DataType, fieldNamed, type StructType } from '../../types/data-type.ts'
import type { WriteRequest, WrittenFile } from '../engine.ts'
import type { Bound } from './compile.ts'
import { quoteIdentifier, quoteString } from './quote.ts'

/** Files beyond this size are split, so that readers can skip and share work. */
const FILE_SIZE = '256MB'

/**
 * Writes a bound query as Parquet (zstd, DuckDB's row groups) below a local folder, every column cast to the wanted type
 * and missing ones NULL. Files without rows are removed again. Nothing is synced: publishing does that.
 */
export async function copyToParquet(
  connection: DuckDBConnection,
  query: Bound,
  target: Pick<WriteRequest, 'schema' | 'partitionColumns' | 'folder' | 'orderBy'>,
): Promise<WrittenFile[]> {
  mkdirSync(target.folder, { recursive: true })
  const isPartitioned = target.partitionColumns.length > 0
  const options = [
    'FORMAT parquet',
    'CODEC zstd',
    'RETURN_STATS',
    `FILENAME_PATTERN 'part-{uuid}'`,
    'OVERWRITE_OR_IGNORE',
    isPartitioned
      ? `PARTITION_BY (${target.partitionColumns.map(quoteIdentifier).join(', ')})`
      : `FILE_SIZE_BYTES '${FILE_SIZE}'`,
  ]
  const destination = join(target.folder, 'data')
  const sql = `COPY (${castQuery(query, target)}) TO ${quoteString(destination)} (${options.join(', ')})`
  const reader = await connection.runAndReadAll(sql)
  const files = reader.getRowObjects().map((row) => writtenFile(row, target.schema, target.partitionColumns))
  for (const empty of files.filter((each) => each.numRecords === 0n)) rmSync(empty.localPath)
  return files.filter((each) => each.numRecords > 0n)
}

function castQuery(query: Bound, target: Pick<WriteRequest, 'schema' | 'orderBy'>): string {
  const columns = target.schema.fields
    .filter((each) => each.dataType.kind !== 'void')
    .map((each) => {
      const from = fieldNamed(query.schema, each.name)
      const value = from === undefined ? 'NULL' : `q.${quoteIdentifier(from.name)}`
      return `CAST(${value} AS ${duckdbType(each.dataType)}) AS ${quoteIdentifier(each.name)}`
    })
  const order = target.orderBy?.length ? ` ORDER BY ${target.orderBy.map(quoteIdentifier).join(', ')}` : ''
  return `SELECT ${columns.join(', ')} FROM (${query.sql}) AS q${order}`
}

function writtenFile(
  row: Record<string, DuckDBValue>,
  schema: StructType,
  partitionColumns: readonly string[],
): WrittenFile {
  const keys = textEntries(row.partition_keys)
  return {
    localPath: String(row.filename),
    sizeBytes: Number(row.file_size_bytes),
    numRecords: BigInt(String(row.count)),
    partitionValues: Object.fromEntries(
      partitionColumns.map((name) => [
        name,
        partitionText(keys.get(name), fieldNamed(schema, name)!.dataType),
      ]),
    ),
    columns: columnStatistics(row.column_statistics, schema),
  }
}

/** DuckDB's text of a partition value in the protocol's form; an empty string and NULL are both null. */
function partitionText(text: string | null | undefined, type: DataType): string | null {
  if (text === undefined || text === null || text === '') return null
  if (type.kind === 'timestamp') return `${utcText(text).replace(' ', 'T')}Z`
  if (type.kind === 'timestamp_ntz') return utcText(text)
  return text
}

function columnStatistics(value: DuckDBValue | undefined, schema: StructType): WrittenColumn[] {
  if (!(value instanceof DuckDBMapValue)) return []
  return value.entries.flatMap(({ key, value: statistics }) => {
    const path = parsePath(String(key))
    const type = leafType(schema, path)
    return type === undefined ? [] : [leafStatistics(path, type, textEntries(statistics))]
  })
}

function leafStatistics(
  path: readonly string[],
  type: DataType,
  entries: ReadonlyMap<string, string | null>,
): WrittenColumn {
  const bound = (text: string | null | undefined) =>
    text === undefined || text === null ? undefined : type.kind.startsWith('timestamp') ? utcText(text) : text
  const nullCount = entries.get('null_count')
  return {
    path,
    min: bound(entries.get('min')),
    max: bound(entries.get('max')),
    nullCount: nullCount === undefined || nullCount === null ? undefined : BigInt(nullCount),
    hasNan: entries.get('has_nan') === 'true',
  }
}

/** `YYYY-MM-DD HH:MM:SS.ffffff` from DuckDB's text, which drops a zero fraction and marks UTC by `+00`. */
function utcText(text: string): string {
  const [whole, fraction = ''] = text.replace(/\+00$/, '').split('.') as [string, string?]
  return `${whole}.${fraction.padEnd(6, '0')}`
}

/** `"st"."y.z"` as its names. */
function parsePath(text: string): string[] {
  return [...text.matchAll(/"((?:[^"]|"")*)"/g)].map((each) => each[1]!.replaceAll('""', '"'))
}

/** The type of a leaf reached through structs alone; undefined below arrays and maps, whose counts are of elements. */
function leafType(schema: StructType, path: readonly string[]): DataType | undefined {
  let type: DataType = schema
  for (const name of path) {
    if (type.kind !== 'struct') return undefined
    const next: DataType | undefined = type.fields.find((each) => each.name === name)?.dataType
    if (next === undefined) return undefined
    type = next
  }
  return type.kind === 'struct' || type.kind === 'array' || type.kind === 'map' ? undefined : type
}

function textEntries(value: DuckDBValue | undefined): Map<string, string | null> {
  if (!(value instanceof DuckDBMapValue)) return new Map()
  return new Map(
    value.entries.map(({ key, value: item }) => [String(key), item === null ? null : String(item)]),
  )
}
