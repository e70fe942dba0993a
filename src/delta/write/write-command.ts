import type { Relation } from '../../plan/relation.ts'
import type { CommitOptions } from '../commit-info.ts'
import { sizeOf } from '../files/record-count.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import type { Transaction } from '../transaction.ts'
import { givenIdentities } from './identity-marks.ts'
import { prepareRows } from './prepare-rows.ts'
import { metadataForRows } from './schema-of-rows.ts'
import { layoutOf, type TableLayout, type WrittenRows } from './write-rows.ts'

/** What every command that writes a query's rows takes. */
export interface WriteCommandOptions {
  /** Columns and struct fields that only the query has become the table's; by default they are refused. */
  readonly mergeSchema?: boolean
  /**
   * The application's own number of this write, growing from write to write: nothing is written where the table has it
   * already (Spark's `txnAppId` and `txnVersion`).
   */
  readonly application?: { readonly id: string; readonly version: bigint }
  /** Stands in the history. */
  readonly userMetadata?: string
  /** The table as errors name it; by default its folder. */
  readonly tableName?: string
}

/** What a command that writes a query's rows did. */
export interface WriteCommandResult {
  readonly version: number
  readonly snapshot: Snapshot
  /** Rows of the query that were written. Spark's `num_inserted_rows`. */
  readonly numInsertedRows: bigint
}

/** True where an application's write, or a later one of its, is in the table. */
export function isWritten(snapshot: Snapshot, { application }: WriteCommandOptions): boolean {
  if (application === undefined) return false
  const known = snapshot.transactionVersion(application.id)
  return known !== undefined && known >= application.version
}

/** What `writeRows` needs. */
export interface RowsForTable {
  readonly rows: Relation
  readonly metadata: TableLayout
  readonly givenIdentities: readonly string[]
}

/** A query's rows as the table stores them, evolving its schema with the transaction where that is allowed. */
export function rowsForTable(
  { engine, storage }: TableContext,
  transaction: Transaction,
  query: Relation,
  options: WriteCommandOptions,
): RowsForTable {
  const given = engine.schemaOf(query)
  const tableName = options.tableName ?? storage.name
  const metadata = metadataForRows(transaction, given, {
    mergeSchema: options.mergeSchema ?? false,
    tableName,
  })
  const rows = prepareRows(query, metadata, engine, { tableName })
  return {
    rows,
    metadata: layoutOf(transaction.readSnapshot!, metadata),
    givenIdentities: givenIdentities(metadata.schema, given),
  }
}

/** The commit of a WRITE. */
export function writeCommit(
  options: WriteCommandOptions,
  parts: Pick<CommitOptions, 'operationParameters' | 'operationMetrics'>,
): CommitOptions {
  const { userMetadata } = options
  return { operation: 'WRITE', ...parts, ...(userMetadata !== undefined && { extra: { userMetadata } }) }
}

/** Marks the application's write as done with the rows. */
export function recordApplication(transaction: Transaction, { application }: WriteCommandOptions): void {
  if (application !== undefined) transaction.setTransaction(application.id, application.version)
}

export function writtenMetrics({ adds, rowCount }: Pick<WrittenRows, 'adds' | 'rowCount'>) {
  return { numFiles: adds.length, numOutputRows: rowCount, numOutputBytes: sizeOf(adds) }
}
