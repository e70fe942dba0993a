import { PipelineError } from '../../errors/index.ts'
import { parseByteSize } from '../../types/byte-size.ts'
import type { AddFile } from '../log/actions.ts'
import type { RowSession } from '../row-engine.ts'
import { logicalPath } from '../schema/column-mapping.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import { type Bin, groupByPartition, hasManyDeleted, packBins } from './bins.ts'
import { chooseForClustering } from './cluster-choice.ts'
import { compactBins, type RewrittenBin } from './compact-bins.ts'
import type { OptimizeOptions } from './optimize.ts'
import { checkZOrderColumns } from './optimize-checks.ts'
import { type ClusteringStats, countOf, type ZOrderStats } from './optimize-metrics.ts'
import { type Ordering, orderFiles } from './order-files.ts'
import { cubeOf, cubesAmong } from './z-cube.ts'

/** How files are chosen and written anew. */
export interface Strategy {
  /** Clustering keys by the schema's names, where the table has some. */
  readonly clusterBy?: readonly string[]
  /** What to rewrite of these files, each bin for itself. */
  choose(files: readonly AddFile[]): Bin[]
  rewrite(
    context: TableContext,
    session: RowSession,
    snapshot: Snapshot,
    bins: readonly Bin[],
  ): Promise<RewrittenBin[]>
  stats?(
    considered: readonly AddFile[],
    bins: readonly RewrittenBin[],
  ): { zOrderStats: ZOrderStats } | { clusteringStats: ClusteringStats }
}

type StrategyOptions = OptimizeOptions & {
  /** Every file of which rows are deleted, however few, and no other. */
  readonly purge?: boolean
}

/** Databricks' size for tables below 2.5 TB. */
const FILE_SIZE = 256 << 20
/** From this size on a cube is done: Delta Lake's `optimize.clustering...minCubeSize`. */
const CUBE_SIZE = 100 * 2 ** 30

/** The way to optimize a table: by its clustering, by ZORDER BY, or by size alone. */
export function strategyOf(snapshot: Snapshot, options: StrategyOptions): Strategy {
  const clustering = snapshot.clusteringColumns ?? []
  if (options.purge === true) return purging()
  if (clustering.length > 0) return clusteringOf(snapshot, clustering, options)
  if (options.full === true) {
    throw new PipelineError('DELTA_OPTIMIZE_FULL_NOT_SUPPORTED', { table: snapshot.tableName })
  }
  if (options.zOrderBy !== undefined && options.zOrderBy.length > 0) return zOrdering(snapshot, options)
  return binPacking(snapshot, options)
}

function purging(): Strategy {
  return {
    choose: (files) =>
      files
        .filter((each) => each.deletionVector != null)
        .map((file) => ({ partitionValues: file.partitionValues, files: [file] })),
    rewrite: compactBins,
  }
}

function binPacking(snapshot: Snapshot, options: StrategyOptions): Strategy {
  const maxFileSize = targetSize(snapshot, options)
  const minFileSize = options.minFileSize ?? maxFileSize
  return {
    choose: (files) => packBins(files, { minFileSize, maxFileSize, isGradual: options.auto === true }),
    rewrite: compactBins,
  }
}

function zOrdering(snapshot: Snapshot, options: StrategyOptions): Strategy {
  const columns = checkZOrderColumns(options.zOrderBy!, snapshot.metadata)
  const orderedBy = JSON.stringify(columns.map((path) => path.join('.')))
  const isOrdered = ({ files }: Bin) =>
    files.every((each) => cubeOf(each)?.orderedBy === orderedBy && !hasManyDeleted(each)) &&
    cubesAmong(files).length === 1
  return {
    choose: (files) => groupByPartition(files).filter((each) => !isOrdered(each)),
    rewrite: ordering({
      curve: 'zorder',
      columns,
      orderedBy,
      targetFileSize: targetSize(snapshot, options),
    }),
    stats: (_, bins) => ({ zOrderStats: zOrderStats(bins) }),
  }
}

function clusteringOf(
  snapshot: Snapshot,
  clustering: readonly (readonly string[])[],
  options: StrategyOptions,
): Strategy {
  const { schema } = snapshot.metadata
  const columns = clustering.map((path) => logicalPath(schema, path))
  const clusterBy = columns.map((path) => path.join('.'))
  if (options.zOrderBy !== undefined && options.zOrderBy.length > 0) {
    throw new PipelineError('DELTA_CLUSTERING_WITH_ZORDER_BY', {
      zOrderBy: options.zOrderBy.map((path) => path.join('.')).join(', '),
      clusterBy: clusterBy.join(', '),
    })
  }
  if (options.where !== undefined) {
    throw new PipelineError('DELTA_CLUSTERING_WITH_PARTITION_PREDICATE', { clusterBy: clusterBy.join(', ') })
  }
  const orderedBy = JSON.stringify(clustering.map((path) => path.join('.')))
  return {
    clusterBy,
    choose: (files) =>
      chooseForClustering(files, {
        orderedBy,
        isFull: options.full === true,
        minCubeSize: options.minCubeSize ?? CUBE_SIZE,
      }),
    rewrite: ordering({
      curve: columns.length === 1 ? 'zorder' : 'hilbert',
      columns,
      orderedBy,
      clusteringProvider: 'liquid',
      targetFileSize: targetSize(snapshot, options),
    }),
    stats: (_, bins) => ({ clusteringStats: clusteringStats(bins) }),
  }
}

function ordering(how: Ordering): Strategy['rewrite'] {
  return async (context, session, snapshot, bins) => {
    const rewritten: RewrittenBin[] = []
    for (const bin of bins) rewritten.push(await orderFiles(context, session, snapshot, bin, how))
    return rewritten
  }
}

/** The size of new files in bytes: as told, by `delta.targetFileSize`, or 256 MB. */
function targetSize(
  { metadata }: Pick<Snapshot, 'metadata'>,
  options: Pick<OptimizeOptions, 'targetFileSize'>,
): number {
  const property = metadata.configuration['delta.targetFileSize']
  return options.targetFileSize ?? parseByteSize(property ?? '') ?? FILE_SIZE
}

function zOrderStats(bins: readonly RewrittenBin[]): ZOrderStats {
  const { inCubes, others, merged, numCubes } = inputOf(bins)
  return {
    strategyName: 'all',
    inputCubeFiles: countOf(inCubes),
    inputOtherFiles: countOf(others),
    inputNumCubes: numCubes,
    mergedFiles: countOf(merged),
    numOutputCubes: bins.length,
    mergedNumCubes: null,
  }
}

function clusteringStats(bins: readonly RewrittenBin[]): ClusteringStats {
  const { inCubes, others, merged, numCubes } = inputOf(bins)
  const counted = (files: readonly AddFile[]) => ({ numFiles: files.length, size: countOf(files).size })
  return {
    inputZCubeFiles: counted(inCubes),
    inputOtherFiles: counted(others),
    inputNumZCubes: numCubes,
    mergedFiles: counted(merged),
    numOutputZCubes: bins.length,
  }
}

function inputOf(bins: readonly RewrittenBin[]) {
  const merged = bins.flatMap((each) => each.removed)
  const inCubes = merged.filter((each) => cubeOf(each) !== undefined)
  const others = merged.filter((each) => cubeOf(each) === undefined)
  return { merged, inCubes, others, numCubes: cubesAmong(inCubes).length }
}
