import type { DataType, StructField } from '../../types/data-type.ts'
import { rawNumber, stringifyExact } from '../../types/exact-json.ts'
import type { Metadata } from '../schema/metadata.ts'
import { physicalNaming } from '../schema/physical-name.ts'
import { dateBound, stringMax, stringMin, timestampBound } from './statistics-bounds.ts'
import type { WrittenColumn, WrittenDataFile } from './written-file.ts'

/** A JSON value for `minValues` or `maxValues`; undefined where a bound cannot be told. */
type Bound = number | string | object | undefined

interface StatisticsTree {
  [field: string]: StatisticsTree | number | string | object
}

/** What decides which columns of a table have statistics, and under which names. */
export interface StatisticsLayout extends Pick<Metadata, 'schema' | 'partitionColumns' | 'configuration'> {
  /** Paths of physical names, as a snapshot has them: these columns always have statistics. */
  readonly clusteringColumns?: readonly (readonly string[])[] | undefined
}

/**
 * The `stats` text of a file (PROTOCOL.md, Per-file Statistics). A bound that is not certain is left out: a wrong one
 * makes readers skip rows, a missing one costs them time.
 */
export function fileStatistics(file: WrittenDataFile, table: StatisticsLayout): string {
  const written = new Map(file.columns.map((each) => [pathKey(each.path), each]))
  const minValues: StatisticsTree = {}
  const maxValues: StatisticsTree = {}
  const nullCount: StatisticsTree = {}
  const prefixLength = stringPrefixLength(table.configuration)
  for (const { path, physicalPath, type } of indexedLeaves(table)) {
    const column = written.get(pathKey(path))
    if (column === undefined) continue
    place(minValues, physicalPath, bound(column, type, 'min', prefixLength))
    place(maxValues, physicalPath, bound(column, type, 'max', prefixLength))
    if (column.nullCount !== undefined) {
      place(nullCount, physicalPath, rawNumber(column.nullCount.toString()))
    }
  }
  return stringifyExact({ numRecords: file.numRecords, minValues, maxValues, nullCount })
}

interface Leaf {
  readonly path: readonly string[]
  readonly physicalPath: readonly string[]
  readonly type: DataType
}

/**
 * The leaf columns that statistics are kept for: those of `delta.dataSkippingStatsColumns` if set, else the first
 * `delta.dataSkippingNumIndexedCols` (32; -1 is all) in schema order, arrays and maps counted as one; and the table's
 * clustering columns.
 */
export function indexedLeaves(table: StatisticsLayout): readonly Leaf[] {
  const partitions = new Set(table.partitionColumns.map((each) => each.toLowerCase()))
  const dataFields = table.schema.fields.filter((each) => !partitions.has(each.name.toLowerCase()))
  const root = { path: [], physicalPath: [] }
  const leaves = dataFields.flatMap((each) => leavesOf(each, root, physicalNaming(table)))
  const chosen = new Set(chosenLeaves(leaves, table.configuration))
  const clustering = (table.clusteringColumns ?? []).map(pathKey)
  return leaves.filter((leaf) => chosen.has(leaf) || clustering.includes(pathKey(leaf.physicalPath)))
}

function chosenLeaves(leaves: readonly Leaf[], configuration: Metadata['configuration']): readonly Leaf[] {
  const columns = configuration['delta.dataSkippingStatsColumns']
  if (columns !== undefined) {
    const prefixes = splitColumns(columns)
    return leaves.filter((leaf) => prefixes.some((prefix) => startsWith(pathKey(leaf.path), prefix)))
  }
  const limit = Number(configuration['delta.dataSkippingNumIndexedCols'] ?? 32)
  return limit === -1 ? leaves : leaves.slice(0, Number.isInteger(limit) && limit >= 0 ? limit : 32)
}

function leavesOf(
  field: StructField,
  parent: Pick<Leaf, 'path' | 'physicalPath'>,
  nameOf: (field: StructField) => string,
): Leaf[] {
  const own = {
    path: [...parent.path, field.name],
    physicalPath: [...parent.physicalPath, nameOf(field)],
  }
  const type = field.dataType
  return type.kind === 'struct'
    ? type.fields.flatMap((each) => leavesOf(each, own, nameOf))
    : [{ ...own, type }]
}

/** Characters of strings that are kept; fewer than one, or what is no number, counts as Spark's default. */
function stringPrefixLength(configuration: Metadata['configuration']): number {
  const length = Number(configuration['delta.dataSkippingStringPrefixLength'] ?? 32)
  return Number.isInteger(length) && length > 0 ? length : 32
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

function bound(column: WrittenColumn, type: DataType, side: 'min' | 'max', prefixLength: number): Bound {
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
      return side === 'min' ? stringMin(text, prefixLength) : stringMax(text, prefixLength)
    default:
      return undefined
  }
}

/** JSON has neither NaN nor infinity; -0 is printed as 0, which equals it. */
function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value + 0 : undefined
}
