import { type Column, type ColumnOrLiteral, type ColumnOrName, call, columnOf } from '../column.ts'

// Functions of JSON text and of structs.

/** `from_json(json, schema)`: a struct, array or map by a schema in DDL; what does not fit is NULL */
export function fromJson(json: ColumnOrName, schema: ColumnOrLiteral): Column {
  return call('from_json', columnOf(json), schema)
}

/** `get_json_object(json, path)`: the value at a path such as `$.items[0].price`, as text */
export function getJsonObject(json: ColumnOrName, path: ColumnOrLiteral): Column {
  return call('get_json_object', columnOf(json), path)
}

/** `json_array_length(json)`: how many elements the array has */
export function jsonArrayLength(json: ColumnOrName): Column {
  return call('json_array_length', columnOf(json))
}

/** `json_object_keys(json)`: the names of the members */
export function jsonObjectKeys(json: ColumnOrName): Column {
  return call('json_object_keys', columnOf(json))
}

/** `json_tuple(json, names, ...)`: the members of these names, as columns */
export function jsonTuple(json: ColumnOrName, ...names: readonly ColumnOrLiteral[]): Column {
  return call('json_tuple', columnOf(json), ...names)
}

/** `schema_of_json(json)`: the schema of a constant text */
export function schemaOfJson(json: ColumnOrLiteral): Column {
  return call('schema_of_json', json)
}

/** `to_json(value)`: a struct, array or map as text */
export function toJson(value: ColumnOrName): Column {
  return call('to_json', columnOf(value))
}

/** `struct(columns, ...)`: a struct of these, under their names */
export function struct(...columns: readonly ColumnOrName[]): Column {
  return call('struct', ...columns.map(columnOf))
}
