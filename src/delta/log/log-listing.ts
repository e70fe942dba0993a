import type { ObjectInfo, Storage } from '../../storage/storage.ts'
import { LOG_FOLDER, type LogFile, parseLogPath, versionName } from './log-files.ts'

/** A file of the log with its place in it. */
export interface ListedFile {
  readonly info: ObjectInfo
  readonly file: LogFile
}

export interface CommitFile {
  readonly version: number
  readonly modifiedMs: number
}

/** Files of the log from a version on, by name; those that a reader ignores left out. Lazy: stop when you have enough. */
export async function* listLog(storage: Storage, from = 0): AsyncIterable<ListedFile> {
  const startAfter = from === 0 ? undefined : `${LOG_FOLDER}/${versionName(from - 1)}.~`
  for await (const info of storage.list(LOG_FOLDER, { startAfter })) {
    const file = parseLogPath(info.path)
    if (file !== undefined) yield { info, file }
  }
}

/** Commit files of the log from a version on, in order. */
export async function listCommits(storage: Storage, from = 0): Promise<CommitFile[]> {
  const commits: CommitFile[] = []
  for await (const { info, file } of listLog(storage, from)) {
    if (file.kind === 'commit') commits.push({ version: file.version, modifiedMs: info.modifiedMs })
  }
  return commits
}

/** The oldest version that the log can rebuild: 0, or that of its first checkpoint. Undefined where there is none. */
export async function earliestVersion(storage: Storage): Promise<number | undefined> {
  for await (const { file } of listLog(storage)) {
    if (file.kind === 'commit' && file.version === 0) return 0
    if (file.kind === 'checkpoint') return file.version
  }
  return undefined
}

/** The newest version that a commit or a checkpoint of the log is named after. */
export async function newestVersion(storage: Storage): Promise<number | undefined> {
  let newest: number | undefined
  for await (const { file } of listLog(storage)) {
    if (file.kind === 'commit' || file.kind === 'checkpoint') newest = Math.max(newest ?? 0, file.version)
  }
  return newest
}
