import type { Relation } from '../../plan/relation.ts'
import { autoCompact } from '../maintenance/auto-compact.ts'
import type { TableContext } from '../table-context.ts'
import { withSession } from '../with-session.ts'
import { fileShape } from './file-shape.ts'
import {
  isWritten,
  recordApplication,
  rowsForTable,
  type WriteCommandOptions,
  type WriteCommandResult,
  writeCommit,
  writtenMetrics,
} from './write-command.ts'
import { writeRows } from './write-rows.ts'

/**
 * INSERT INTO: adds a query's rows to a table. Columns are matched by name and cast under ANSI rules; what the query lacks is
 * computed, given its default or NULL. Throws DELTA_METADATA_MISMATCH for columns that the table lacks, what `prepareRows` and
 * `writeRows` say of rows that break its rules, and the conflicts of a commit.
 */
export async function appendRows(
  context: TableContext,
  query: Relation,
  options: WriteCommandOptions = {},
): Promise<WriteCommandResult> {
  const { table, engine, storage } = context
  const before = await table.refresh()
  if (isWritten(before, options)) return { version: before.version, snapshot: before, numInsertedRows: 0n }
  const transaction = table.startTransaction()
  const { rows, metadata, givenIdentities } = rowsForTable(context, transaction, query, options)
  const { tableName = storage.name } = options
  const written = await withSession(engine, (session) =>
    writeRows(session, storage, rows, metadata, { tableName, givenIdentities, ...fileShape(metadata) }),
  )
  transaction.addRows(written)
  recordApplication(transaction, options)
  const committed = await transaction.commit(
    writeCommit(options, {
      operationParameters: { mode: 'Append', partitionBy: JSON.stringify(metadata.partitionColumns) },
      operationMetrics: writtenMetrics(written),
    }),
  )
  await autoCompact(context)
  return { ...committed, numInsertedRows: written.rowCount }
}
