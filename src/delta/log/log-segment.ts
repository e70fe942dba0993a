import { PipelineError } from '../../errors/index.ts'
import type { ObjectInfo, Storage } from '../../storage/storage.ts'
import { parseExact } from '../../types/exact-json.ts'
import { commitPath, LAST_CHECKPOINT, LOG_FOLDER, parseLogPath, versionName } from './log-files.ts'

/** The files of the log from which a version is rebuilt. */
export interface LogSegment {
  readonly checkpoint: CheckpointFiles | undefined
  /** Commits behind the checkpoint, in order and without gaps. */
  readonly commits: readonly CommitFile[]
}

export interface CheckpointFiles {
  readonly version: number
  readonly paths: readonly string[]
  /** Modification time of the commit of that version, or of the checkpoint where the commit is gone. */
  readonly modifiedMs: number
}

export interface CommitFile {
  readonly version: number
  readonly modifiedMs: number
}

/**
 * Finds the files that rebuild the newest version, or the newest up to `atMost`. Undefined where there is no log.
 * Throws DELTA_TRUNCATED_TRANSACTION_LOG and DELTA_VERSIONS_NOT_CONTIGUOUS.
 */
export async function findSegment(storage: Storage, atMost = Infinity): Promise<LogSegment | undefined> {
  const hint = await checkpointHint(storage)
  const near =
    hint !== undefined && hint <= atMost ? segmentOf(await listLog(storage, hint), atMost) : undefined
  const segment = near?.checkpoint ? near : segmentOf(await listLog(storage), atMost)
  if (segment !== undefined) checkContiguous(storage.name, segment, atMost)
  return segment
}

/** The oldest version that the log can rebuild: 0, or that of its first checkpoint. Undefined where there is none. */
export async function earliestVersion(storage: Storage): Promise<number | undefined> {
  let earliest: number | undefined
  for (const info of await listLog(storage)) {
    const file = parseLogPath(info.path)
    if (file === undefined) continue
    if (file.version === 0) return 0
    if (file.kind === 'checkpoint') earliest ??= file.version
  }
  return earliest
}

/** The newest version that a file of the log is named after. */
export async function newestVersion(storage: Storage): Promise<number | undefined> {
  const versions = (await listLog(storage)).map((info) => parseLogPath(info.path)?.version ?? -1)
  const newest = versions.reduce((a, b) => Math.max(a, b), -1)
  return newest === -1 ? undefined : newest
}

/** Commit files of the log from a version on, in order. */
export async function listCommits(storage: Storage, from = 0): Promise<CommitFile[]> {
  const commits: CommitFile[] = []
  for (const info of await listLog(storage, from)) {
    const file = parseLogPath(info.path)
    if (file?.kind === 'commit') commits.push({ version: file.version, modifiedMs: info.modifiedMs })
  }
  return commits
}

/** Version that `_last_checkpoint` points at. Only a hint: it may be missing, broken or stale. */
export async function checkpointHint(storage: Storage): Promise<number | undefined> {
  const bytes = await storage.read(LAST_CHECKPOINT)
  if (bytes === undefined) return undefined
  try {
    const hint = parseExact(new TextDecoder().decode(bytes)) as { version?: unknown } | null
    return typeof hint?.version === 'number' ? hint.version : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

async function listLog(storage: Storage, from = 0): Promise<ObjectInfo[]> {
  const startAfter = from === 0 ? undefined : `${LOG_FOLDER}/${versionName(from - 1)}.~`
  return Array.fromAsync(storage.list(LOG_FOLDER, { startAfter }))
}

function segmentOf(log: readonly ObjectInfo[], atMost: number): LogSegment | undefined {
  const commits: CommitFile[] = []
  const checkpoints: { info: ObjectInfo; version: number; parts: number; rank: number }[] = []
  for (const info of log) {
    const file = parseLogPath(info.path)
    if (file === undefined || file.version > atMost) continue
    if (file.kind === 'commit') commits.push({ version: file.version, modifiedMs: info.modifiedMs })
    else {
      const { form, version } = file
      checkpoints.push({
        info,
        version,
        parts: form.kind === 'parts' ? form.parts : 1,
        rank: ranks[form.kind],
      })
    }
  }
  if (commits.length === 0 && checkpoints.length === 0) return undefined
  const checkpoint = newestComplete(checkpoints, commits)
  const tail = commits.filter((each) => each.version > (checkpoint?.version ?? -1))
  return { checkpoint, commits: tail }
}

/** Of several checkpoints of one version the most modern is read. */
const ranks = { v2: 2, classic: 1, parts: 0 } as const

function newestComplete(
  files: readonly { info: ObjectInfo; version: number; parts: number; rank: number }[],
  commits: readonly CommitFile[],
): CheckpointFiles | undefined {
  const groups = Map.groupBy(files, (each) => `${each.version} ${each.rank} ${each.parts}`)
  const complete = [...groups.values()]
    .map((group) => (group[0]!.rank === ranks.parts ? group : group.slice(0, 1)))
    .filter((group) => group.length === group[0]!.parts)
    .sort((a, b) => b[0]!.version - a[0]!.version || b[0]!.rank - a[0]!.rank)
  const best = complete[0]
  if (best === undefined) return undefined
  const { version, info } = best[0]!
  const modifiedMs = commits.find((each) => each.version === version)?.modifiedMs ?? info.modifiedMs
  return { version, paths: best.map((each) => each.info.path), modifiedMs }
}

function checkContiguous(table: string, segment: LogSegment, atMost: number): void {
  const { commits, checkpoint } = segment
  const first = commits[0]
  if (checkpoint === undefined && first !== undefined && first.version > 0) {
    throw new PipelineError('DELTA_TRUNCATED_TRANSACTION_LOG', {
      table,
      file: commitPath(0),
      version: first.version.toString(),
    })
  }
  let previous = checkpoint?.version
  for (const { version } of commits) {
    if (previous !== undefined && version !== previous + 1) {
      throw new PipelineError('DELTA_VERSIONS_NOT_CONTIGUOUS', {
        table,
        startVersion: previous.toString(),
        endVersion: version.toString(),
        file: commitPath(previous + 1),
        versionToLoad: atMost === Infinity ? commits.at(-1)!.version.toString() : atMost.toString(),
      })
    }
    previous = version
  }
}
