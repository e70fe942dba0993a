/** A DuckDB identifier, always quoted. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A DuckDB string literal. */
export function quoteString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A DuckDB list of string literals. */
export function quoteList(texts: readonly string[]): string {
  return `[${texts.map(quoteString).join(', ')}]`
}
