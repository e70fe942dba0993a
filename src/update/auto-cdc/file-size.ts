import type { Snapshot } from '../../delta/index.ts'

const MIN_SIZE = 1 << 20
const MAX_SIZE = 32 << 20
/** Files that a table has before they grow with it. */
const WANTED_FILES = 64

/**
 * The size of files in a table whose rows change, in bytes: one changed row costs as much as its file. Undefined where the
 * table says it itself, and where rows are only marked in their files.
 */
export function changedFileSize({ metadata, sizeBytes }: Snapshot): number | undefined {
  const { configuration } = metadata
  if (configuration['delta.targetFileSize'] !== undefined) return undefined
  if (configuration['delta.enableDeletionVectors']?.toLowerCase() === 'true') return undefined
  return Math.min(MAX_SIZE, Math.max(MIN_SIZE, Math.round(sizeBytes / WANTED_FILES)))
}
