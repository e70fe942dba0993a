import { PipelineError } from '../../errors/index.ts'
import type { ObjectInfo, Storage } from '../../storage/storage.ts'
import { checkWritable } from '../schema/protocol.ts'
import { deletedFileRetentionMs } from '../schema/table-properties.ts'
import type { DeltaTable } from '../table.ts'
import type { TableContext } from '../table-context.ts'
import type { Transaction } from '../transaction.ts'
import { isVacuumed, keptPaths } from './kept-paths.ts'
import { keepVacuumInfo, removedSinceLastVacuum } from './vacuum-log.ts'

export interface VacuumOptions {
  /** How long removed files are kept; by default `delta.deletedFileRetentionDuration`, a week. */
  readonly retentionHours?: number
  /** Only tells what would be deleted. */
  readonly dryRun?: boolean
  /** `full` lists the whole folder, `lite` looks only at files that commits since the last VACUUM removed. */
  readonly mode?: 'full' | 'lite'
  /** Refuses a retention below the table's; `spark.databricks.delta.retentionDurationCheck.enabled`. Default: true. */
  readonly checkRetention?: boolean
  /** Commits VACUUM START and VACUUM END, so that the history tells of it. Default: true. */
  readonly isLogged?: boolean
  /** The storage's time, milliseconds since the epoch. */
  readonly nowMs?: number
  /** Adds to the commits what else must hold, such as a fence. */
  readonly prepare?: (transaction: Transaction) => void | Promise<void>
}

export interface VacuumResult {
  /** The table's root. */
  readonly path: string
  /** What was deleted, or would be: paths relative to the root, sorted. */
  readonly files: readonly string[]
  readonly sizeOfDataToDelete: number
  /** 0 in a dry run. */
  readonly numDeletedFiles: number
  readonly numVacuumedDirectories: number
}

type VacuumedTable = Pick<TableContext, 'table' | 'storage'>

const HOUR_MS = 3_600_000
/** Paths that one call deletes. */
const BATCH = 1000

/**
 * VACUUM: deletes the files below the table's root that no version of the retention needs: neither live nor removed in it,
 * and last changed before it, which protects what running writers have yet to commit; then folders that have been empty for as long.
 * Throws DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT, DELTA_CANNOT_VACUUM_LITE, and what `checkWritable` throws: a table whose
 * features we do not know may hold files that its log does not name.
 */
export async function vacuum(context: VacuumedTable, options: VacuumOptions = {}): Promise<VacuumResult> {
  const { table, storage } = context
  const { metadata, protocol } = await table.refresh()
  checkWritable(protocol, metadata, storage.name)
  const retentionMs = retentionOf(context, options)
  const cutoffMs = (options.nowMs ?? Date.now()) - retentionMs
  const kept = keptPaths(table, storage.name, cutoffMs)
  const doomed: ObjectInfo[] = []
  for await (const info of candidates(context, options, cutoffMs)) {
    if (info.modifiedMs <= cutoffMs && !kept.has(info.path)) doomed.push(info)
  }
  doomed.sort((a, b) => (a.path < b.path ? -1 : 1))
  const files = doomed.map((each) => each.path)
  const sizeOfDataToDelete = doomed.reduce((sum, each) => sum + each.sizeBytes, 0)
  const found = { path: storage.name, files, sizeOfDataToDelete }
  if (options.dryRun === true) return { ...found, numDeletedFiles: 0, numVacuumedDirectories: 0 }
  const numVacuumedDirectories = await logged(context, options, found, async () => {
    await deleteAll(storage, files)
    await keepVacuumInfo(context, cutoffMs)
    return (
      (await storage.removeEmptyFolders?.((folder) => isVacuumed(folder, folderNames(table)), cutoffMs)) ?? 0
    )
  })
  return { ...found, numDeletedFiles: files.length, numVacuumedDirectories }
}

function retentionOf({ table, storage }: VacuumedTable, options: VacuumOptions): number {
  const configured = deletedFileRetentionMs(table.snapshot.metadata)
  if (options.retentionHours === undefined) return configured
  const wanted = options.retentionHours * HOUR_MS
  if (wanted >= configured || options.checkRetention === false) return wanted
  throw new PipelineError('DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT', {
    table: storage.name,
    retentionHours: String(options.retentionHours),
    configuredHours: String(configured / HOUR_MS),
  })
}

async function* candidates(
  context: VacuumedTable,
  options: VacuumOptions,
  cutoffMs: number,
): AsyncIterable<ObjectInfo> {
  const { storage, table } = context
  if (options.mode === 'lite') {
    for (const path of await removedSinceLastVacuum(context, cutoffMs)) {
      const info = await storage.stat(path)
      if (info !== undefined) yield info
    }
    return
  }
  const names = folderNames(table)
  for await (const info of storage.list('', { recursive: true })) if (isVacuumed(info.path, names)) yield info
}

/** Folders of partitions are named after the columns, as they are called in the schema or in the files. */
function folderNames({ snapshot: { metadata } }: DeltaTable): string[] {
  const physical = metadata.schema.fields
    .filter((each) => metadata.partitionColumns.includes(each.name))
    .flatMap((each) => each.metadata['delta.columnMapping.physicalName'] ?? [])
  return [...metadata.partitionColumns, ...physical.map(String)]
}

async function deleteAll(storage: Storage, paths: readonly string[]): Promise<void> {
  for (let start = 0; start < paths.length; start += BATCH) {
    await storage.delete(paths.slice(start, start + BATCH))
  }
}

/** Runs the deletion between two commits that tell of it (Delta Lake's `vacuum.logging.enabled`). */
async function logged(
  context: VacuumedTable,
  options: VacuumOptions,
  found: Pick<VacuumResult, 'files' | 'sizeOfDataToDelete'>,
  work: () => Promise<number>,
): Promise<number> {
  if (options.isLogged === false) return work()
  const { table } = context
  await commit(context, options, 'VACUUM START', {
    operationParameters: {
      retentionCheckEnabled: String(options.checkRetention !== false),
      defaultRetentionMillis: String(deletedFileRetentionMs(table.snapshot.metadata)),
      ...(options.retentionHours !== undefined && {
        specifiedRetentionMillis: String(options.retentionHours * HOUR_MS),
      }),
    },
    operationMetrics: {
      numFilesToDelete: found.files.length,
      sizeOfDataToDelete: found.sizeOfDataToDelete,
    },
  })
  try {
    const folders = await work()
    await commit(context, options, 'VACUUM END', {
      operationParameters: { status: 'COMPLETED' },
      operationMetrics: { numDeletedFiles: found.files.length, numVacuumedDirectories: folders },
    })
    return folders
  } catch (error) {
    await commit(context, options, 'VACUUM END', { operationParameters: { status: 'FAILED' } })
    throw error
  }
}

async function commit(
  { table }: VacuumedTable,
  { prepare }: VacuumOptions,
  operation: string,
  about: {
    operationParameters: Readonly<Record<string, string>>
    operationMetrics?: Readonly<Record<string, number>>
  },
): Promise<void> {
  const transaction = table.startTransaction()
  await prepare?.(transaction)
  await transaction.commit({ operation, ...about })
}
