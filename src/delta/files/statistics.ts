import type { DataType, StructField, StructType } from '../../types/data-type.ts'
import { rawNumber, stringifyExact } from '../../types/exact-json.ts'
import type { Metadata } from '../schema/metadata.ts'
import { dateBound, stringMax, stringMin, timestampBound } from './statistics-bounds.ts'
import type { WrittenColumn, WrittenDataFile } from './written-file.ts'

/** A JSON value for `minValues` or `maxValues`; undefined where a bound cannot be told. */
type Bound = number | string | object | undefined

interface StatisticsTree {
  [field: string]: StatisticsTree | number | string | object
}

/**
 * The `stats` text of a file (PROTOCOL.md, Per-file Statistics). A bound that is not certain is left out: a wrong one
 * makes readers skip rows, a missing one costs them time.
 */
export function fileStatistics(
  file: WrittenDataFile,
  table: Pick<Metadata, 'schema' | 'partitionColumns' | 'configuration'>,
): string {
  const written = new Map(file.columns.map((each) => [pathKey(each.path), each]))
  const minValues: StatisticsTree = {}
  const maxValues: StatisticsTree = {}
  const nullCount: StatisticsTree = {}
  for (const leaf of indexedLeaves(table)) {
    const column = written.get(pathKey(leaf.path))
    if (column === undefined) continue
    place(minValues, leaf.path, bound(column, leaf.type, 'min'))
    place(maxValues, leaf.path, bound(column, leaf.type, 'max'))
    if (column.nullCount !== undefined) place(nullCount, leaf.path, rawNumber(column.nullCount.toString()))
  }
  return stringifyExact({ numRecords: file.numRecords, minValues, maxValues, nullCount })
}

interface Leaf {
  readonly path: readonly string[]
  readonly type: DataType
}

/**
 * The leaf columns that statistics are kept for: those of `delta.dataSkippingStatsColumns` if set, else the first
 * `delta.dataSkippingNumIndexedCols` (32; -1 is all) in schema order, arrays and maps counted as one.
 */
export function indexedLeaves(
  table: Pick<Metadata, 'schema' | 'partitionColumns' | 'configuration'>,
): readonly Leaf[] {
  const partitions = new Set(table.partitionColumns.map((each) => each.toLowerCase()))
  const dataFields = table.schema.fields.filter((each) => !partitions.has(each.name.toLowerCase()))
  const leaves = dataFields.flatMap((each) => leavesOf(each, []))
  const chosen = table.configuration['delta.dataSkippingStatsColumns']
  if (chosen !== undefined) {
    const prefixes = splitColumns(chosen)
    return leaves.filter((leaf) => prefixes.some((prefix) => startsWith(pathKey(leaf.path), prefix)))
  }
  const limit = Number(table.configuration['delta.dataSkippingNumIndexedCols'] ?? 32)
  return limit === -1 ? leaves : leaves.slice(0, Number.isInteger(limit) && limit >= 0 ? limit : 32)
}

function leavesOf(field: StructField, parents: readonly string[]): Leaf[] {
  const path = [...parents, field.name]
  const type = field.dataType
  return type.kind === 'struct' ? childLeaves(type, path) : [{ path, type }]
}

function childLeaves(type: StructType, path: readonly string[]): Leaf[] {
  return type.fields.flatMap((each) => leavesOf(each, path))
}

/** `a, b.c, ` + "`odd,name`.d" as comparable path texts. */
function splitColumns(text: string): string[] {
  const names = text.match(/(?:`[^`]*`|[^,`])+/g) ?? []
  return names.map((name) =>
    pathKey((name.trim().match(/`[^`]*`|[^.`]+/g) ?? []).map((part) => part.replaceAll('`', ''))),
  )
}

function startsWith(key: string, prefix: string): boolean {
  return key === prefix || key.startsWith(`${prefix}\n`)
}

function pathKey(path: readonly string[]): string {
  return path.join('\n').toLowerCase()
}

function place(tree: StatisticsTree, path: readonly string[], value: Bound): void {
  if (value === undefined) return
  let node = tree
  for (const name of path.slice(0, -1)) {
    node[name] ??= {}
    node = node[name] as StatisticsTree
  }
  node[path.at(-1)!] = value
}

function bound(column: WrittenColumn, type: DataType, side: 'min' | 'max'): Bound {
  const text = column[side]
  if (text === undefined || column.hasNan === true) return undefined
  switch (type.kind) {
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      return /^-?\d+$/.test(text) ? rawNumber(text) : undefined
    case 'decimal':
      return /^-?\d+(\.\d+)?$/.test(text) ? rawNumber(text) : undefined
    case 'float':
      return finite(Math.fround(Number(text)))
    case 'double':
      return finite(Number(text))
    case 'date':
      return dateBound(text)
    case 'timestamp':
      return timestampBound(text, side, 'Z')
    case 'timestamp_ntz':
      return timestampBound(text, side, '')
    case 'string':
      return side === 'min' ? stringMin(text) : stringMax(text)
    default:
      return undefined
  }
}

/** JSON has neither NaN nor infinity; -0 is printed as 0, which equals it. */
function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value + 0 : undefined
}
