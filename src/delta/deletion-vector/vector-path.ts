import type { DeletionVectorDescriptor } from '../log/actions.ts'
import { decodeZ85 } from './z85.ts'

/**
 * The file that holds a deletion vector, as a path of the log: relative to the table's root for `u` (an optional folder,
 * then the UUID in 20 characters of Z85), absolute for `p`. Undefined for vectors that stand in the log itself.
 */
export function vectorPath({ storageType, pathOrInlineDv }: DeletionVectorDescriptor): string | undefined {
  if (storageType === 'i') return undefined
  if (storageType === 'p') return pathOrInlineDv
  const folder = pathOrInlineDv.slice(0, -20)
  const uuid = Buffer.from(decodeZ85(pathOrInlineDv.slice(-20), 16)).toString('hex')
  const name = vectorFileName(uuid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'))
  return folder === '' ? name : `${folder}/${name}`
}

/** The file of deletion vectors that a UUID names, in the table's folder or one below it. */
export function vectorFileName(uuid: string): string {
  return `deletion_vector_${uuid}.bin`
}
