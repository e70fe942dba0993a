/** One row of a result, a value a column. */
export type Row = readonly Value[]

/**
 * A value as JavaScript holds it: null, boolean, number (up to 32 bits, float, double), bigint (long), string (string, exact
 * decimal text, date and timestamp texts), Uint8Array, arrays, Map for maps, plain objects for structs.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | ReadonlyMap<Value, Value>
  | { readonly [field: string]: Value }
