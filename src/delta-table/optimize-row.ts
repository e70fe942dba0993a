import type { OptimizeMetrics } from '../delta/index.ts'
import type { Value } from '../engine/engine.ts'
import { array, BOOLEAN, DOUBLE, field, LONG, STRING, type StructType, struct } from '../types/data-type.ts'

const fileStats = struct([
  field('min', LONG),
  field('max', LONG),
  field('avg', DOUBLE),
  field('totalFiles', LONG),
  field('totalSize', LONG),
])

const counted = struct([field('num', LONG), field('size', LONG)])
const countedFiles = struct([field('numFiles', LONG), field('size', LONG)])

/** The `metrics` column of OPTIMIZE, as Delta Lake has it. */
export const metricsSchema: StructType = struct([
  field('numFilesAdded', LONG),
  field('numFilesRemoved', LONG),
  field('filesAdded', fileStats),
  field('filesRemoved', fileStats),
  field('partitionsOptimized', LONG),
  field(
    'zOrderStats',
    struct([
      field('strategyName', STRING),
      field('inputCubeFiles', counted),
      field('inputOtherFiles', counted),
      field('inputNumCubes', LONG),
      field('mergedFiles', counted),
      field('numOutputCubes', LONG),
      field('mergedNumCubes', LONG),
    ]),
  ),
  field(
    'clusteringStats',
    struct([
      field('inputZCubeFiles', countedFiles),
      field('inputOtherFiles', countedFiles),
      field('inputNumZCubes', LONG),
      field('mergedFiles', countedFiles),
      field('numOutputZCubes', LONG),
    ]),
  ),
  field('numBins', LONG),
  field('numBatches', LONG),
  field('totalConsideredFiles', LONG),
  field('totalFilesSkipped', LONG),
  field('preserveInsertionOrder', BOOLEAN),
  field('numFilesSkippedToReduceWriteAmplification', LONG),
  field('numBytesSkippedToReduceWriteAmplification', LONG),
  field('startTimeMs', LONG),
  field('endTimeMs', LONG),
  field('totalClusterParallelism', LONG),
  field('totalScheduledTasks', LONG),
  field('autoCompactParallelismStats', struct([field('parallelism', array(LONG))])),
  field(
    'deletionVectorStats',
    struct([field('numDeletionVectorsRemoved', LONG), field('numDeletionVectorRowsRemoved', LONG)]),
  ),
  field('numTableColumns', LONG),
  field('numTableColumnsWithStats', LONG),
])

/** Metrics as a value of that column. */
export function valueOfMetrics(metrics: OptimizeMetrics): Value {
  return structValue(metrics as unknown as Readonly<Record<string, unknown>>, metricsSchema)
}

function structValue(found: Readonly<Record<string, unknown>>, type: StructType): Value {
  return Object.fromEntries(
    type.fields.map(({ name, dataType }): [string, Value] => {
      const value = found[name] ?? null
      if (value === null) return [name, null]
      if (dataType.kind === 'struct') return [name, structValue(value as Record<string, unknown>, dataType)]
      return [name, dataType.kind === 'long' ? BigInt(value as number) : (value as Value)]
    }),
  )
}
