import type { Expression } from '../plan/expression.ts'

/** What an AUTO CDC flow says of how change events apply, as plain data. Names are plain columns of the source. */
export interface AutoCdcSpec {
  /** Columns that identify a row. */
  readonly keys: readonly string[]
  /** Orders the events of a key: any orderable expression over the source, a struct too. */
  readonly sequenceBy: Expression
  readonly scdType: 1 | 2 | 'bitemporal'
  /** When an event became known (bitemporal): any orderable expression over the source. */
  readonly systemSequenceBy?: Expression
  /** Columns of the source that the target gets. Default: all. */
  readonly columns?: ColumnSelection
  /** Columns whose NULL means "not supplied", leaf by leaf in structs. Default: none. */
  readonly ignoreNull?: ColumnSelection
  /** A column of the source, ARRAY<STRING>: the columns that the event supplies. NULL there: all. Never in the target. */
  readonly columnsToUpdate?: string
  /** What events of all flows into the target leave out, where there are several. Default: what this flow's do. */
  readonly amongFlows?: LeftOut
  /** Columns whose change opens a version (SCD 2). Default: all but the keys. */
  readonly trackHistory?: ColumnSelection
  /** An event is a delete where this IS TRUE. */
  readonly deleteWhen?: Expression
  /** An event empties the table of rows up to its sequence where this IS TRUE (SCD 1). */
  readonly truncateWhen?: Expression
}

/** What events of several flows into one table leave out, by names of columns. */
export interface LeftOut {
  /** NULL means "not supplied" in events of some flow. */
  readonly ignoredBySome: readonly string[]
  /** ... of every flow. */
  readonly ignoredByAll: readonly string[]
  /** Events of some flow name the columns that they supply. */
  readonly isListed: boolean
}

export type ColumnSelection =
  | { readonly kind: 'all' }
  | { readonly kind: 'only'; readonly columns: readonly string[] }
  | { readonly kind: 'except'; readonly columns: readonly string[] }
