import { randomUUID } from 'node:crypto'
import type { AddFile } from '../log/actions.ts'
import type { Curve } from './curve.ts'

/** What the tags of a file tell of how its rows were ordered: a cube is the files that one rewrite put in order. */
export interface ZCube {
  readonly id: string
  /** JSON text of the list of column names, physical ones. */
  readonly orderedBy: string
}

/** The cube that a file belongs to; undefined for files as they were written. */
export function cubeOf({ tags }: AddFile): ZCube | undefined {
  const id = tags?.ZCUBE_ID
  return id === undefined ? undefined : { id, orderedBy: tags?.ZCUBE_ZORDER_BY ?? '' }
}

/** Delta Lake's tags of a file that is part of a cube. */
export function cubeTags(cube: ZCube, curve: Curve): Record<string, string> {
  return { ZCUBE_ID: cube.id, ZCUBE_ZORDER_BY: cube.orderedBy, ZCUBE_ZORDER_CURVE: curve }
}

/** The files of each cube, by its id. */
export function cubesAmong(files: readonly AddFile[]): AddFile[][] {
  return [...Map.groupBy(files, (each) => cubeOf(each)?.id).values()]
}

/** Whether some command has put the file's rows in order, along whatever columns. */
export function isOrderedFile(file: AddFile): boolean {
  return cubeOf(file) !== undefined
}

/**
 * Files that were written in the order of the clustering keys as a cube of their own. `keys` are paths of physical names.
 */
export function clusteredFiles(
  files: readonly AddFile[],
  keys: readonly (readonly string[])[],
): readonly AddFile[] {
  const orderedBy = JSON.stringify(keys.map((path) => path.join('.')))
  const tags = cubeTags({ id: randomUUID(), orderedBy }, keys.length === 1 ? 'zorder' : 'hilbert')
  return files.map((file) => ({ ...file, tags: { ...file.tags, ...tags }, clusteringProvider: 'liquid' }))
}
