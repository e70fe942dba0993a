import { attribute, call, caseWhen, cast, fieldOf, nullLiteral, stringLiteral } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import { type DataType, fieldNamed, type StructType } from '../../types/data-type.ts'
import { sameType } from '../../types/same-type.ts'
import { holdsKind } from '../../types/type-classes.ts'

/**
 * A value of type `from` as one of type `to`, as Delta writes a query's column to a table's: cast where the types differ, and
 * the fields of structs, also those in arrays and maps, matched by name; fields that the value lacks are NULL.
 */
export function fitColumn(value: Expression, from: DataType, to: DataType, depth = 0): Expression {
  if (sameType(from, to) || from.kind === 'unknown') return value
  if (!holdsKind(from, ['struct']) || !holdsKind(to, ['struct'])) return cast(value, to)
  if (from.kind === 'struct' && to.kind === 'struct') return fitStruct(value, from, to, depth)
  if (from.kind === 'array' && to.kind === 'array') {
    return call('transform', value, fitEach(from.elementType, to.elementType, depth))
  }
  if (from.kind === 'map' && to.kind === 'map') {
    const [keys, values] = [call('map_keys', value), call('map_values', value)]
    const fitted = call(
      'map_from_arrays',
      call('transform', keys, fitEach(from.keyType, to.keyType, depth)),
      call('transform', values, fitEach(from.valueType, to.valueType, depth)),
    )
    return caseWhen([[call('isnull', value), nullLiteral(to)]], fitted)
  }
  return cast(value, to)
}

function fitStruct(value: Expression, from: StructType, to: StructType, depth: number): Expression {
  const fields = to.fields.flatMap((each) => {
    const given = fieldNamed(from, each.name)
    const fitted =
      given === undefined
        ? nullLiteral(each.dataType)
        : fitColumn(fieldOf(value, given.name), given.dataType, each.dataType, depth)
    return [stringLiteral(each.name), fitted]
  })
  return caseWhen([[call('isnull', value), nullLiteral(to)]], call('named_struct', ...fields))
}

function fitEach(from: DataType, to: DataType, depth: number): Expression {
  const name = `fit_${depth}`
  return { kind: 'LambdaFunction', parameters: [name], body: fitColumn(attribute(name), from, to, depth + 1) }
}
