import { array, type DataType, DOUBLE, LONG, map, type StructField, struct, TIMESTAMP } from './data-type.ts'
import { decimalFor, holdsDecimal, widerDecimal } from './decimal-rules.ts'
import { sameName } from './same-name.ts'
import { sameType } from './same-type.ts'
import { isAtomic, isDatetime, isFractional, isIntegral, isInterval, isNumeric } from './type-classes.ts'

const NUMERIC_PRECEDENCE = ['byte', 'short', 'integer', 'long', 'float', 'double']

/** How two types meet, in a container too. Undefined when they do not. */
type Meeting = (a: DataType, b: DataType) => DataType | undefined

/**
 * The type that holds the values of both without loss (Spark's AnsiTypeCoercion.findTightestCommonType).
 * UNKNOWN meets everything as UNKNOWN.
 */
export function tightestCommonType(a: DataType, b: DataType): DataType | undefined {
  if (a.kind === 'unknown' || b.kind === 'unknown') return a.kind === 'unknown' ? a : b
  if (a.kind === 'void') return b
  if (b.kind === 'void') return a
  if (a.kind === 'decimal' || b.kind === 'decimal') return decimalHoldingBoth(a, b)
  if (isNumeric(a) && isNumeric(b)) return widerNumeric(a, b)
  if (isDatetime(a) && isDatetime(b)) return widerDatetime(a, b)
  return insideContainers(a, b, tightestCommonType) ?? (sameType(a, b) ? a : undefined)
}

/**
 * The common type of branches, list elements, set operations and comparisons under ANSI
 * (Spark's AnsiTypeCoercion.findWiderTypeForTwo): decimals widen, and a string becomes the other side's type.
 */
export function widerType(a: DataType, b: DataType): DataType | undefined {
  return (
    tightestCommonType(a, b) ??
    widerWithDecimal(a, b) ??
    widerWithString(a, b) ??
    insideContainers(a, b, widerType)
  )
}

/** The common wider type of several; undefined when two of them do not meet. Strings are met last, as in Spark. */
export function widerTypeOf(types: readonly DataType[]): DataType | undefined {
  const strings = types.filter((type) => type.kind === 'string')
  const others = types.filter((type) => type.kind !== 'string')
  const [first, ...rest] = [...strings, ...others]
  if (first === undefined) return undefined
  let common: DataType | undefined = first
  for (const type of rest) common = common === undefined ? undefined : widerType(common, type)
  return common
}

function decimalHoldingBoth(a: DataType, b: DataType): DataType | undefined {
  const [x, y] = [decimalFor(a), decimalFor(b)]
  if (x === undefined || y === undefined || isFloating(a) || isFloating(b)) return undefined
  if (a.kind === 'decimal' && b.kind === 'decimal') return sameType(a, b) ? a : undefined
  if (holdsDecimal(x, y) && a.kind === 'decimal') return a
  return holdsDecimal(y, x) && b.kind === 'decimal' ? b : undefined
}

function isFloating(type: DataType): boolean {
  return type.kind === 'float' || type.kind === 'double'
}

/** An integer and a float meet as double, because a float does not hold all integers. */
function widerNumeric(a: DataType, b: DataType): DataType {
  const wider = NUMERIC_PRECEDENCE.indexOf(a.kind) >= NUMERIC_PRECEDENCE.indexOf(b.kind) ? a : b
  return wider.kind === 'float' && a.kind !== b.kind ? DOUBLE : wider
}

function widerDatetime(a: DataType, b: DataType): DataType {
  if (a.kind === b.kind) return a
  if (a.kind === 'date') return b
  return b.kind === 'date' ? a : TIMESTAMP
}

function widerWithDecimal(a: DataType, b: DataType): DataType | undefined {
  if (a.kind !== 'decimal' && b.kind !== 'decimal') return undefined
  if (isFloating(a) || isFloating(b)) return DOUBLE
  const [x, y] = [decimalFor(a), decimalFor(b)]
  return x === undefined || y === undefined ? undefined : widerDecimal(x, y)
}

/** What a string and another type become together; undefined where neither is a string or they do not meet. */
export function widerWithString(a: DataType, b: DataType): DataType | undefined {
  if (b.kind === 'string' && a.kind !== 'string') return widerWithString(b, a)
  if (a.kind !== 'string') return undefined
  if (isIntegral(b)) return LONG
  if (isFractional(b)) return DOUBLE
  return isAtomic(b) && !isInterval(b) ? b : undefined
}

function insideContainers(a: DataType, b: DataType, meet: Meeting): DataType | undefined {
  if (a.kind === 'array' && b.kind === 'array') {
    const element = meet(a.elementType, b.elementType)
    return element && array(element, a.containsNull || b.containsNull)
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const key = meet(a.keyType, b.keyType)
    const value = meet(a.valueType, b.valueType)
    return key && value && map(key, value, a.valueContainsNull || b.valueContainsNull)
  }
  if (a.kind !== 'struct' || b.kind !== 'struct' || a.fields.length !== b.fields.length) return undefined
  const fields: StructField[] = []
  for (const [i, left] of a.fields.entries()) {
    const right = b.fields[i]!
    const type = meet(left.dataType, right.dataType)
    if (type === undefined || !sameName(left.name, right.name)) return undefined
    fields.push({ ...left, dataType: type, nullable: left.nullable || right.nullable })
  }
  return struct(fields)
}
