import { isCondition, PipelineError } from '../../errors/index.ts'
import type { PointInTime } from '../../plan/point-in-time.ts'
import type { Storage } from '../../storage/storage.ts'
import type { StructType } from '../../types/data-type.ts'
import type { CommitOptions } from '../commit-info.ts'
import { fileKey } from '../files/file-path.ts'
import type { AddFile } from '../log/actions.ts'
import { logicalPath } from '../schema/column-mapping.ts'
import { identityOf } from '../schema/column-rules.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import type { Transaction } from '../transaction.ts'
import { type IdentityMarks, withIdentityMarks } from '../write/identity-marks.ts'
import { pathsOf } from './kept-paths.ts'
import { countOf } from './optimize-metrics.ts'

export interface RestoreOptions {
  /** Restores without the rows of files that are gone; by default that is refused. */
  readonly ignoreMissingFiles?: boolean
}

/** The row that RESTORE gives, and the version that it committed. Sizes in bytes. */
export interface RestoreResult {
  readonly version: number
  readonly tableSizeAfterRestore: number
  readonly numOfFilesAfterRestore: number
  readonly numRemovedFiles: number
  readonly numRestoredFiles: number
  readonly removedFilesSize: number
  readonly restoredFilesSize: number
}

/**
 * RESTORE: makes an older version's rows and definition the newest version, as a commit of its own; the protocol is never
 * lowered. Conflicts with every concurrent change of data. Throws DELTA_CANNOT_RESTORE_* for a point outside of what the log holds and
 * DELTA_RESTORE_MISSING_FILES where VACUUM deleted files of that version.
 */
export async function restore(
  context: TableContext,
  at: PointInTime,
  options: RestoreOptions = {},
): Promise<RestoreResult> {
  const { table, storage } = context
  const now = await table.refresh()
  const target = await targetOf(context, at)
  const current = new Set(Array.from(now.files(), fileKey))
  const wanted = new Set(Array.from(target.files(), fileKey))
  const missing = [...target.files()].filter((file) => !current.has(fileKey(file)))
  const lost = await lostFiles(storage, missing)
  if (lost.size > 0 && options.ignoreMissingFiles !== true) throw missingFiles(context, target, lost)
  const restored = missing.filter((file) => !lost.has(file)).map((file) => ({ ...file, dataChange: true }))
  const removed = [...now.files()].filter((file) => !wanted.has(fileKey(file)))
  const transaction = table.startTransaction().readsWholeTable().removeFiles(removed).addFiles(restored)
  restoreDefinition(transaction, now, target)
  const metrics = {
    tableSizeAfterRestore: now.sizeBytes - countOf(removed).size + countOf(restored).size,
    numOfFilesAfterRestore: now.numFiles - removed.length + restored.length,
    numRemovedFiles: removed.length,
    numRestoredFiles: restored.length,
    removedFilesSize: countOf(removed).size,
    restoredFilesSize: countOf(restored).size,
  }
  const { version } = await transaction.commit(commitOf(at, metrics))
  return { version, ...metrics }
}

async function targetOf({ table, storage }: TableContext, at: PointInTime): Promise<Snapshot> {
  try {
    return await table.snapshotAt(at)
  } catch (error) {
    throw error instanceof PipelineError ? restoreError(error, storage.name) : error
  }
}

/** The conditions of time travel as RESTORE has them. */
function restoreError(error: PipelineError, table: string): PipelineError {
  const { parameters } = error
  if (isCondition(error, 'DELTA_VERSION_NOT_FOUND')) {
    return new PipelineError('DELTA_CANNOT_RESTORE_TABLE_VERSION', {
      table,
      version: parameters.userVersion!,
      startVersion: parameters.earliest!,
      endVersion: parameters.latest!,
    })
  }
  if (isCondition(error, 'DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION')) {
    return new PipelineError('DELTA_CANNOT_RESTORE_TIMESTAMP_EARLIER', {
      table,
      requestedTimestamp: parameters.userTimestamp!,
      earliestTimestamp: parameters.commitTs!,
    })
  }
  if (isCondition(error, 'DELTA_TIMESTAMP_GREATER_THAN_COMMIT')) {
    return new PipelineError('DELTA_CANNOT_RESTORE_TIMESTAMP_GREATER', {
      table,
      requestedTimestamp: parameters.providedTimestamp!,
      latestTimestamp: parameters.lastCommitTs!,
    })
  }
  return error
}

/** Files of which the data or the deletion vector is gone, as far as they are in the table's folder. */
async function lostFiles(storage: Storage, files: readonly AddFile[]): Promise<Set<AddFile>> {
  const lost = new Set<AddFile>()
  for (const file of files) {
    for (const path of pathsOf(file, storage.name)) {
      if ((await storage.stat(path)) === undefined) lost.add(file)
    }
  }
  return lost
}

function missingFiles(
  { storage }: TableContext,
  target: Snapshot,
  lost: ReadonlySet<AddFile>,
): PipelineError {
  const paths = Array.from(lost, (file) => file.path)
  const more = paths.length > 100 ? `, and ${paths.length - 100} more` : ''
  return new PipelineError('DELTA_RESTORE_MISSING_FILES', {
    table: storage.name,
    version: target.version.toString(),
    files: `${paths.slice(0, 100).join(', ')}${more}`,
  })
}

function restoreDefinition(transaction: Transaction, now: Snapshot, target: Snapshot): void {
  const { name, description, partitionColumns, configuration } = target.metadata
  // Identity values that were given once are not given again.
  const schema = withIdentityMarks(target.metadata.schema, marksOf(now.metadata.schema))
  if (JSON.stringify(now.metadata.action) !== JSON.stringify(target.metadata.action)) {
    transaction.updateMetadata({ name, description, schema, partitionColumns, configuration })
  }
  const { minReaderVersion, minWriterVersion, readerFeatures = [], writerFeatures = [] } = target.protocol
  const features = [...new Set([...readerFeatures, ...writerFeatures])]
  transaction.requestProtocol({
    features,
    minReaderVersion: features.length > 0 ? 1 : minReaderVersion,
    minWriterVersion: features.length > 0 ? 1 : minWriterVersion,
  })
  const keys = target.clusteringColumns ?? []
  if (JSON.stringify(keys) !== JSON.stringify(now.clusteringColumns ?? [])) {
    transaction.clusterBy(keys.map((path) => logicalPath(schema, path)))
  }
}

function marksOf({ fields }: StructType): IdentityMarks {
  const marks: Record<string, bigint> = {}
  for (const field of fields) {
    const mark = identityOf(field)?.highWaterMark
    if (mark !== undefined) marks[field.name] = mark
  }
  return marks
}

function commitOf(at: PointInTime, metrics: Readonly<Record<string, number>>): CommitOptions {
  const operationParameters =
    'version' in at
      ? { version: at.version.toString(), timestamp: null }
      : { version: null, timestamp: new Date(at.timestampMs).toISOString() }
  return { operation: 'RESTORE', operationParameters, operationMetrics: metrics }
}
