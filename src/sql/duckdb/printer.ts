import type { Scan } from '../../plan/relation.ts'
import type { ResolvedRelation } from '../../plan/resolved.ts'
import type { Place } from './expression.ts'

/** What the engine gives the printer. */
export interface PrintContext {
  /**
   * SQL of a leaf that stands in FROM: a name, a table function or a query in brackets. It has at least these columns, of
   * which some may be hidden ones.
   */
  readonly scan: (leaf: Scan, columns: ReadonlySet<string>) => string
  /** Value of `current_timestamp()`, microseconds since the epoch. */
  readonly timestampMicros: bigint
  readonly ansi: boolean
}

/** What is shared while one query is printed. */
export interface Printer {
  readonly context: PrintContext
  /** True when something above a relation reads the column. */
  readonly isRead: (id: number, below: ResolvedRelation) => boolean
  /** A name that nothing else in the query has, for lambda parameters. */
  readonly freshName: () => string
  /** An alias that no other FROM item has. */
  readonly freshAlias: () => string
  /** A query inside an expression, whose outer columns are written as they are in that place. */
  readonly subquery: (plan: ResolvedRelation, place: Place) => string
}

/** A common table expression of the printed query. */
export interface NamedQuery {
  readonly name: string
  readonly columns: readonly string[]
}
