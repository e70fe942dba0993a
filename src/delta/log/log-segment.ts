import { PipelineError } from '../../errors/index.ts'
import type { Storage } from '../../storage/storage.ts'
import { commitPath } from './log-files.ts'
import { type CommitFile, type ListedFile, listLog } from './log-listing.ts'

/** The files of the log from which a version is rebuilt. */
export interface LogSegment {
  readonly checkpoint: CheckpointFiles | undefined
  /** What follows the checkpoint, in order and without gaps. */
  readonly deltas: readonly LogDelta[]
}

export interface CheckpointFiles {
  readonly version: number
  readonly paths: readonly string[]
  /** Modification time of the commit of that version, or of the checkpoint where the commit is gone. */
  readonly modifiedMs: number
}

/** A commit, or a compaction that stands for several: `version` is the last one. */
export interface LogDelta extends CommitFile {
  /** Set for a compaction. */
  readonly compaction?: { readonly path: string; readonly from: number }
}

/** How far from an older version its checkpoint is looked for first: three times the default interval of checkpoints. */
const NEAR = 30

export interface SegmentOptions {
  /** The newest version wanted. */
  readonly atMost?: number | undefined
  /** The version of `_last_checkpoint`. */
  readonly hint?: number | undefined
  /** Checkpoint files that proved unreadable. */
  readonly unreadable?: ReadonlySet<string>
}

/**
 * Finds the files that rebuild the newest version, or the newest up to `atMost`. Undefined where there is no log. Lists
 * from the version of the hint on, for an older one what is near to it, and the whole log only where that does not lead to a
 * checkpoint.
 * Throws DELTA_TRUNCATED_TRANSACTION_LOG and DELTA_VERSIONS_NOT_CONTIGUOUS.
 */
export async function findSegment(
  storage: Storage,
  { atMost = Infinity, hint, unreadable = new Set() }: SegmentOptions = {},
): Promise<LogSegment | undefined> {
  const from = async (version: number) => segmentOf(await listBetween(storage, version, atMost), unreadable)
  const near = hint === undefined ? undefined : await from(hint <= atMost ? hint : Math.max(0, atMost - NEAR))
  const found = near?.checkpoint ? near : await from(0)
  if (found !== undefined) checkContiguous(storage.name, found, atMost)
  return found && { checkpoint: found.checkpoint, deltas: found.deltas }
}

/** Files of the log with versions from `from` to `to`. Compactions, which stand where they begin, may end behind it. */
async function listBetween(storage: Storage, from: number, to: number): Promise<ListedFile[]> {
  const files: ListedFile[] = []
  for await (const each of listLog(storage, from)) {
    if (each.file.version <= to) files.push(each)
    else if (each.file.kind !== 'compaction') break
  }
  return files
}

interface FoundSegment extends LogSegment {
  readonly newest: number
}

function segmentOf(log: readonly ListedFile[], unreadable: ReadonlySet<string>): FoundSegment | undefined {
  const files = log.filter(({ file }) => file.kind !== 'checksum')
  const commits = files
    .filter(({ file }) => file.kind === 'commit')
    .map(({ info, file }) => ({ version: file.version, modifiedMs: info.modifiedMs }))
  const checkpoint = checkpointFiles(
    completeCheckpoints(files.filter(({ info }) => !unreadable.has(info.path)))[0],
    commits,
  )
  if (commits.length === 0 && checkpoint === undefined) return undefined
  const base = checkpoint?.version ?? -1
  const deltas = withCompactions(
    commits.filter((each) => each.version > base),
    files,
  )
  return { checkpoint, deltas, newest: commits.at(-1)?.version ?? base }
}

function checkpointFiles(
  found: FoundCheckpoint | undefined,
  commits: readonly CommitFile[],
): CheckpointFiles | undefined {
  if (found === undefined) return undefined
  const { version, files } = found
  const commit = commits.find((each) => each.version === version)
  const modifiedMs = (commit ?? files[0]!.info).modifiedMs
  return { version, paths: files.map(({ info }) => info.path), modifiedMs }
}

/** A checkpoint of which every file is there. */
export interface FoundCheckpoint {
  readonly version: number
  readonly files: readonly ListedFile[]
}

/** Of several checkpoints of one version the most modern is read. */
const ranks = { v2: 2, classic: 1, parts: 0 } as const

/** The complete checkpoints among files of a log, the one to read first. One in parts needs all its parts. */
export function completeCheckpoints(files: readonly ListedFile[]): FoundCheckpoint[] {
  const found = files.flatMap(({ info, file }) =>
    file.kind === 'checkpoint' ? [{ info, file, form: file.form, version: file.version }] : [],
  )
  const groups = Map.groupBy(found, ({ form, version, info }) =>
    form.kind === 'parts' ? `${version} ${form.parts}` : info.path,
  )
  return [...groups.values()]
    .map((group) => ({ version: group[0]!.version, form: group[0]!.form, files: group }))
    .filter(({ form, files: parts }) => form.kind !== 'parts' || form.parts === parts.length)
    .sort((a, b) => b.version - a.version || ranks[b.form.kind] - ranks[a.form.kind])
}

/** Puts compactions in the place of the commits that they stand for, the longest first. */
function withCompactions(commits: readonly CommitFile[], files: readonly ListedFile[]): LogDelta[] {
  const longest = new Map<number, LogDelta>()
  for (const { info, file } of files) {
    if (file.kind !== 'compaction') continue
    const { from, version } = file
    if (version <= (longest.get(from)?.version ?? -1)) continue
    longest.set(from, { version, modifiedMs: info.modifiedMs, compaction: { path: info.path, from } })
  }
  const deltas: LogDelta[] = []
  for (let index = 0; index < commits.length; ) {
    const commit = commits[index]!
    const last = longest.get(commit.version)
    const end = last === undefined ? index : index + last.version - commit.version
    // A gap within the range is left to be found, whatever stands in for it.
    const covered = last !== undefined && commits[end]?.version === last.version
    deltas.push(covered ? { ...last, modifiedMs: commits[end]!.modifiedMs } : commit)
    index = covered ? end + 1 : index + 1
  }
  return deltas
}

function checkContiguous(table: string, segment: FoundSegment, atMost: number): void {
  const { deltas, checkpoint, newest } = segment
  let next = (checkpoint?.version ?? -1) + 1
  for (const delta of deltas) {
    const first = delta.compaction?.from ?? delta.version
    if (first !== next && next === 0) {
      throw new PipelineError('DELTA_TRUNCATED_TRANSACTION_LOG', {
        table,
        file: commitPath(0),
        version: first.toString(),
      })
    }
    if (first !== next) {
      throw new PipelineError('DELTA_VERSIONS_NOT_CONTIGUOUS', {
        table,
        startVersion: (next - 1).toString(),
        endVersion: first.toString(),
        file: commitPath(next),
        versionToLoad: (atMost === Infinity ? newest : atMost).toString(),
      })
    }
    next = delta.version + 1
  }
}
