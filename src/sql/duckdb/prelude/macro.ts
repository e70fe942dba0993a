/**
 * A macro of the prelude, called in printed SQL as `millrace.<name>(...)`. Its body names each parameter once, or binds
 * it by a lambda: `list_transform([s], lambda v: ... v ... v ...)[1]`. Macros call one another by their qualified names.
 */
export interface Macro {
  /** Lower case, unique in the prelude. */
  readonly name: string
  readonly parameters: readonly string[]
  /** A DuckDB scalar expression over the parameters. */
  readonly body: string
}
