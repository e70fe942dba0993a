import {
  array,
  type DataType,
  type DecimalType,
  DOUBLE,
  decimal,
  field,
  map,
  STRING,
  type StructField,
  type StructType,
  struct,
  TIMESTAMP,
} from '../types/data-type.ts'

/**
 * The narrowest type that holds both, by the lattice of Spark's JSON and CSV inference (`compatibleType`): integers widen
 * to decimals and doubles, structs merge by name, arrays by element, everything else meets in STRING. `void` is the type
 * of nothing but nulls.
 */
export function mergeTypes(a: DataType, b: DataType): DataType {
  if (a.kind === 'void') return b
  if (b.kind === 'void') return a
  if (a.kind === 'struct' && b.kind === 'struct') return mergeStructs(a, b)
  if (a.kind === 'array' && b.kind === 'array') {
    return array(mergeTypes(a.elementType, b.elementType), a.containsNull || b.containsNull)
  }
  if (a.kind === 'map' && b.kind === 'map') {
    return map(mergeTypes(a.keyType, b.keyType), mergeTypes(a.valueType, b.valueType))
  }
  if (a.kind === 'decimal' && b.kind === 'decimal') return widestDecimal(a, b)
  if (a.kind === b.kind) return a
  return mergeNumbers(a, b) ?? mergeNumbers(b, a) ?? mergeMoments(a, b) ?? STRING
}

/** Fields by name: those of `a` first, then the new ones of `b`, each in its order. */
export function mergeStructs(a: StructType, b: StructType): StructType {
  const names = new Map<string, StructField>(a.fields.map((each) => [each.name, each]))
  for (const each of b.fields) {
    const known = names.get(each.name)
    names.set(
      each.name,
      known === undefined
        ? each
        : { ...known, dataType: mergeTypes(known.dataType, each.dataType), nullable: true },
    )
  }
  return struct([...names.values()])
}

const INTEGRAL = ['byte', 'short', 'integer', 'long']

/** The result where `a` is the narrower kind of number; undefined when that is not so. */
function mergeNumbers(a: DataType, b: DataType): DataType | undefined {
  const width = INTEGRAL.indexOf(a.kind)
  if (a.kind === 'float') return b.kind === 'double' ? DOUBLE : undefined
  if (a.kind === 'decimal') return b.kind === 'double' || b.kind === 'float' ? DOUBLE : undefined
  if (width < 0) return undefined
  if (INTEGRAL.indexOf(b.kind) > width) return b
  if (b.kind === 'double' || b.kind === 'float') return DOUBLE
  return b.kind === 'decimal' ? widestDecimal(decimal(a.kind === 'long' ? 20 : 10, 0), b) : undefined
}

function mergeMoments(a: DataType, b: DataType): DataType | undefined {
  const kinds = new Set([a.kind, b.kind])
  const isMoment = (kind: string) => kind === 'date' || kind === 'timestamp' || kind === 'timestamp_ntz'
  return [...kinds].every(isMoment) ? TIMESTAMP : undefined
}

function widestDecimal(a: DecimalType, b: DecimalType): DataType {
  const scale = Math.max(a.scale, b.scale)
  const whole = Math.max(a.precision - a.scale, b.precision - b.scale)
  return whole + scale > 38 ? DOUBLE : decimal(whole + scale, scale)
}

/**
 * An inferred type as it becomes a column: what was only ever null is STRING, and so is an object without fields, so that
 * its text is kept. Undefined, with `dropNull`, for what was only ever null.
 */
function settleType(type: DataType, dropNull = false): DataType | undefined {
  switch (type.kind) {
    case 'void':
      return dropNull ? undefined : STRING
    case 'struct': {
      const settled = settleStruct(type, dropNull)
      return settled.fields.length === 0 ? (dropNull ? undefined : STRING) : settled
    }
    case 'array': {
      const element = settleType(type.elementType, dropNull)
      return element === undefined ? undefined : array(element)
    }
    default:
      return type
  }
}

/** The fields of an inferred struct, settled; names that differ only by case keep the first. */
export function settleStruct(type: StructType, dropNull = false): StructType {
  const seen = new Set<string>()
  const fields: StructField[] = []
  for (const each of type.fields) {
    const settled = settleType(each.dataType, dropNull)
    const folded = each.name.toLowerCase()
    if (settled === undefined || seen.has(folded)) continue
    seen.add(folded)
    fields.push(field(each.name, settled))
  }
  return struct(fields)
}
