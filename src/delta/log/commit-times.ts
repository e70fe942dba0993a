import type { Storage } from '../../storage/storage.ts'
import type { CommitActions } from './actions.ts'
import { commitPath } from './log-files.ts'

/** A modification time, moved behind that of the version before it. */
export function laterOf(modifiedMs: number, previousMs: number | undefined): number {
  return previousMs === undefined ? modifiedMs : Math.max(modifiedMs, previousMs + 1)
}

/** The time that a commit with the feature inCommitTimestamp carries. */
export function inCommitTimestampOf(commit: CommitActions): number | undefined {
  const time = commit.commitInfo?.inCommitTimestamp
  return typeof time === 'number' ? time : undefined
}

/** The same from the first line of a commit file alone: the rest may be large. Undefined too where there is no commit. */
export async function readInCommitTimestamp(storage: Storage, version: number): Promise<number | undefined> {
  const head = (await storage.readRange(commitPath(version), 0, 4096)) ?? new Uint8Array()
  const match = /^\{"commitInfo":\{[^\n]*?"inCommitTimestamp":(\d+)/.exec(new TextDecoder().decode(head))
  return match === null ? undefined : Number(match[1])
}
