import { type DataType, decimal } from '../types/data-type.ts'

/** Kinds that a kind can be widened to without rewriting data (Delta type widening; Auto Loader's `addNewColumnsWithTypeWidening`). */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  byte: ['short', 'integer', 'long', 'double'],
  short: ['integer', 'long', 'double'],
  integer: ['long', 'double'],
  float: ['double'],
  date: ['timestamp_ntz'],
}

/** Digits that hold every value of an integer kind. */
const DIGITS: Readonly<Record<string, number>> = { byte: 10, short: 10, integer: 10, long: 20 }

/** The type that `type` may be widened to in order to hold a value of type `found`; undefined when it may not. */
export function widened(type: DataType, found: DataType): DataType | undefined {
  if (WIDER[type.kind]?.includes(found.kind)) return found
  if (found.kind !== 'decimal') return undefined
  const digits = DIGITS[type.kind]
  const from = type.kind === 'decimal' ? type : digits === undefined ? undefined : decimal(digits, 0)
  if (from === undefined) return undefined
  const scale = Math.max(from.scale, found.scale)
  const whole = Math.max(from.precision - from.scale, found.precision - found.scale)
  return whole + scale > 38 ? undefined : decimal(whole + scale, scale)
}
