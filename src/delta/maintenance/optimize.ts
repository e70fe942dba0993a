import type { Expression } from '../../plan/expression.ts'
import { fileMayMatch } from '../files/file-match.ts'
import { indexedLeaves } from '../files/statistics.ts'
import type { AddFile } from '../log/actions.ts'
import { checkWritable } from '../schema/protocol.ts'
import type { Snapshot } from '../snapshot.ts'
import type { TableContext } from '../table-context.ts'
import type { Transaction } from '../transaction.ts'
import { withSession } from '../with-session.ts'
import type { CommittedRewrite } from './commit-rewrite.ts'
import { commitRewrite } from './commit-rewrite.ts'
import type { RewrittenBin } from './compact-bins.ts'
import { checkPartitionPredicate } from './optimize-checks.ts'
import { commitMetrics, type OptimizeMetrics, type OptimizeResult, sizeStats } from './optimize-metrics.ts'
import { type Strategy, strategyOf } from './optimize-strategy.ts'

export interface OptimizeOptions {
  /** Only partitions for which this holds; it may name partition columns alone. */
  readonly where?: Expression
  /** Columns to order rows by, each a path of field names. */
  readonly zOrderBy?: readonly (readonly string[])[]
  /** Clustered tables: orders every file anew, not only what is not ordered yet. */
  readonly full?: boolean
  /** Size of the files that are made, in bytes: by default `delta.targetFileSize`, else 256 MB. */
  readonly targetFileSize?: number
  /** Files below this size are put together, in bytes; by default the target size. */
  readonly minFileSize?: number
  /** Clustered tables: cubes of this size stay as they are, in bytes; by default 100 GB. */
  readonly minCubeSize?: number
  /** Whether no user asked for it: written into the commit, and large files stay until small ones come near their size. */
  readonly auto?: boolean
  /** Adds to the transaction what else must hold, such as a fence. */
  readonly prepare?: (transaction: Transaction) => void | Promise<void>
}

/**
 * OPTIMIZE: puts small files together, or orders rows along a curve (ZORDER BY, and CLUSTER BY of the table), in one commit
 * that changes no data. Readers and appends are not disturbed; files that others changed meanwhile are left out.
 * Throws the DELTA_ZORDERING_* conditions, DELTA_NON_PARTITION_COLUMN_REFERENCE, DELTA_CLUSTERING_WITH_ZORDER_BY,
 * DELTA_CLUSTERING_WITH_PARTITION_PREDICATE, DELTA_OPTIMIZE_FULL_NOT_SUPPORTED, what `checkWritable` throws, and DELTA_CONCURRENT_* where all of its
 * files were changed.
 */
export async function optimize(
  context: TableContext,
  options: OptimizeOptions = {},
): Promise<OptimizeResult> {
  const snapshot = await context.table.refresh()
  const strategy = strategyOf(snapshot, options)
  return rewriteFiles(context, snapshot, strategy, {
    ...options,
    operation: 'OPTIMIZE',
    parameters: {
      predicate: predicateText(context, options.where),
      zOrderBy: JSON.stringify((options.zOrderBy ?? []).map((path) => path.join('.'))),
      clusterBy: JSON.stringify(strategy.clusterBy ?? []),
      auto: String(options.auto === true),
      ...(options.full === true && { isFull: 'true' }),
    },
  })
}

/**
 * REORG TABLE ... APPLY (PURGE): rewrites every file of which rows are deleted by a deletion vector, so that the rows are
 * gone from the newest version's files.
 */
export async function reorgPurge(
  context: TableContext,
  options: Pick<OptimizeOptions, 'where' | 'targetFileSize'> = {},
): Promise<OptimizeResult> {
  const snapshot = await context.table.refresh()
  return rewriteFiles(context, snapshot, strategyOf(snapshot, { ...options, purge: true }), {
    ...options,
    operation: 'REORG',
    parameters: { predicate: predicateText(context, options.where), applyPurge: 'true' },
  })
}

interface Rewrite extends Pick<OptimizeOptions, 'where' | 'prepare'> {
  readonly operation: string
  readonly parameters: Readonly<Record<string, unknown>>
}

async function rewriteFiles(
  context: TableContext,
  snapshot: Snapshot,
  strategy: Strategy,
  { where, prepare, operation, parameters }: Rewrite,
): Promise<OptimizeResult> {
  const startTimeMs = Date.now()
  checkWritable(snapshot.protocol, snapshot.metadata, context.storage.name)
  const considered = filesOf(snapshot, where)
  const bins = strategy.choose(considered)
  const committed =
    bins.length === 0
      ? undefined
      : await rewriteBins(context, snapshot, strategy, bins, {
          operation,
          operationParameters: parameters,
          ...(prepare !== undefined && { prepare }),
        })
  const metrics = metricsOf({ snapshot, strategy, considered, startTimeMs, bins: committed?.bins ?? [] })
  return {
    path: context.storage.name,
    metrics,
    ...(committed !== undefined && { version: committed.version }),
  }
}

async function rewriteBins(
  context: TableContext,
  snapshot: Snapshot,
  strategy: Strategy,
  bins: ReturnType<Strategy['choose']>,
  commit: {
    operation: string
    operationParameters: Readonly<Record<string, unknown>>
    prepare?: (transaction: Transaction) => void | Promise<void>
  },
): Promise<CommittedRewrite> {
  const rewritten = await withSession(context.engine, (session) =>
    strategy.rewrite(context, session, snapshot, bins),
  )
  return commitRewrite(context, rewritten, {
    ...commit,
    metrics: (done) => commitMetrics(addedBy(done), removedBy(done)),
  })
}

/** The files of the partitions for which the condition holds. */
function filesOf(snapshot: Snapshot, where: Expression | undefined): AddFile[] {
  const files = [...snapshot.files()]
  if (where === undefined) return files
  checkPartitionPredicate(where, snapshot.metadata)
  return files.filter(fileMayMatch(snapshot.metadata, where))
}

function predicateText({ engine }: TableContext, where: Expression | undefined): string {
  return JSON.stringify(where === undefined ? [] : [engine.printExpression(where)])
}

const addedBy = (bins: readonly RewrittenBin[]) => bins.flatMap((each) => each.added)
const removedBy = (bins: readonly RewrittenBin[]) => bins.flatMap((each) => each.removed)

interface Done {
  readonly snapshot: Snapshot
  readonly strategy: Strategy
  readonly considered: readonly AddFile[]
  readonly startTimeMs: number
  readonly bins: readonly RewrittenBin[]
}

function metricsOf({ snapshot, strategy, considered, startTimeMs, bins }: Done): OptimizeMetrics {
  const added = addedBy(bins)
  const removed = removedBy(bins)
  const vectors = removed.flatMap((each) => each.deletionVector ?? [])
  const partitions = new Set(bins.map((bin) => JSON.stringify(bin.removed[0]?.partitionValues)))
  const { partitionColumns, schema } = snapshot.metadata
  return {
    numFilesAdded: added.length,
    numFilesRemoved: removed.length,
    filesAdded: sizeStats(added),
    filesRemoved: sizeStats(removed),
    partitionsOptimized: partitionColumns.length === 0 ? 0 : partitions.size,
    zOrderStats: null,
    clusteringStats: null,
    ...strategy.stats?.(considered, bins),
    numBins: bins.length,
    numBatches: bins.length === 0 ? 0 : 1,
    totalConsideredFiles: considered.length,
    totalFilesSkipped: considered.length - removed.length,
    preserveInsertionOrder: false,
    numFilesSkippedToReduceWriteAmplification: 0,
    numBytesSkippedToReduceWriteAmplification: 0,
    startTimeMs,
    endTimeMs: Date.now(),
    totalClusterParallelism: 1,
    totalScheduledTasks: bins.length,
    deletionVectorStats:
      vectors.length === 0
        ? null
        : {
            numDeletionVectorsRemoved: vectors.length,
            numDeletionVectorRowsRemoved: vectors.reduce((sum, each) => sum + each.cardinality, 0),
          },
    numTableColumns: schema.fields.length,
    numTableColumnsWithStats: new Set(indexedLeaves(snapshot.metadata).map(({ path }) => path[0])).size,
  }
}
