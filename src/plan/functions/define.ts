import type { DuckdbForm, FunctionDefinition, PrintedCall, Signature } from './signature.ts'

type Rest = Partial<Omit<FunctionDefinition, 'name' | 'kind' | 'signatures' | 'duckdb'>>

/**
 * A function of one row: `scalar('lower lcase', signature([STRING], STRING), native('lower'))`.
 * The first name is the function's own, the others are aliases.
 */
export function scalar(
  names: string,
  signatures: Signature | readonly Signature[],
  duckdb?: DuckdbForm,
  rest: Rest = {},
): FunctionDefinition {
  return define('scalar', names, signatures, duckdb, rest)
}

/** A function of many rows. */
export function aggregate(
  names: string,
  signatures: Signature | readonly Signature[],
  duckdb?: DuckdbForm,
  rest: Rest = {},
): FunctionDefinition {
  return define('aggregate', names, signatures, duckdb, rest)
}

/** A function that another expression stands for, before types are known. */
export function rewritten(
  names: string,
  arity: { readonly min: number; readonly max: number },
  replace: NonNullable<FunctionDefinition['replace']>,
  rest: Rest = {},
): FunctionDefinition {
  const [name, aliases] = named(names)
  return { name, aliases, kind: 'scalar', arity, replace, ...rest }
}

/** A form that is printed by a function of the argument texts. */
export function printed(
  print: (args: readonly string[], call: PrintedCall) => string,
  options: { readonly cast?: boolean } = {},
): DuckdbForm {
  return { kind: 'scalar', print, ...options }
}

export function define(
  kind: FunctionDefinition['kind'],
  names: string,
  signatures: Signature | readonly Signature[],
  duckdb: DuckdbForm | undefined,
  rest: Rest,
): FunctionDefinition {
  const [name, aliases] = named(names)
  const list = 'parameters' in signatures ? [signatures] : signatures
  return { name, aliases, kind, signatures: list, ...(duckdb === undefined ? {} : { duckdb }), ...rest }
}

function named(names: string): [string, readonly string[]] {
  const [name, ...aliases] = names.split(' ')
  return [name!, aliases]
}
