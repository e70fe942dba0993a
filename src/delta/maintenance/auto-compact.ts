import { PipelineError } from '../../errors/index.ts'
import type { AddFile } from '../log/actions.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import type { Transaction } from '../transaction.ts'
import { groupByPartition } from './bins.ts'
import { optimize } from './optimize.ts'
import type { OptimizeResult } from './optimize-metrics.ts'

/** Delta Lake's `autoCompact.minNumFiles`: so many small files make a partition worth it. */
const MIN_FILES = 50
/** Delta Lake's `autoCompact.maxFileSize`; files below half of it are small. Bytes. */
const MAX_FILE_SIZE = 128 << 20

export interface AutoCompactOptions {
  /** Adds to the transaction what else must hold, such as a fence. */
  readonly prepare?: (transaction: Transaction) => void | Promise<void>
}

/**
 * Puts small files together after a write, where `delta.autoOptimize.autoCompact` (`true`, `auto`) asks for it and a
 * partition has gathered 50 of them. The rows are committed already: whatever goes wrong here waits for the next write.
 * Undefined where nothing was done.
 */
export async function autoCompact(
  context: TableContext,
  options: AutoCompactOptions = {},
): Promise<OptimizeResult | undefined> {
  if (!isAutoCompactDue(context.table.snapshot)) return undefined
  try {
    return await optimize(context, {
      targetFileSize: MAX_FILE_SIZE,
      minFileSize: MAX_FILE_SIZE / 2,
      auto: true,
      ...options,
    })
  } catch (error) {
    if (error instanceof PipelineError) return undefined
    throw error
  }
}

/** Whether a write of this version is to compact; decided by the log alone. */
export function isAutoCompactDue(snapshot: Snapshot): boolean {
  const wanted = snapshot.metadata.configuration['delta.autoOptimize.autoCompact']?.toLowerCase()
  return (wanted === 'true' || wanted === 'auto') && hasManySmallFiles(snapshot)
}

/** Whether a partition has gathered 50 files below 64 MB that no clustering has put in order. */
export function hasManySmallFiles({ clusteringColumns = [], numFiles, files }: Snapshot): boolean {
  if (numFiles < MIN_FILES) return false
  // Files that clustering put in order stay small where the table is.
  const isOrdered = (file: AddFile) => clusteringColumns.length > 0 && file.clusteringProvider != null
  const small = [...files()].filter((each) => each.size < MAX_FILE_SIZE / 2 && !isOrdered(each))
  if (small.length < MIN_FILES) return false
  return groupByPartition(small).some((each) => each.files.length >= MIN_FILES)
}
