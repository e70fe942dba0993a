import type { DataType } from '../../../types/data-type.ts'
import { ANYTHING, mapRange, ONLY_NULL, point, pointOf, type Range } from './range.ts'
import { DAY_MICROS, floorDivide, type Scalar } from './scalar.ts'
import { scalarOfText } from './scalar-of-text.ts'

/** The range of a cast value. Casts that keep the order keep the bounds; texts are read only where there is just one. */
export function castRange(range: Range, from: DataType, to: DataType): Range {
  if (!range.values) return ONLY_NULL
  if (from.kind === to.kind && from.kind !== 'decimal') return range
  if (from.kind === 'string') return ofPoint(range, (value) => scalarOfText(value as string, to))
  if (to.kind === 'string') return ofPoint(range, (value) => textOf(value, from))
  const change = castScalar(from, to)
  return change === undefined ? ANYTHING : fitting(mapRange(range, change), to)
}

/** The result for the only value that there is. */
function ofPoint(range: Range, change: (value: Scalar) => Scalar | undefined): Range {
  if (!range.values) return ONLY_NULL
  const value = pointOf(range)
  const changed = value === undefined ? undefined : change(value)
  return changed === undefined ? ANYTHING : { ...point(changed), nulls: range.nulls }
}

/** Texts that every engine writes alike. */
function textOf(value: Scalar, type: DataType): string | undefined {
  if (typeof value === 'boolean') return String(value)
  const isWhole = INTEGERS[type.kind as keyof typeof INTEGERS] !== undefined
  return isWhole && typeof value === 'bigint' ? value.toString() : undefined
}

const INTEGERS = { byte: 8n, short: 16n, integer: 32n, long: 64n }

type ScalarCast = (value: Scalar, side: 'min' | 'max') => Scalar | undefined

function castScalar(from: DataType, to: DataType): ScalarCast | undefined {
  const fromWhole = from.kind in INTEGERS
  if (from.kind === 'decimal') return castDecimal(from.scale, to)
  if (fromWhole && to.kind in INTEGERS) return (value) => value
  if (fromWhole && to.kind === 'decimal') return (value) => (value as bigint) * 10n ** BigInt(to.scale)
  if (fromWhole && to.kind === 'double') return (value) => Number(value)
  if (fromWhole && to.kind === 'float') return (value) => Math.fround(Number(value))
  if (from.kind === 'float' && to.kind === 'double') return (value) => value
  if (from.kind === 'double' && to.kind === 'float') return (value) => Math.fround(value as number)
  const fromMoment = from.kind === 'timestamp' || from.kind === 'timestamp_ntz'
  const toMoment = to.kind === 'timestamp' || to.kind === 'timestamp_ntz'
  if (from.kind === 'date' && toMoment) return (value) => (value as bigint) * DAY_MICROS
  if (fromMoment && to.kind === 'date') return (value) => floorDivide(value as bigint, DAY_MICROS)
  return fromMoment && toMoment ? (value) => value : undefined
}

function castDecimal(scale: number, to: DataType): ScalarCast | undefined {
  if (to.kind === 'decimal') return (value) => rescale(value as bigint, to.scale - scale)
  if (to.kind !== 'double' && to.kind !== 'float') return undefined
  // Engines divide by a power of ten and may be a unit in the last place off.
  const slack = to.kind === 'double' ? 2 ** -51 : 2 ** -22
  return (value, side) => {
    const number = Number(`${value}e-${scale}`)
    return side === 'min' ? number - Math.abs(number) * slack : number + Math.abs(number) * slack
  }
}

/** Digits that are lost round half away from zero. */
function rescale(units: bigint, by: number): bigint {
  if (by >= 0) return units * 10n ** BigInt(by)
  const unit = 10n ** BigInt(-by)
  const half = units < 0n ? -unit / 2n : unit / 2n
  return (units + half) / unit
}

/** A value that the type cannot hold is an error or NULL: nothing is known then. */
export function fitting(range: Range, type: DataType): Range {
  const bits = INTEGERS[type.kind as keyof typeof INTEGERS]
  const limit = bits !== undefined ? 2n ** (bits - 1n) : decimalLimit(type)
  if (limit === undefined) return range
  const fits = (value: Scalar | undefined) =>
    typeof value === 'bigint' && value < limit && value >= -limit + (bits === undefined ? 1n : 0n)
  return fits(range.min) && fits(range.max) ? range : ANYTHING
}

function decimalLimit(type: DataType): bigint | undefined {
  return type.kind === 'decimal' ? 10n ** BigInt(type.precision) : undefined
}
