import type { DataType, DecimalType } from './data-type.ts'
import { decimalFor } from './decimal-rules.ts'
import { sameType } from './same-type.ts'
import { isAtomic, isDatetime, isFractional, isIntegral, isInterval, isNumeric } from './type-classes.ts'

/** Whether CAST between two types is allowed at all (Spark's Cast.canAnsiCast). */
export function canCast(from: DataType, to: DataType): boolean {
  if (from.kind === 'unknown' || to.kind === 'unknown' || from.kind === 'void' || sameType(from, to))
    return true
  if (insideContainers(from, to, canCast)) return true
  switch (to.kind) {
    case 'string':
      return true
    case 'binary':
      return from.kind === 'string'
    case 'boolean':
      return from.kind === 'string' || isNumeric(from) || from.kind === 'variant'
    case 'timestamp':
      return from.kind === 'string' || isDatetime(from) || isNumeric(from) || from.kind === 'variant'
    case 'timestamp_ntz':
    case 'date':
      return from.kind === 'string' || isDatetime(from) || from.kind === 'variant'
    case 'variant':
      return isAtomic(from) || from.kind === 'array' || from.kind === 'struct'
    default:
      if (isInterval(to)) return from.kind === 'string' || isIntegral(from)
      return isNumeric(to) && castsToNumber(from)
  }
}

function castsToNumber(from: DataType): boolean {
  return (
    isNumeric(from) || isInterval(from) || ['string', 'boolean', 'timestamp', 'variant'].includes(from.kind)
  )
}

/**
 * Whether an argument may silently become the type that a function wants under ANSI (Spark's AnsiTypeCoercion.implicitCast):
 * a string becomes any atomic type, every atomic type a string, numbers each other, dates and timestamps each other.
 */
export function canImplicitlyCast(from: DataType, to: DataType): boolean {
  if (from.kind === 'unknown' || to.kind === 'unknown' || from.kind === 'void' || sameType(from, to))
    return true
  if (insideContainers(from, to, canImplicitlyCast)) return true
  if (from.kind === 'string') return isAtomic(to)
  if (to.kind === 'string') return isAtomic(from)
  return (isNumeric(from) && isNumeric(to)) || (isDatetime(from) && isDatetime(to))
}

type Rule = (from: DataType, to: DataType) => boolean

function insideContainers(from: DataType, to: DataType, rule: Rule): boolean {
  if (from.kind === 'array' && to.kind === 'array') return rule(from.elementType, to.elementType)
  if (from.kind === 'map' && to.kind === 'map') {
    return rule(from.keyType, to.keyType) && rule(from.valueType, to.valueType)
  }
  if (from.kind !== 'struct' || to.kind !== 'struct' || from.fields.length !== to.fields.length) return false
  return from.fields.every((each, i) => rule(each.dataType, to.fields[i]!.dataType))
}

/**
 * Whether Spark calls the result of a cast nullable though its input is not (Cast.forceNullable). Under ANSI such a cast
 * raises instead, but the schema says nullable all the same.
 */
export function castMayGiveNull(from: DataType, to: DataType): boolean {
  if (from.kind === 'void' || sameType(from, to)) return false
  if (from.kind === 'string') return to.kind !== 'binary'
  if (to.kind === 'decimal') return !fitsDecimal(from, to)
  switch (from.kind) {
    case 'timestamp':
      return ['byte', 'short', 'integer'].includes(to.kind)
    case 'variant':
      return true
    case 'date':
      return false
    default:
      return (isFractional(from) && (isIntegral(to) || to.kind === 'timestamp')) || to.kind === 'date'
  }
}

function fitsDecimal(from: DataType, to: DecimalType): boolean {
  if (from.kind === 'boolean') return to.precision > to.scale
  if (from.kind === 'float' || from.kind === 'double') return false
  const digits = decimalFor(from)
  return (
    digits !== undefined &&
    to.precision - to.scale >= digits.precision - digits.scale + (to.scale < digits.scale ? 1 : 0)
  )
}
