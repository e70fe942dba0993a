/**
 * A macro of the prelude, called in printed SQL as `millrace.<name>(...)`. Its body names each parameter once, or binds
 * it with `bound`. Macros call one another by their qualified names.
 *
 * A macro refuses a value with `raise`, whose text the engine turns back into the condition (see raise.ts).
 */
export interface Macro {
  /** Lower case, unique in the prelude. */
  readonly name: string
  readonly parameters: readonly string[]
  /** A DuckDB scalar expression over the parameters. */
  readonly body: string
}

/**
 * A macro whose body may name its parameters any number of times: they are evaluated once, as fields of the lambda
 * parameter `<name>_`, so that `{s}` in the body is the value of the parameter `s`.
 */
export function bound(name: string, parameters: readonly string[], body: string): Macro {
  return { name, parameters, body: bind(`${name}_`, parameters, body) }
}

/** A macro that names each parameter at most once. */
export function plain(name: string, parameters: readonly string[], body: string): Macro {
  return { name, parameters, body: fill(body, parameters, (each) => each) }
}

/**
 * An expression over values that are evaluated once: `{x}` in the body is the value of the expression `x` in `values`.
 * A list stands for names that are expressions themselves.
 */
export function bind(
  scope: string,
  values: readonly string[] | Readonly<Record<string, string>>,
  body: string,
): string {
  const entries = Array.isArray(values)
    ? values.map((each: string) => [each, each] as const)
    : Object.entries(values as Readonly<Record<string, string>>)
  const single = entries.length === 1
  const row = single ? entries[0]![1] : `{${entries.map(([name, sql]) => `'${name}': ${sql}`).join(', ')}}`
  const names = entries.map(([name]) => name)
  const text = fill(body, names, (name) => (single ? scope : `${scope}.${name}`))
  return `list_transform([${row}], lambda ${scope}: ${text})[1]`
}

function fill(body: string, names: readonly string[], value: (name: string) => string): string {
  return body.replace(/\{(\w+)\}/g, (hole, name: string) => (names.includes(name) ? value(name) : hole))
}
