import type { DataType } from './data-type.ts'
import { sameType } from './same-type.ts'
import { isAtomic, isDatetime, isIntegral, isInterval, isNumeric } from './type-classes.ts'

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

/** Whether a cast that is allowed can meet a value that it refuses, and under `try` gives NULL. */
export function castCanFail(from: DataType, to: DataType): boolean {
  if (sameType(from, to) || to.kind === 'string' || from.kind === 'void') return false
  if (from.kind === 'string') return to.kind !== 'binary'
  return !(isDatetime(from) && isDatetime(to))
}
