import type { AddFile } from '../log/actions.ts'
import { type Bin, hasManyDeleted } from './bins.ts'
import { countOf } from './optimize-metrics.ts'
import { cubeOf, cubesAmong } from './z-cube.ts'

export interface ClusteringChoice {
  /** What the tags of files in order say. */
  readonly orderedBy: string
  /** Everything is ordered anew. */
  readonly isFull: boolean
  /** Cubes of this size stay as they are, in bytes. */
  readonly minCubeSize: number
}

/**
 * The files that clustering puts in order, as one cube: those in no order or in another one, and smaller cubes beside which
 * they are not small. A cube is taken in only where it is at most twice as large as what is rewritten anyway, so that each
 * row is rewritten a few times in the life of a table, and the number of cubes stays small. Cubes of the full size are
 * left alone. Nothing where all files are in order.
 */
export function chooseForClustering(files: readonly AddFile[], choice: ClusteringChoice): Bin[] {
  const bin = (chosen: readonly AddFile[]): Bin[] =>
    chosen.length === 0 ? [] : [{ partitionValues: chosen[0]!.partitionValues, files: chosen }]
  if (choice.isFull) return bin(files)
  const isOrdered = (file: AddFile) =>
    cubeOf(file)?.orderedBy === choice.orderedBy &&
    file.clusteringProvider === 'liquid' &&
    !hasManyDeleted(file)
  const chosen = files.filter((file) => !isOrdered(file))
  if (chosen.length === 0) return []
  let bytes = countOf(chosen).size
  const cubes = cubesAmong(files.filter(isOrdered))
    .map((cube) => ({ cube, size: countOf(cube).size }))
    .sort((a, b) => a.size - b.size)
  for (const { cube, size } of cubes) {
    if (size >= choice.minCubeSize || size > 2 * bytes) break
    chosen.push(...cube)
    bytes += size
  }
  return bin(chosen)
}
