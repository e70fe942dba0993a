import type { StructField } from '../../../types/data-type.ts'
import { parseDigits, parseExact } from '../../../types/exact-json.ts'
import type { AddFile } from '../../log/actions.ts'
import { ANYTHING, type Range } from './range.ts'
import { dateDays, decimalUnits, parseMoment, type Scalar } from './scalar.ts'

/** The `stats` of a file as JSON gives them; numbers that no double holds exactly as bigint or as their text. */
export interface FileStatistics {
  readonly numRecords?: unknown
  readonly minValues?: unknown
  readonly maxValues?: unknown
  readonly nullCount?: unknown
}

/**
 * The statistics of a file; empty where it has none, or none that can be read: then nothing is known of it. Only with
 * `decimals` do fractions keep all of their digits, which costs time.
 */
export function parseStatistics({ stats }: AddFile, decimals: boolean): FileStatistics {
  if (stats == null || stats === '') return {}
  try {
    const parsed = decimals ? parseDigits(stats) : parseExact(stats)
    return typeof parsed === 'object' && parsed !== null ? parsed : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

/**
 * What statistics tell of a leaf column, by its path of physical names. Bounds hold for all rows, also where deletion
 * vectors made them wide; a null count between none and all tells nothing (PROTOCOL.md, Per-file Statistics). NaN is
 * not covered: writers that take bounds from Parquet leave it out.
 */
export function statisticsRange(
  statistics: FileStatistics,
  path: readonly string[],
  field: StructField,
): Range {
  const kind = field.dataType.kind
  if (['array', 'map', 'struct', 'variant'].includes(kind)) return ANYTHING
  const nullCount = at(statistics.nullCount, path)
  return {
    min: bound(at(statistics.minValues, path), field, 'min'),
    max: bound(at(statistics.maxValues, path), field, 'max'),
    nulls: nullCount !== 0,
    values: typeof nullCount !== 'number' || nullCount !== statistics.numRecords,
  }
}

function at(tree: unknown, path: readonly string[]): unknown {
  let node = tree
  for (const name of path) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, name)) return undefined
    node = (node as Record<string, unknown>)[name]
  }
  return node
}

/** A bound as a value of the column's type now; files from before a type was widened tell the narrower one's. */
function bound(value: unknown, field: StructField, side: 'min' | 'max'): Scalar | undefined {
  const type = field.dataType
  switch (type.kind) {
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      return typeof value === 'bigint' ? value : Number.isInteger(value) ? BigInt(value as number) : undefined
    case 'decimal':
      return decimalBound(value, type.scale, side)
    case 'float':
      return floatBound(value, Math.fround)
    case 'double':
      return doubleBound(value, field, side)
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined
    case 'string':
      return typeof value === 'string' ? stringBound(value, side) : undefined
    case 'date':
      return typeof value === 'string' ? dateDays(value) : undefined
    case 'timestamp':
    case 'timestamp_ntz':
      return typeof value === 'string' ? momentBound(value, type.kind, side) : undefined
    default:
      return undefined
  }
}

function decimalBound(value: unknown, scale: number, side: 'min' | 'max'): bigint | undefined {
  const isNumber = typeof value === 'number' || typeof value === 'bigint'
  return isNumber || typeof value === 'string' ? decimalUnits(String(value), scale, side) : undefined
}

/** Spark writes NaN and the infinities as texts; a bound of NaN tells nothing of the other values. */
function floatBound(value: unknown, round: (value: number) => number): number | undefined {
  const isText = typeof value === 'string' && /^(-?Infinity|[-+\d.e]+)$/i.test(value)
  if (typeof value !== 'number' && typeof value !== 'bigint' && !isText) return undefined
  const number = round(Number(value))
  return Number.isNaN(number) ? undefined : number
}

/** A float's shortest text is not the double that it became: the bound takes in both. */
function doubleBound(value: unknown, field: StructField, side: 'min' | 'max'): number | undefined {
  const number = floatBound(value, (each) => each)
  if (number === undefined || !wasFloat(field)) return number
  return side === 'min' ? Math.min(number, Math.fround(number)) : Math.max(number, Math.fround(number))
}

function wasFloat(field: StructField): boolean {
  const changes = field.metadata['delta.typeChanges']
  return Array.isArray(changes) && changes.some((each: { fromType?: unknown }) => each?.fromType === 'float')
}

/** Delta before 2.0 ended a cut upper bound by U+FFFD, which characters beyond U+FFFF sort after. */
function stringBound(value: string, side: 'min' | 'max'): string {
  return side === 'max' && value.endsWith('\ufffd') ? `${value.slice(0, -1)}\u{10ffff}` : value
}

/**
 * Writers cut timestamps to milliseconds, upper bounds as well, so an upper bound reaches to the end of its last digit.
 * One without a zone is in the writer's, which nobody knows.
 */
function momentBound(
  value: string,
  kind: 'timestamp' | 'timestamp_ntz',
  side: 'min' | 'max',
): bigint | undefined {
  const moment = parseMoment(value)
  if (moment === undefined || (kind === 'timestamp' && !moment.hasZone)) return undefined
  if (side === 'min' || moment.digits === undefined) return moment.micros
  return moment.micros + 10n ** BigInt(6 - Math.min(moment.digits, 6)) - 1n
}
