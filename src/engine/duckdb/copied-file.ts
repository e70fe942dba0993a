import { DuckDBMapValue, type DuckDBValue } from '@duckdb/node-api'
import { physicalName, type WrittenColumn } from '../../delta/index.ts'
import type { DataType, StructField, StructType } from '../../types/data-type.ts'
import { mapFields } from '../../types/nested-types.ts'
import type { WrittenFile } from '../engine.ts'

/** A partition column and the name under which COPY saw the texts of its values. */
export interface PartitionKey {
  readonly field: StructField
  readonly name: string
}

/** A row of `COPY ... (RETURN_STATS)` as the file that it tells of; names are the table's, not those in the file. */
export function copiedFile(
  row: Record<string, DuckDBValue>,
  schema: StructType,
  keys: readonly PartitionKey[],
  keyTexts: ReadonlyMap<string, string | null> = textEntries(row.partition_keys),
): WrittenFile {
  return {
    localPath: String(row.filename),
    sizeBytes: Number(row.file_size_bytes),
    numRecords: BigInt(String(row.count)),
    partitionValues: Object.fromEntries(
      keys.map(({ field, name }) => [field.name, partitionText(keyTexts.get(name), field.dataType)]),
    ),
    columns: columnStatistics(row.column_statistics, schema),
  }
}

/** DuckDB's text of a partition value in the protocol's form; an empty string and NULL are both null. */
function partitionText(text: string | null | undefined, type: DataType): string | null {
  if (text === undefined || text === null || text === '') return null
  switch (type.kind) {
    case 'timestamp':
      return `${utcText(text).replace(' ', 'T')}Z`
    case 'timestamp_ntz':
      return utcText(text)
    case 'float':
    case 'double':
      return SPECIAL_NUMBERS[text] ?? text
    case 'binary':
      return Buffer.from(text, 'hex').toString('utf8')
    default:
      return text
  }
}

/** As Java prints them and Spark reads them. */
const SPECIAL_NUMBERS: Readonly<Record<string, string>> = {
  nan: 'NaN',
  inf: 'Infinity',
  '-inf': '-Infinity',
}

function columnStatistics(value: DuckDBValue | undefined, schema: StructType): WrittenColumn[] {
  if (!(value instanceof DuckDBMapValue)) return []
  return value.entries.flatMap(({ key, value: statistics }) => {
    const leaf = leafAt(schema, parsePath(String(key)))
    return leaf === undefined ? [] : [leafStatistics(leaf.path, leaf.type, textEntries(statistics))]
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

/**
 * The leaf that a path in a file names, reached through structs alone; undefined below arrays, maps and variants, whose
 * counts are of what is in them.
 */
function leafAt(
  schema: StructType,
  path: readonly string[],
): { path: readonly string[]; type: DataType } | undefined {
  const names: string[] = []
  let type: DataType = schema
  for (const name of path) {
    if (type.kind !== 'struct') return undefined
    const next: StructField | undefined = type.fields.find((each) => physicalName(each) === name)
    if (next === undefined) return undefined
    names.push(next.name)
    type = next.dataType
  }
  return ['struct', 'array', 'map', 'variant'].includes(type.kind) ? undefined : { path: names, type }
}

/** A map of texts as DuckDB's client gives it. */
function textEntries(value: DuckDBValue | undefined): Map<string, string | null> {
  if (!(value instanceof DuckDBMapValue)) return new Map()
  return new Map(
    value.entries.map(({ key, value: item }) => [String(key), item === null ? null : String(item)]),
  )
}

/** The schema with the names as they stand, for files that are named as their columns are. */
export function withoutMapping(schema: StructType): StructType {
  return mapFields(schema, (each) => ({ ...each, metadata: {} }))
}
