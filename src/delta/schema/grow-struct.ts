import {
  type DataType,
  fieldNamed,
  type StructField,
  type StructType,
  struct,
} from '../../types/data-type.ts'

/** How a table's schema takes in another one. Paths go through `element`, `key` and `value`. */
export interface GrowthRules {
  /** What a field becomes that only the other schema has; undefined: it is left out. */
  readonly added: (field: StructField) => StructField | undefined
  /**
   * What a field becomes that both have. `dataType` is its own, with what is new inside of structs; undefined where the types
   * differ in more: a place for errors.
   */
  readonly known: (
    field: StructField,
    given: StructField,
    dataType: DataType | undefined,
    path: readonly string[],
  ) => StructField
  /** Whether a type that is not nested holds the values of another one as it is. */
  readonly holds: (type: DataType, given: DataType) => boolean
  /** Items of arrays and values of maps may be NULL where those of the other schema may. */
  readonly liftsNotNull: boolean
}

/** The existing fields in their order, then the new ones, also inside of structs, arrays and maps. Throws what the rules throw. */
export function growStruct(
  existing: StructType,
  given: StructType,
  rules: GrowthRules,
  path: readonly string[] = [],
): StructType {
  const known = existing.fields.map((field) => {
    const other = fieldNamed(given, field.name)
    if (other === undefined) return field
    const inner = [...path, field.name]
    return rules.known(field, other, growType(field.dataType, other.dataType, rules, inner), inner)
  })
  const added = given.fields.filter((each) => fieldNamed(existing, each.name) === undefined)
  return struct([...known, ...added.flatMap((each) => rules.added(each) ?? [])])
}

/** The type with what is new inside of structs; undefined where the types differ in more. */
function growType(
  type: DataType,
  given: DataType,
  rules: GrowthRules,
  path: readonly string[],
): DataType | undefined {
  if (type.kind === 'struct' && given.kind === 'struct') return growStruct(type, given, rules, path)
  if (type.kind === 'array' && given.kind === 'array') {
    const elementType = growType(type.elementType, given.elementType, rules, [...path, 'element'])
    const containsNull = type.containsNull || (rules.liftsNotNull && given.containsNull)
    return elementType && { ...type, elementType, containsNull }
  }
  if (type.kind === 'map' && given.kind === 'map') {
    const keyType = growType(type.keyType, given.keyType, rules, [...path, 'key'])
    const valueType = growType(type.valueType, given.valueType, rules, [...path, 'value'])
    const valueContainsNull = type.valueContainsNull || (rules.liftsNotNull && given.valueContainsNull)
    return keyType && valueType && { ...type, keyType, valueType, valueContainsNull }
  }
  return rules.holds(type, given) ? type : undefined
}
