import { ColumnReads } from '../../plan/column-reads.ts'
import type { ResolvedRelation } from '../../plan/resolved.ts'
import type { PrintContext, Printer } from './printer.ts'
import { queryText } from './query.ts'

export type { PrintContext } from './printer.ts'

/**
 * A resolved query as DuckDB SQL, with exactly the types of its schema and Spark's values. It needs the prelude
 * (`preludeSql`) in the database. Output columns keep their names and order; a name may repeat.
 */
export function printDuckdb(resolved: ResolvedRelation, context: PrintContext): string {
  let names = 0
  let aliases = 0
  const reads = new ColumnReads(resolved)
  const printer: Printer = {
    context,
    isRead: (id, below) => reads.isRead(id, below),
    freshName: () => `v${++names}_`,
    freshAlias: () => `t${++aliases}`,
    subquery: (plan, place) => queryText(plan, printer, place, place.named),
  }
  return queryText(resolved, printer, undefined)
}
