import type { DataType } from './data-type.ts'
import { innerTypes } from './nested-types.ts'

const INTEGRAL_KINDS = ['byte', 'short', 'integer', 'long']
const FRACTIONAL_KINDS = ['float', 'double', 'decimal']

export function isIntegral(type: DataType): boolean {
  return INTEGRAL_KINDS.includes(type.kind)
}

/** float, double and decimal. */
export function isFractional(type: DataType): boolean {
  return FRACTIONAL_KINDS.includes(type.kind)
}

export function isNumeric(type: DataType): boolean {
  return isIntegral(type) || isFractional(type)
}

/** date, timestamp and timestamp_ntz. */
export function isDatetime(type: DataType): boolean {
  return type.kind === 'date' || type.kind === 'timestamp' || type.kind === 'timestamp_ntz'
}

export function isInterval(type: DataType): boolean {
  return type.kind === 'interval day to second' || type.kind === 'interval year to month'
}

/** Neither a container nor one of void, variant and unknown. */
export function isAtomic(type: DataType): boolean {
  return (
    isNumeric(type) ||
    isDatetime(type) ||
    isInterval(type) ||
    type.kind === 'boolean' ||
    type.kind === 'string' ||
    type.kind === 'binary'
  )
}

/** What ORDER BY, `<` and `max` take: everything without maps and variants inside. */
export function isOrderable(type: DataType): boolean {
  return !holdsKind(type, ['map', 'variant'])
}

/** Whether the type, or one inside of it, is of one of these kinds. */
export function holdsKind(type: DataType, kinds: readonly DataType['kind'][]): boolean {
  return kinds.includes(type.kind) || innerTypes(type).some((each) => holdsKind(each, kinds))
}
