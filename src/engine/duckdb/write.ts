import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { duckdbType } from '../../sql/duckdb/types.ts'
import { fieldNamed, type StructField, type StructType, struct } from '../../types/data-type.ts'
import { holdsKind } from '../../types/type-classes.ts'
import type { WriteRequest, WrittenFile } from '../engine.ts'
import type { Bound } from './compile.ts'
import { copiedFile, type PartitionKey, withoutMapping } from './copied-file.ts'
import { fieldIds, physicalField, renamed, unshredded, withoutVoid } from './physical-columns.ts'
import { quoteIdentifier, quoteString } from './quote.ts'
import { rowObjectsOf } from './result-rows.ts'
import { writeSlices } from './write-slices.ts'

/** Files beyond this size are split, so that readers can skip and share work. */
const FILE_SIZE = 256 * 2 ** 20

/** Rows of a Parquet row group, DuckDB's default, and the file size from which on groups are that large. */
const ROW_GROUP = 122_880
const SMALL_FILE = 32 * 2 ** 20

/** A query ready for COPY: the files' columns, then one text per partition column. */
export interface ParquetCopy {
  readonly connection: DuckDBConnection
  readonly columns: string
  /** SELECT items that give the texts of the partition values under the keys' names. */
  readonly keyColumns: readonly string[]
  readonly keys: readonly PartitionKey[]
  /** A name that neither the files' columns nor the keys have. */
  readonly position: string
  /** SQL of the query, whose columns stand behind `q`. */
  readonly from: string
  /** Columns of the query to sort by. */
  readonly orderBy: readonly string[]
  /** The table's columns, with the names of the files' in their metadata. */
  readonly schema: StructType
  readonly options: readonly string[]
  readonly folder: string
  /** Bytes. */
  readonly fileSize: number
}

export type WriteTarget = Omit<WriteRequest, 'query'>

/**
 * Writes a bound query as Parquet (zstd) below a local folder, which writers may share: every column cast to the wanted type
 * and missing ones NULL. Files without rows are removed again, and all of them where it fails. Nothing is synced: publishing
 * does that.
 */
export async function copyToParquet(
  connection: DuckDBConnection,
  query: Bound,
  target: WriteTarget,
): Promise<WrittenFile[]> {
  const isPlain = target.partitionColumns.length === 0 && (target.orderBy ?? []).length === 0
  const folder = isPlain ? target.folder : join(target.folder, randomUUID())
  mkdirSync(folder, { recursive: true })
  const copy = parquetCopy(connection, query, { ...target, folder })
  try {
    const files = copy.orderBy.length > 0 ? await writeSlices(copy) : await writeAtOnce(copy)
    for (const empty of files.filter((each) => each.numRecords === 0n)) rmSync(empty.localPath)
    return files.filter((each) => each.numRecords > 0n)
  } catch (error) {
    if (!isPlain) rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

function parquetCopy(connection: DuckDBConnection, query: Bound, target: WriteTarget): ParquetCopy {
  const isMapped = (target.columnMapping ?? 'none') !== 'none'
  const schema = isMapped ? target.schema : withoutMapping(target.schema)
  const partitions = target.partitionColumns.map((name) => fieldNamed(schema, name)!)
  const data = schema.fields.filter((each) => each.dataType.kind !== 'void' && !partitions.includes(each))
  const prefix = freePrefix(data)
  const keys = partitions.map((field, index) => ({ field, name: `${prefix}${index}` }))
  const ids = isMapped ? fieldIds(data) : undefined
  const fileSize = target.targetFileSize ?? FILE_SIZE
  // Sorted files are written one by one, each as long as it is to be.
  const isSorted = (target.orderBy ?? []).length > 0
  return {
    connection,
    columns: data.map((each) => columnSql(query, each)).join(', '),
    keyColumns: keys.map(({ field, name }) => `${keySql(query, field)} AS ${quoteIdentifier(name)}`),
    keys,
    position: `${prefix}row`,
    from: `(${query.sql}) AS q`,
    orderBy: target.orderBy ?? [],
    schema,
    options: [
      'FORMAT parquet',
      'CODEC zstd',
      'RETURN_STATS',
      ...(hasSoundBlooms(data) ? [] : ['WRITE_BLOOM_FILTER false']),
      ...(fileSize < SMALL_FILE && !isSorted ? [`ROW_GROUP_SIZE ${smallGroup(fileSize)}`] : []),
      ...(ids === undefined ? [] : [`FIELD_IDS {${ids}}`]),
    ],
    folder: target.folder,
    fileSize,
  }
}

/** Small files need small groups: a file can end only where a group does. */
function smallGroup(fileSize: number): number {
  return Math.max(1, Math.floor((ROW_GROUP / 2048) * (fileSize / SMALL_FILE))) * 2048
}

/**
 * DuckDB asks Bloom filters for a binary by its printed form and tells -0.0 from 0.0: rows that equal the value are not
 * found, by joins neither.
 */
function hasSoundBlooms(fields: readonly StructField[]): boolean {
  return !holdsKind(struct(fields), ['binary', 'variant', 'float', 'double'])
}

/** A beginning that no column of the files has. */
function freePrefix(fields: readonly StructField[]): string {
  let prefix = 'key'
  while (fields.some((each) => physicalField(each).name.toLowerCase().startsWith(prefix))) prefix += '_'
  return prefix
}

function columnSql(query: Bound, field: StructField): string {
  const cast = { ...field, dataType: withoutVoid(field.dataType) }
  const { name, dataType } = physicalField({ ...cast, dataType: unshredded(cast.dataType) })
  return `${renamed(castSql(query, cast), cast.dataType, dataType)} AS ${quoteIdentifier(name)}`
}

function castSql(query: Bound, field: StructField): string {
  const from = fieldNamed(query.schema, field.name)
  const value = from === undefined ? 'NULL' : `q.${quoteIdentifier(from.name)}`
  return `CAST(${value} AS ${duckdbType(field.dataType)})`
}

function keySql(query: Bound, field: StructField): string {
  const value = castSql(query, field)
  return field.dataType.kind === 'binary' ? `hex(${value})` : `CAST(${value} AS VARCHAR)`
}

/** One COPY for all files. Folders of partitions are named by their values, which may be too long for one. */
async function writeAtOnce(copy: ParquetCopy): Promise<WrittenFile[]> {
  const { keys, columns, keyColumns, from, fileSize } = copy
  const query = `SELECT ${[columns, ...keyColumns].join(', ')} FROM ${from}`
  if (keys.length === 0) return copyInto(copy, query, copy.folder, [`FILE_SIZE_BYTES ${fileSize}`])
  const destination = join(copy.folder, 'data')
  const by = `PARTITION_BY (${keys.map((each) => quoteIdentifier(each.name)).join(', ')})`
  try {
    return await splitLarge(copy, await copyInto(copy, query, destination, [by]))
  } catch (error) {
    if (!(error instanceof Error) || !/Failed to create directory|File name too long/.test(error.message)) {
      throw error
    }
    rmSync(destination, { recursive: true, force: true })
    return writeSlices(copy)
  }
}

async function copyInto(
  copy: ParquetCopy,
  query: string,
  destination: string,
  options: readonly string[],
): Promise<WrittenFile[]> {
  const prefix = `part-${randomUUID()}`
  const all = [...copy.options, ...options, `FILENAME_PATTERN '${prefix}-{i}'`, 'OVERWRITE_OR_IGNORE']
  try {
    const rows = await copyRows(copy.connection, query, destination, all)
    return rows.map((row) => copiedFile(row, copy.schema, copy.keys))
  } catch (error) {
    removeFiles(destination, prefix)
    throw error
  }
}

/** What a failed COPY has left in a folder that it may share with others. */
function removeFiles(folder: string, prefix: string): void {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) if (name.startsWith(prefix)) rmSync(join(folder, name))
}

/** Runs a COPY and gives its rows, one a file. */
export async function copyRows(
  connection: DuckDBConnection,
  query: string,
  destination: string,
  options: readonly string[],
): Promise<Record<string, DuckDBValue>[]> {
  const sql = `COPY (${query}) TO ${quoteString(destination)} (${options.join(', ')})`
  return rowObjectsOf(await connection.run(sql))
}

/** DuckDB writes a partition as one file, however large. */
async function splitLarge(copy: ParquetCopy, files: readonly WrittenFile[]): Promise<WrittenFile[]> {
  const result: WrittenFile[] = []
  for (const file of files) {
    if (file.sizeBytes <= 1.5 * copy.fileSize) {
      result.push(file)
      continue
    }
    const query = `SELECT * FROM read_parquet(${quoteString(file.localPath)}, hive_partitioning = false)`
    const parts = await copyInto(copy, query, `${file.localPath}.parts`, [`FILE_SIZE_BYTES ${copy.fileSize}`])
    rmSync(file.localPath)
    result.push(...parts.map((each) => ({ ...each, partitionValues: file.partitionValues })))
  }
  return result
}
