import { PipelineError, type Position } from '../../errors/index.ts'
import { array, fieldNamed, INTEGER, LONG, type StructType, UNKNOWN } from '../../types/data-type.ts'
import { printSqlType } from '../../types/ddl.ts'
import { isIntegral } from '../../types/type-classes.ts'
import type { ResolvedExpression } from '../resolved.ts'
import { castTo, literal } from './cast.ts'

interface Place {
  /** The base as the user wrote it, for messages. */
  readonly base: string
  readonly position: Position | undefined
  readonly ansi: boolean
}

/**
 * `base.name`: a field of a struct, of each struct of an array, or a map's value (Spark's ExtractValue).
 * Throws FIELD_NOT_FOUND, INVALID_EXTRACT_BASE_FIELD_TYPE.
 */
export function extractField(base: ResolvedExpression, name: string, place: Place): ResolvedExpression {
  const type = base.dataType
  if (type.kind === 'struct') return structField(base, type, name, place)
  if (type.kind === 'map') return extractItem(base, literal(name, { kind: 'string' }), place)
  if (type.kind === 'array' && type.elementType.kind === 'struct') {
    const field = fieldOf(type.elementType, name, place)
    return {
      kind: 'Call',
      function: '$array_field',
      signature: -1,
      arguments: [base, literal(field.name, { kind: 'string' })],
      dataType: array(field.dataType, type.containsNull || field.nullable),
      nullable: base.nullable,
    }
  }
  if (type.kind === 'unknown') return { kind: 'Field', child: base, name, dataType: UNKNOWN, nullable: true }
  throw notExtractable(base, place)
}

/** `base[item]`: an element of an array by 0-based position, or a map's value by key. */
export function extractItem(
  base: ResolvedExpression,
  item: ResolvedExpression,
  place: Place,
): ResolvedExpression {
  const type = base.dataType
  if (type.kind === 'array' && (isIntegral(item.dataType) || item.dataType.kind === 'unknown')) {
    const index = castTo(item, item.dataType.kind === 'long' ? LONG : INTEGER, place.ansi)
    const mayBeNull = base.nullable || index.nullable || type.containsNull
    const isConstant = item.kind === 'Literal'
    return {
      ...itemCall('$array_item', base, index, type.elementType),
      nullable: isConstant || !place.ansi || mayBeNull,
    }
  }
  if (type.kind === 'array') throw notAPosition(item, place)
  if (type.kind === 'map') {
    return itemCall('$map_value', base, castTo(item, type.keyType, place.ansi), type.valueType)
  }
  if (type.kind === 'struct' && item.kind === 'Literal' && typeof item.value === 'string') {
    return extractField(base, item.value, place)
  }
  if (type.kind === 'unknown') return itemCall('$array_item', base, item, UNKNOWN)
  throw notExtractable(base, place)
}

function itemCall(
  name: string,
  base: ResolvedExpression,
  item: ResolvedExpression,
  dataType: ResolvedExpression['dataType'],
): ResolvedExpression {
  return { kind: 'Call', function: name, signature: -1, arguments: [base, item], dataType, nullable: true }
}

function structField(
  base: ResolvedExpression,
  type: StructType,
  name: string,
  place: Place,
): ResolvedExpression {
  const field = fieldOf(type, name, place)
  return {
    kind: 'Field',
    child: base,
    name: field.name,
    dataType: field.dataType,
    nullable: base.nullable || field.nullable,
  }
}

function fieldOf(type: StructType, name: string, place: Place) {
  const field = fieldNamed(type, name)
  if (field !== undefined) return field
  if (type.open) return { name, dataType: UNKNOWN, nullable: true }
  throw new PipelineError(
    'FIELD_NOT_FOUND',
    { fieldName: name, fields: type.fields.map((each) => each.name).join(', ') },
    place.position === undefined ? {} : { position: place.position },
  )
}

function notAPosition(item: ResolvedExpression, place: Place): PipelineError {
  return new PipelineError(
    'DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE',
    {
      sqlExpr: `${place.base}[...]`,
      paramIndex: 'second',
      requiredType: 'INTEGRAL',
      inputSql: item.kind === 'Literal' ? String(item.value) : 'the position',
      inputType: printSqlType(item.dataType),
    },
    place.position === undefined ? {} : { position: place.position },
  )
}

function notExtractable(base: ResolvedExpression, place: Place): PipelineError {
  return new PipelineError(
    'INVALID_EXTRACT_BASE_FIELD_TYPE',
    { base: place.base, other: printSqlType(base.dataType) },
    place.position === undefined ? {} : { position: place.position },
  )
}
