import { vectorPath } from '../deletion-vector/vector-path.ts'
import { decodePath } from '../files/file-path.ts'
import type { AddFile, RemoveFile } from '../log/actions.ts'
import type { DeltaTable } from '../table.ts'

/**
 * Real paths below the table's root that VACUUM must not delete: those of live files and of files removed after the cutoff
 * (milliseconds since the epoch), with their deletion vectors.
 */
export function keptPaths(table: DeltaTable, root: string, cutoffMs: number): Set<string> {
  const kept = new Set<string>()
  for (const file of table.snapshot.files()) for (const path of pathsOf(file, root)) kept.add(path)
  for (const file of table.removedAfter(cutoffMs)) for (const path of pathsOf(file, root)) kept.add(path)
  return kept
}

/** A file's path and that of its deletion vector, as far as they are below the root. */
export function pathsOf(file: AddFile | RemoveFile, root: string): string[] {
  const vector = file.deletionVector == null ? undefined : vectorPath(file.deletionVector)
  return [pathBelow(file.path, root), vector === undefined ? undefined : pathBelow(vector, root)].filter(
    (each) => each !== undefined,
  )
}

/** The real path relative to the root that a path of the log means; undefined for one elsewhere. */
export function pathBelow(path: string, root: string): string | undefined {
  const local = decodePath(path).replace(/^file:\/*/i, '/')
  if (/^[a-z][a-z0-9+.-]*:\//i.test(local)) return undefined
  if (!local.startsWith('/')) return local
  return local.startsWith(`${root}/`) ? local.slice(root.length + 1) : undefined
}

/**
 * Whether VACUUM looks at a path: names that begin with `_` or `.` are hidden at any depth, and so is Iceberg's folder
 * `metadata`, but not change files, indexes, and folders of partition columns whose names begin so.
 */
export function isVacuumed(path: string, partitionColumns: readonly string[]): boolean {
  return path.split('/').every((name) => {
    if (name === 'metadata') return false
    if (!name.startsWith('_') && !name.startsWith('.')) return true
    if (name.startsWith('_change_data') || name.startsWith('_delta_index')) return true
    const folder = decodePath(name)
    return partitionColumns.some((column) => folder.startsWith(`${column}=`))
  })
}
