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
  /** The part of the definition at this place that is meant, where it has no place of its own: `the expectation 'valid_id'`. */
  readonly within?: string
}

/** `transformations/silver.sql:14:3`, the form that editors and terminals turn into a link; behind it what is meant there. */
export function formatPosition(position: Position): string {
  const place = `${position.line}:${position.column}`
  const link = position.file === undefined ? `line ${place}` : `${position.file}:${place}`
  return position.within === undefined ? link : `${link}, in ${position.within}`
}
