import { type Column, call } from '../plan/column.ts'
import { mapEntries } from '../plan/column-functions/array.ts'
import { namedStruct, when } from '../plan/column-functions/core.ts'
import { transform } from '../plan/column-functions/higher-order.ts'
import type { DataType } from '../types/data-type.ts'
import { isOrderable } from '../types/type-classes.ts'

/**
 * A value in a form that can be compared and ordered: maps, which Spark does not compare, as their entries, variants as text.
 * Different values stay different, and NULL stays NULL.
 */
export function orderable(type: DataType, value: Column): Column {
  if (isOrderable(type)) return value
  switch (type.kind) {
    case 'struct': {
      const fields = type.fields.map(
        ({ name, dataType }) => [name, orderable(dataType, value.getField(name))] as const,
      )
      return when(value.isNotNull(), namedStruct(Object.fromEntries(fields)))
    }
    case 'array':
      return transform(value, (item) => orderable(type.elementType, item))
    case 'map': {
      if (isOrderable(type.valueType)) return mapEntries(value)
      const entry = (each: Column): Column =>
        namedStruct({ key: each.getField('key'), value: orderable(type.valueType, each.getField('value')) })
      return transform(mapEntries(value), entry)
    }
    default:
      return when(value.isNotNull(), call('to_json', namedStruct({ value })))
  }
}
