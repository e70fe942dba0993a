import { canImplicitlyCast } from '../../types/cast-rules.ts'
import { tightestCommonType, widerType } from '../../types/coercion.ts'
import {
  array,
  DAY_TIME_INTERVAL,
  type DataType,
  DOUBLE,
  INTEGER,
  map,
  struct,
  TIMESTAMP,
  VOID,
} from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import { decimalFor, SYSTEM_DEFAULT_DECIMAL } from '../../types/decimal-rules.ts'
import { sameType } from '../../types/same-type.ts'
import { isFractional, isIntegral, isInterval, isNumeric, isOrderable } from '../../types/type-classes.ts'
import type { TypeClass, TypePattern } from '../functions/signature.ts'

/** What the variables of a signature stand for. `nullable` is that of the elements or results that bound them. */
export type Bindings = Map<string, { readonly type: DataType; readonly nullable: boolean }>

/** How an argument may meet a pattern: as it is, or by Spark's implicit casts. */
export type Acceptance = 'exact' | 'implicit'

/**
 * The type that an argument must be cast to so that the pattern takes it, or undefined when it does not.
 * Binds variables, each to the wider type of all that it meets.
 */
export function acceptType(
  pattern: TypePattern,
  type: DataType,
  bindings: Bindings,
  acceptance: Acceptance,
  nullable = false,
): DataType | undefined {
  if (!('pattern' in pattern)) return acceptConcrete(pattern, type, acceptance)
  switch (pattern.pattern) {
    case 'class':
      return acceptClass(pattern.name, type, acceptance)
    case 'variable': {
      const own = pattern.bound === undefined ? type : acceptType(pattern.bound, type, bindings, acceptance)
      return own === undefined ? undefined : bind(pattern.name, own, nullable, bindings, acceptance)
    }
    case 'array': {
      if (type.kind === 'unknown') return type
      if (type.kind !== 'array') return type.kind === 'void' ? substitute(pattern, bindings) : undefined
      const element = acceptType(pattern.element, type.elementType, bindings, acceptance, type.containsNull)
      return element && array(element, type.containsNull)
    }
    case 'map': {
      if (type.kind === 'unknown') return type
      if (type.kind !== 'map') return type.kind === 'void' ? substitute(pattern, bindings) : undefined
      const key = acceptType(pattern.key, type.keyType, bindings, acceptance)
      const value = acceptType(pattern.value, type.valueType, bindings, acceptance, type.valueContainsNull)
      return key && value && map(key, value, type.valueContainsNull)
    }
    case 'oneOf':
      return acceptOne(pattern.options, type, bindings, acceptance)
    case 'lambda':
      return undefined
  }
}

function acceptOne(
  options: readonly TypePattern[],
  type: DataType,
  bindings: Bindings,
  acceptance: Acceptance,
): DataType | undefined {
  for (const option of options) {
    const exact = acceptType(option, type, bindings, 'exact')
    if (exact !== undefined) return exact
  }
  if (acceptance === 'exact') return undefined
  for (const option of options) {
    const cast = acceptType(option, type, bindings, 'implicit')
    if (cast !== undefined) return cast
  }
  return undefined
}

function bind(
  name: string,
  type: DataType,
  nullable: boolean,
  bindings: Bindings,
  acceptance: Acceptance,
): DataType | undefined {
  const before = bindings.get(name)
  const common =
    before === undefined || before.type.kind === 'void' ? type : meet(before.type, type, acceptance)
  if (common === undefined) return undefined
  bindings.set(name, { type: common, nullable: nullable || (before?.nullable ?? false) })
  return common
}

function meet(a: DataType, b: DataType, acceptance: Acceptance): DataType | undefined {
  if (b.kind === 'void') return a
  if (a.kind === 'unknown' || b.kind === 'unknown') return a.kind === 'unknown' ? a : b
  if (sameType(a, b)) return tightestCommonType(a, b)
  return acceptance === 'exact' ? undefined : widerType(a, b)
}

function acceptConcrete(wanted: DataType, type: DataType, acceptance: Acceptance): DataType | undefined {
  if (type.kind === 'unknown' || sameType(wanted, type)) return type
  if (type.kind === 'void') return wanted
  return acceptance === 'implicit' && canImplicitlyCast(type, wanted) ? wanted : undefined
}

interface ClassRule {
  readonly has: (type: DataType) => boolean
  /** What another type becomes by an implicit cast. */
  readonly from?: (type: DataType) => DataType | undefined
  /** What NULL becomes. */
  readonly ofNull: DataType
}

const CLASSES: Readonly<Record<TypeClass, ClassRule>> = {
  any: { has: () => true, ofNull: VOID },
  numeric: { has: isNumeric, from: (type) => (type.kind === 'string' ? DOUBLE : undefined), ofNull: DOUBLE },
  integral: { has: isIntegral, ofNull: INTEGER },
  fractional: {
    has: isFractional,
    from: (type) => (isIntegral(type) || type.kind === 'string' ? DOUBLE : undefined),
    ofNull: DOUBLE,
  },
  decimal: {
    has: (type) => type.kind === 'decimal',
    from: (type) => (type.kind === 'string' ? SYSTEM_DEFAULT_DECIMAL : decimalFor(type)),
    ofNull: SYSTEM_DEFAULT_DECIMAL,
  },
  timestamp: {
    has: (type) => type.kind === 'timestamp' || type.kind === 'timestamp_ntz',
    from: (type) => (type.kind === 'date' || type.kind === 'string' ? TIMESTAMP : undefined),
    ofNull: TIMESTAMP,
  },
  interval: { has: isInterval, ofNull: DAY_TIME_INTERVAL },
  orderable: { has: isOrderable, ofNull: VOID },
  map: { has: (type) => type.kind === 'map', ofNull: map(VOID, VOID) },
  struct: { has: (type) => type.kind === 'struct', ofNull: struct([]) },
}

function acceptClass(name: TypeClass, type: DataType, acceptance: Acceptance): DataType | undefined {
  const rule = CLASSES[name]
  if (type.kind === 'void') return rule.ofNull
  if (type.kind === 'unknown' || rule.has(type)) return type
  return acceptance === 'implicit' ? rule.from?.(type) : undefined
}

/** The type that a pattern is once its variables are bound; a variable that nothing bound is VOID. */
export function substitute(pattern: TypePattern, bindings: Bindings): DataType {
  if (!('pattern' in pattern)) return pattern
  switch (pattern.pattern) {
    case 'variable':
      return bindings.get(pattern.name)?.type ?? VOID
    case 'array':
      return array(substitute(pattern.element, bindings), nullableOf(pattern.element, bindings))
    case 'map':
      return map(
        substitute(pattern.key, bindings),
        substitute(pattern.value, bindings),
        nullableOf(pattern.value, bindings),
      )
    case 'class':
      return CLASSES[pattern.name].ofNull
    case 'oneOf':
      return substitute(pattern.options[0]!, bindings)
    case 'lambda':
      return substitute(pattern.result, bindings)
  }
}

/** Whether values of a pattern may be NULL, as far as what bound its variable says. */
export function nullableOf(pattern: TypePattern, bindings: Bindings): boolean {
  if (!('pattern' in pattern) || pattern.pattern !== 'variable') return true
  return bindings.get(pattern.name)?.nullable ?? true
}

/** The pattern in the words of an error message: `"STRING" or "BINARY"`. */
export function describePattern(pattern: TypePattern): string {
  if (!('pattern' in pattern)) return printSqlType(pattern)
  switch (pattern.pattern) {
    case 'class':
      return CLASS_NAMES[pattern.name]
    case 'variable':
      return pattern.bound === undefined ? 'any type' : describePattern(pattern.bound)
    case 'array':
      return 'ARRAY'
    case 'map':
      return 'MAP'
    case 'lambda':
      return 'a lambda function'
    case 'oneOf':
      return pattern.options.map(describePattern).join(' or ')
  }
}

const CLASS_NAMES: Readonly<Record<TypeClass, string>> = {
  any: 'any type',
  numeric: 'NUMERIC',
  integral: 'INTEGRAL',
  fractional: 'FRACTIONAL',
  decimal: 'DECIMAL',
  timestamp: 'TIMESTAMP',
  interval: 'INTERVAL',
  orderable: 'a type that can be ordered',
  map: 'MAP',
  struct: 'STRUCT',
}
