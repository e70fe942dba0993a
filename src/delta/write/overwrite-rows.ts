import { PipelineError } from '../../errors/index.ts'
import { alias, call, FALSE, project, stringLiteral } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation } from '../../plan/relation.ts'
import { field, fieldNamed, type StructType, struct } from '../../types/data-type.ts'
import { sameType } from '../../types/same-type.ts'
import { CHANGE_TYPE } from '../change-feed/change-columns.ts'
import { hasChangeFeed, writeChangeFiles } from '../change-feed/write-change-files.ts'
import type { CommitOptions } from '../commit-info.ts'
import { usesDeletionVectors } from '../deletion-vector/uses-deletion-vectors.ts'
import { checkDeterministic } from '../dml/check-condition.ts'
import { applyChanges, fileMetrics } from '../dml/file-changes.ts'
import { findMatchingRows } from '../dml/matching-rows.ts'
import { removeRows } from '../dml/remove-rows.ts'
import { partitionKeyOf } from '../files/partition-key.ts'
import { sizeOf } from '../files/record-count.ts'
import type { AddFile } from '../log/actions.ts'
import { autoCompact } from '../maintenance/auto-compact.ts'
import type { RowSession } from '../row-engine.ts'
import { checkNotAppendOnly } from '../schema/append-only.ts'
import type { Metadata } from '../schema/metadata.ts'
import type { TableContext } from '../table-context.ts'
import type { MetadataChange, Transaction } from '../transaction.ts'
import { withSession } from '../with-session.ts'
import { fileShape } from './file-shape.ts'
import { checkedRows, raise, shownValues } from './row-checks.ts'
import {
  isWritten,
  type RowsForTable,
  recordApplication,
  rowsForTable,
  type WriteCommandOptions,
  type WriteCommandResult,
  writeCommit,
  writtenMetrics,
} from './write-command.ts'
import { type WrittenRows, writeRows } from './write-rows.ts'

export interface OverwriteOptions extends WriteCommandOptions {
  /** Only rows for which it is TRUE give way, and all rows of the query must fulfil it; by default all give way. */
  readonly replaceWhere?: Expression
  /** `dynamic`: only the partitions that the query has rows of give way. Default: `static`, all rows. */
  readonly partitionOverwriteMode?: 'static' | 'dynamic'
  /** The table takes the query's columns in place of its own. Without effect beside `replaceWhere`, as in Spark. */
  readonly overwriteSchema?: boolean
  /** Partition columns of the table from now on; with `overwriteSchema` alone. */
  readonly partitionColumns?: readonly string[]
}

/**
 * INSERT OVERWRITE: a query's rows in place of a table's, all of them or those of a condition or of partitions, in one
 * version. The query may read the table. Throws as `appendRows` does, DELTA_REPLACE_WHERE_MISMATCH for a row outside of
 * `replaceWhere`, DELTA_OVERWRITE_SCHEMA_WITH_DYNAMIC_PARTITION_OVERWRITE, and DELTA_CANNOT_MODIFY_APPEND_ONLY.
 */
export async function overwriteRows(
  context: TableContext,
  query: Relation,
  options: OverwriteOptions = {},
): Promise<WriteCommandResult> {
  const { table, engine, storage } = context
  const before = await table.refresh()
  if (isWritten(before, options)) return { version: before.version, snapshot: before, numInsertedRows: 0n }
  checkDeterministic(engine, options.replaceWhere, 'WRITE')
  checkNotAppendOnly(before.metadata, storage.name)
  const transaction = table.startTransaction()
  if (options.overwriteSchema && options.replaceWhere === undefined) {
    checkStatic(options)
    transaction.updateMetadata(
      redefinition(transaction.metadata, engine.schemaOf(query), options.partitionColumns),
    )
  }
  const prepared = rowsForTable(context, transaction, query, options)
  recordApplication(transaction, options)
  const overwrite: Overwrite = { context, transaction, options, ...prepared }
  return withSession(engine, async (session) => {
    const replaced = await replace(session, overwrite)
    const committed = await transaction.commit(writeCommit(options, commitParts(overwrite, replaced)))
    await autoCompact(context)
    return { ...committed, numInsertedRows: replaced.written.rowCount }
  })
}

function checkStatic({ partitionOverwriteMode }: OverwriteOptions): void {
  if (partitionOverwriteMode !== 'dynamic') return
  throw new PipelineError('DELTA_OVERWRITE_SCHEMA_WITH_DYNAMIC_PARTITION_OVERWRITE', {})
}

/** The query's columns, nullable; those that the table has with the same type stay as they are. */
function redefinition(
  { schema }: Metadata,
  rows: StructType,
  partitionColumns: readonly string[] | undefined,
): MetadataChange {
  const fields = rows.fields.map((given) => {
    const known = fieldNamed(schema, given.name)
    return known !== undefined && sameType(known.dataType, given.dataType)
      ? known
      : field(given.name, given.dataType)
  })
  return { schema: struct(fields), ...(partitionColumns !== undefined && { partitionColumns }) }
}

interface Overwrite extends RowsForTable {
  readonly context: TableContext
  readonly transaction: Transaction
  readonly options: OverwriteOptions
}

interface Replaced {
  readonly written: WrittenRows
  readonly metrics: CommitOptions['operationMetrics']
}

function replace(session: RowSession, overwrite: Overwrite): Promise<Replaced> {
  const { replaceWhere, partitionOverwriteMode } = overwrite.options
  if (replaceWhere !== undefined) return replaceMatching(session, overwrite, replaceWhere)
  const isDynamic = partitionOverwriteMode === 'dynamic' && overwrite.metadata.partitionColumns.length > 0
  return isDynamic ? replacePartitions(session, overwrite) : replaceAll(session, overwrite)
}

function write(
  session: RowSession,
  { context, metadata, givenIdentities, options }: Overwrite,
  rows: Relation,
): Promise<WrittenRows> {
  const { tableName = context.storage.name } = options
  return writeRows(session, context.storage, rows, metadata, {
    tableName,
    givenIdentities,
    ...fileShape(metadata),
  })
}

async function replaceAll(session: RowSession, overwrite: Overwrite): Promise<Replaced> {
  const { transaction, rows } = overwrite
  const written = await write(session, overwrite, rows)
  const removed = [...transaction.readSnapshot!.files()]
  transaction.readsWholeTable().removeFiles(removed).addRows(written)
  return { written, metrics: removedMetrics(removed) }
}

async function replacePartitions(session: RowSession, overwrite: Overwrite): Promise<Replaced> {
  const { transaction, rows } = overwrite
  const written = await write(session, overwrite, rows)
  const partitionKey = partitionKeyOf(overwrite.metadata)
  const partitions = new Set(written.adds.map(partitionKey))
  const isReplaced = (file: AddFile) => partitions.has(partitionKey(file))
  const removed = [...transaction.readSnapshot!.files()].filter(isReplaced)
  transaction.readFiles(removed, isReplaced).removeFiles(removed).addRows(written)
  return { written, metrics: removedMetrics(removed) }
}

async function replaceMatching(
  session: RowSession,
  overwrite: Overwrite,
  condition: Expression,
): Promise<Replaced> {
  const { context, transaction, metadata, options } = overwrite
  const snapshot = transaction.readSnapshot!
  const choice = { snapshot, condition, alias: options.tableName }
  const matching = await findMatchingRows(
    session,
    context,
    transaction,
    choice,
    usesDeletionVectors(metadata),
  )
  const isRewriting = matching.partial.length > 0 && !usesDeletionVectors(metadata)
  const needsChanges = hasChangeFeed(metadata) && isRewriting
  const checked = insideOf(overwrite, condition)
  const rows = needsChanges ? (await session.stage(checked)).scan : checked
  const written = await write(session, overwrite, rows)
  const changes = await removeRows(session, context, choice, matching)
  applyChanges(transaction, changes)
  transaction.addRows(written)
  if (needsChanges) {
    const inserted = project(rows, [{ kind: 'UnresolvedStar' }, alias(stringLiteral('insert'), CHANGE_TYPE)])
    transaction.addChangeFiles((await writeChangeFiles(session, context.storage, inserted, metadata)).files)
  }
  const { numRemovedFiles, numRemovedBytes, numAddedChangeFiles } = fileMetrics(changes)
  return {
    written,
    metrics: {
      numRemovedFiles,
      numRemovedBytes,
      numAddedChangeFiles,
      numDeletedRows: matching.rowCount,
      numCopiedRows: changes.written.rowCount,
    },
  }
}

/** The rows, of which one that the condition is not TRUE for ends the query. */
function insideOf({ context, rows, metadata }: Overwrite, condition: Expression): Relation {
  const names = metadata.schema.fields.map((each) => each.name)
  const predicate = context.engine.printExpression(condition)
  const fails = call('not', call('coalesce', condition, FALSE))
  const error = raise('DELTA_REPLACE_WHERE_MISMATCH', {
    replaceWhere: stringLiteral(predicate),
    values: shownValues(condition),
  })
  return checkedRows(rows, names, names[0]!, [{ fails, error }])
}

function removedMetrics(removed: readonly AddFile[]) {
  return { numRemovedFiles: removed.length, numRemovedBytes: sizeOf(removed) }
}

function commitParts(
  { context, metadata, options }: Overwrite,
  { written, metrics }: Replaced,
): Pick<CommitOptions, 'operationParameters' | 'operationMetrics'> {
  const { replaceWhere, partitionOverwriteMode, overwriteSchema } = options
  return {
    operationParameters: {
      mode: 'Overwrite',
      partitionBy: JSON.stringify(metadata.partitionColumns),
      ...(replaceWhere !== undefined && { predicate: context.engine.printExpression(replaceWhere) }),
      ...(partitionOverwriteMode === 'dynamic' && { isDynamicPartitionOverwrite: true }),
      ...(overwriteSchema && { canOverwriteSchema: true }),
      ...(options.mergeSchema && { canMergeSchema: true }),
    },
    operationMetrics: { ...writtenMetrics(written), ...metrics },
  }
}
