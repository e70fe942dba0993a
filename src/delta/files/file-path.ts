import { randomUUID } from 'node:crypto'
import type { AddFile, PartitionValues, RemoveFile } from '../log/actions.ts'

/**
 * Percent-encodes a real relative path for `add.path`. Characters that Spark leaves alone stay, so that the texts of
 * different writers compare equal (RFC 2396; PROTOCOL.md, Add File).
 */
export function encodePath(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeURIComponent(segment).replace(/%(3D|2B|40|3A|26|2C|3B|24)/g, decodeURIComponent))
    .join('/')
}

/** The real path that an `add.path` means. A `+` is a plus; what is no valid encoding is taken as it stands. */
export function decodePath(path: string): string {
  if (!path.includes('%')) return path
  try {
    return decodeURIComponent(path)
  } catch (error) {
    if (error instanceof URIError) return path
    throw error
  }
}

/** Identity of a live file: its decoded path and deletion vector (PROTOCOL.md, Action Reconciliation). */
export function fileKey(file: AddFile | RemoveFile): string {
  const decoded = decodePath(file.path)
  const path = decoded.startsWith('file:') ? decoded.replace(/^file:\/*/, '/') : decoded
  const vector = file.deletionVector
  if (vector == null) return path
  const offset = vector.offset == null ? '' : `@${vector.offset}`
  return `${path}\n${vector.storageType}${vector.pathOrInlineDv}${offset}`
}

/**
 * A fresh real path for a data file, such as `day=2026-01-31/part-<uuid>.parquet`. Directory names are for people only
 * (the log holds the values), so they keep letters, digits and `._-` and escape the rest, and are cut when long.
 * `prefix` begins the file's name.
 */
export function dataFilePath(
  partitionColumns: readonly string[],
  values: PartitionValues,
  prefix: 'part' | 'cdc' = 'part',
): string {
  const folders = partitionColumns.map((column) => {
    const value = values[column]
    const text = value == null || value === '' ? '__HIVE_DEFAULT_PARTITION__' : escapeName(value)
    return `${escapeName(column)}=${text}`.slice(0, 120)
  })
  return [...folders, `${prefix}-${randomUUID()}.parquet`].join('/')
}

function escapeName(text: string): string {
  const hex = (character: string) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
  return text.replace(/[^A-Za-z0-9._-]/gu, hex)
}
