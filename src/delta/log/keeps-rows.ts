import type { Storage } from '../../storage/storage.ts'
import type { Commit } from './actions.ts'
import { commitPath } from './log-files.ts'
import { readCommit } from './read-log.ts'

/**
 * Whether a table has the same rows and columns at two versions, `from` the older one, as far as the commits in between tell
 * it at once: OPTIMIZE and VACUUM change neither. False where a commit is gone from the log.
 */
export function keepsRows(storage: Storage, from: number, to: number): Promise<boolean> {
  return noneBetween(storage, from, to, (commit) => changesDefinition(commit) || changesRows(commit))
}

/** As `keepsRows`, for who knows of all changes of columns and properties. */
export function keepsFiles(storage: Storage, from: number, to: number): Promise<boolean> {
  return noneBetween(storage, from, to, changesRows)
}

async function noneBetween(
  storage: Storage,
  from: number,
  to: number,
  changes: (commit: Commit) => boolean,
): Promise<boolean> {
  for (let version = from + 1; version <= to; version++) {
    const commit = await readCommit(storage, version)
    if (commit === undefined || changes(commit)) return false
  }
  return from <= to
}

/** Tells a version's commit from one of the same number in another table; undefined where the log has no such file. */
export async function commitStamp(storage: Storage, version: number): Promise<string | undefined> {
  const file = await storage.stat(commitPath(version))
  return file && `${file.sizeBytes}@${file.modifiedMs}`
}

function changesDefinition({ metaData, protocol }: Commit): boolean {
  return metaData !== undefined || protocol !== undefined
}

function changesRows({ adds, removes }: Commit): boolean {
  return adds.some((each) => each.dataChange) || removes.some((each) => each.dataChange)
}
