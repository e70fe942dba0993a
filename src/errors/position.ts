/** A place in a source file that the user wrote: a line of a `.ts` or `.sql` definition, or of a spec. */
export interface Position {
  /** Path as the user would type it, relative to the pipeline's folder where it lies below it. */
  readonly file?: string
  /** 1-based line. */
  readonly line: number
  /** 1-based column, counted in UTF-16 units. */
  readonly column: number
  /** The line itself, where no file holds it: a query typed on the command line. */
  readonly text?: string
}

/** `transformations/silver.sql:14:3`, the form that editors and terminals turn into a link. */
export function formatPosition(position: Position): string {
  const place = `${position.line}:${position.column}`
  return position.file === undefined ? `line ${place}` : `${position.file}:${place}`
}
