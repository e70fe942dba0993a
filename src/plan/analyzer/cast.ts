import { castMayGiveNull } from '../../types/cast-rules.ts'
import type { DataType } from '../../types/data-type.ts'
import { innerTypes } from '../../types/nested-types.ts'
import { sameType } from '../../types/same-type.ts'
import type { Literal } from '../expression.ts'
import type { ResolvedExpression, ResolvedLiteral } from '../resolved.ts'

/** The expression as that type: itself where it has it, a typed NULL for NULL, a cast otherwise. Nothing is checked. */
export function castTo(expression: ResolvedExpression, type: DataType, ansi: boolean): ResolvedExpression {
  if (type.kind === 'unknown' || expression.dataType.kind === 'unknown') return expression
  if (sameType(expression.dataType, type)) return expression
  if (expression.kind === 'Literal' && expression.value === null) return { ...expression, dataType: type }
  return {
    kind: 'Cast',
    child: expression,
    dataType: type,
    nullable: expression.nullable || !ansi || castMayGiveNull(expression.dataType, type),
    mode: ansi ? 'ansi' : 'try',
    ...(expression.position === undefined ? {} : { position: expression.position }),
  }
}

export function literal(value: Literal['value'], dataType: DataType): ResolvedLiteral {
  return { kind: 'Literal', value, dataType, nullable: value === null }
}

/** The constant that an expression is, seen through casts and a minus sign; undefined when it is none. */
export function constantOf(expression: ResolvedExpression): Literal['value'] | undefined {
  if (expression.kind === 'Literal') return expression.value
  if (expression.kind === 'Cast') return constantOf(expression.child)
  if (expression.kind !== 'Call' || expression.function !== 'negative') return undefined
  const value = constantOf(expression.arguments[0]!)
  if (typeof value === 'number' || typeof value === 'bigint') return -value
  return typeof value === 'string' ? `-${value}` : undefined
}

/** True for UNKNOWN and for containers that hold it. */
export function containsUnknown(type: DataType): boolean {
  const isUnknown = type.kind === 'unknown' || (type.kind === 'struct' && type.open === true)
  return isUnknown || innerTypes(type).some(containsUnknown)
}
