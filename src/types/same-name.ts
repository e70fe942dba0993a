/** Whether two names are one, compared without case as Spark does (`spark.sql.caseSensitive` is false). */
export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
