import type { Snapshot } from '../../delta/index.ts'

interface Sizes {
  /** Bytes of the smallest file that is aimed at. */
  readonly min: number
  /** Files that a table has before they grow with it. */
  readonly files: number
}

/** For changes all over the table: each file is written again, and each costs something by itself. */
const WIDE: Sizes = { min: 1 << 20, files: 64 }
/** For changes in one place: one changed row costs as much as its file. */
const LOCAL: Sizes = { min: 1 << 17, files: 512 }
const MAX_SIZE = 32 << 20

interface ChangedBytes {
  readonly rewrittenBytes?: number
  readonly changingBytes?: number
}

/**
 * The size of files in a table whose rows change, in bytes: smaller where a batch rewrites less than a quarter
 * (`rewrittenBytes`, by default all) of the files whose rows may change (`changingBytes`, by default all). Undefined where the
 * table says it itself, and where rows are only marked in their files.
 */
export function changedFileSize(
  { metadata, sizeBytes }: Snapshot,
  { rewrittenBytes = sizeBytes, changingBytes = sizeBytes }: ChangedBytes = {},
): number | undefined {
  const { configuration } = metadata
  if (configuration['delta.targetFileSize'] !== undefined) return undefined
  if (configuration['delta.enableDeletionVectors']?.toLowerCase() === 'true') return undefined
  const { min, files } = rewrittenBytes < changingBytes / 4 ? LOCAL : WIDE
  return Math.min(MAX_SIZE, Math.max(min, Math.round(sizeBytes / files)))
}
