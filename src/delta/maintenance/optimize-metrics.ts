import type { AddFile } from '../log/actions.ts'

/** Sizes of a set of files in bytes; null where there are none. */
export interface FileSizeStats {
  readonly min: number | null
  readonly max: number | null
  readonly avg: number
  readonly totalFiles: number
  readonly totalSize: number
}

export interface FilesCount {
  readonly num: number
  readonly size: number
}

export interface ZOrderStats {
  readonly strategyName: string
  readonly inputCubeFiles: FilesCount
  readonly inputOtherFiles: FilesCount
  readonly inputNumCubes: number
  readonly mergedFiles: FilesCount
  readonly numOutputCubes: number
  readonly mergedNumCubes: number | null
}

export interface ClusteringStats {
  readonly inputZCubeFiles: { readonly numFiles: number; readonly size: number }
  readonly inputOtherFiles: { readonly numFiles: number; readonly size: number }
  readonly inputNumZCubes: number
  readonly mergedFiles: { readonly numFiles: number; readonly size: number }
  readonly numOutputZCubes: number
}

/** The `metrics` struct of OPTIMIZE's output row, with Delta Lake's fields in its order. */
export interface OptimizeMetrics {
  readonly numFilesAdded: number
  readonly numFilesRemoved: number
  readonly filesAdded: FileSizeStats
  readonly filesRemoved: FileSizeStats
  readonly partitionsOptimized: number
  readonly zOrderStats: ZOrderStats | null
  readonly clusteringStats: ClusteringStats | null
  readonly numBins: number
  readonly numBatches: number
  readonly totalConsideredFiles: number
  readonly totalFilesSkipped: number
  readonly preserveInsertionOrder: boolean
  readonly numFilesSkippedToReduceWriteAmplification: number
  readonly numBytesSkippedToReduceWriteAmplification: number
  readonly startTimeMs: number
  readonly endTimeMs: number
  readonly totalClusterParallelism: number
  readonly totalScheduledTasks: number
  readonly deletionVectorStats: {
    readonly numDeletionVectorsRemoved: number
    readonly numDeletionVectorRowsRemoved: number
  } | null
  readonly numTableColumns: number
  readonly numTableColumnsWithStats: number
}

/** What OPTIMIZE and REORG give: one row. `version` is that of the commit; undefined where there was nothing to do. */
export interface OptimizeResult {
  readonly path: string
  readonly metrics: OptimizeMetrics
  readonly version?: number
}

export function sizeStats(files: readonly AddFile[]): FileSizeStats {
  const sizes = files.map((each) => each.size)
  const totalSize = sizes.reduce((sum, size) => sum + size, 0)
  return {
    min: sizes.length === 0 ? null : sizes.reduce((a, b) => Math.min(a, b)),
    max: sizes.length === 0 ? null : sizes.reduce((a, b) => Math.max(a, b)),
    avg: sizes.length === 0 ? 0 : totalSize / sizes.length,
    totalFiles: sizes.length,
    totalSize,
  }
}

/** How many files and bytes. */
export function countOf(files: readonly AddFile[]): FilesCount {
  return { num: files.length, size: files.reduce((sum, each) => sum + each.size, 0) }
}

/** The metrics of commitInfo (Delta Lake's names): counts, bytes and the spread of the new files' sizes. */
export function commitMetrics(
  added: readonly AddFile[],
  removed: readonly AddFile[],
): Record<string, number> {
  const sizes = added.map((each) => each.size).sort((a, b) => a - b)
  const at = (share: number) => sizes[Math.floor(share * (sizes.length - 1))] ?? 0
  return {
    numRemovedFiles: removed.length,
    numAddedFiles: added.length,
    numRemovedBytes: countOf(removed).size,
    numAddedBytes: countOf(added).size,
    minFileSize: at(0),
    p25FileSize: at(0.25),
    p50FileSize: at(0.5),
    p75FileSize: at(0.75),
    maxFileSize: at(1),
    numDeletionVectorsRemoved: removed.filter((each) => each.deletionVector != null).length,
  }
}
